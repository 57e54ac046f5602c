"""The board is told what changed: who may hear it, what is said, and that one who is slow or gone costs nothing."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from tests.desk.conftest import sign_in
from tests.desk.test_pages import Enter
from tests.desk.world import ERDAO, JILIN, SAFETY, World, inspection, seal
from yibiao.desk import streams
from yibiao.desk.pages.following import Board
from yibiao.desk.streams import Stream, hub
from yibiao.ledger import queries as ledger
from yibiao.people import queries as rights
from yibiao.people.models import PostGrant
from yibiao.records import actions as records

EVENTS = f"/board/events/?program={SAFETY}"


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nobody else follows, and what stands below the figures is due at any time."""
    for name, value_ in (("REST", 0.0), ("RESTING", 0.0), ("ROUND", 60.0)):
        monkeypatch.setattr(streams, name, value_)
    yield
    hub._streams.clear()
    hub._due.clear()


class Loop:
    """An event loop that does at once what it is given."""

    def call_soon_threadsafe(self, act: Callable[[], None]) -> None:
        act()


def follow(client: Client, address: str = EVENTS) -> Stream:
    """A stream as a server holds it, but for the thread that tells it."""
    answer: Any = client.get(address)
    assert answer.status_code == 200, answer.content
    stream: Stream = answer.lasting
    stream._loop = Loop()  # type: ignore[assignment]
    hub._streams.add(stream)
    return stream


def told(stream: Stream) -> dict[str, Any]:
    slot, stream._slot = stream._slot, {}
    return slot


def value(piece: str) -> str:
    found = re.search(r'data-key="[^"]+"[^>]*>([^<]+)<', piece)
    assert found, piece
    return found[1].strip()


def receive(site: World, leaders: int) -> None:
    by = rights.warrant(site.clerk.key, "fill", place=ERDAO, program=SAFETY)
    records.receive(inspection(ERDAO, "示例二道", leaders=leaders), by=by)
    seal()


def newest() -> int:
    found = ledger.checkpoint()
    assert found is not None
    return found.number


def test_what_changed_is_told_and_nothing_else(site: World, enter: Enter) -> None:
    stream = follow(enter(site.editor), f"{EVENTS}&seen={newest()}")
    hub._round([stream])
    assert told(stream) == {}
    receive(site, leaders=3)
    hub._round([stream])
    event = told(stream)
    assert event["checkpoint"] == newest()
    assert value(event["pieces"]["leader-visits"]) == "5"
    page = enter(site.editor).get(f"/board/?program={SAFETY}").content.decode()
    for key, piece in event["pieces"].items():
        assert piece.strip() in page, key
    unchanged = set(stream.told or ()) - set(event["pieces"])
    assert unchanged
    hub._round([stream])
    assert told(stream) == {}


def test_the_map_the_trend_and_the_list_follow_in_the_same_round(site: World, enter: Enter) -> None:
    client = enter(site.editor)
    address = f"/board/?program={SAFETY}&indicator=leader-visits"
    asked = re.search(r'data-events="([^"]+)"', client.get(address).content.decode())
    assert asked
    assert "indicator=leader-visits" in asked[1]
    stream = follow(client, f"{asked[1].replace('&amp;', '&')}&seen={newest()}")
    hub._round([stream])
    assert told(stream) == {}
    receive(site, leaders=3)
    hub._round([stream])
    pieces, page = told(stream)["pieces"], client.get(address).content.decode()
    assert {":map", ":trend", ":newest", ":foot"} <= set(pieces)
    assert re.search(rf'data-place="{ERDAO}".*?<span class="tile-value"[^>]*>4<', pieces[":map"], re.DOTALL)
    trend = re.search(r'type="application/json">(.+?)</script>', pieces[":trend"])
    assert trend
    assert sum(value or 0 for value in json.loads(trend[1])["values"]) == 5
    for key in (":map", ":trend", ":newest", ":foot"):
        assert pieces[key] in page, key


def test_a_layer_is_told_and_what_is_no_longer_drawn_ends_the_stream(
    site: World, enter: Enter, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = enter(site.editor)
    layer, gone = (follow(client, f"{EVENTS}&seen=1&indicator={one}") for one in ("open:hazard", "no-such"))
    hub._round([layer, gone])
    assert "未办结" in told(layer)["pieces"][":map"]
    assert (layer._over, gone._over) == (False, True)
    # Deadlines pass without a fact.
    assert (hub._aged(layer.board), told(layer)) == (False, {})
    monkeypatch.setattr(streams, "QUIET", 0.0)
    hub._due.clear()
    hub._round([layer])
    assert (hub._aged(layer.board), told(layer).get("pieces", {})) == (True, {})


def test_what_stands_below_is_worked_out_once_for_all_and_at_its_own_pace(
    site: World, enter: Enter, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    rest = Board.rest
    monkeypatch.setattr(Board, "rest", lambda board, as_of: asked.append(board.place) or rest(board, as_of))
    client, clerk = enter(site.editor), enter(site.clerk)
    all_ = [follow(client, f"{EVENTS}&seen=1"), follow(client, f"{EVENTS}&seen=1"), follow(clerk, f"{EVENTS}&seen=1")]
    monkeypatch.setattr(streams, "ROUND", 0.0)
    monkeypatch.setattr(streams, "REST", 60.0)
    hub._round(all_)
    hub._round(all_)
    # Two boards, of which a round bears one; two streams of the first are told the same.
    assert sorted(asked) == sorted({JILIN, ERDAO})
    assert [":map" in told(one)["pieces"] for one in all_] == [True, True, True]
    receive(site, leaders=3)
    hub._round(all_)
    # Too soon after the last time: figures go ahead, the rest comes when it is due.
    assert (len(asked), all(":map" not in told(one)["pieces"] for one in all_)) == (2, True)
    hub._due = dict.fromkeys(hub._due, (0.0, 0.0))
    hub._round(all_)
    hub._round(all_)
    assert (len(asked), all(":map" in told(one)["pieces"] for one in all_)) == (4, True)


def test_whoever_comes_back_is_told_what_she_missed(site: World, enter: Enter) -> None:
    seen = newest()
    receive(site, leaders=3)
    stream = follow(enter(site.editor), f"{EVENTS}&seen={seen}")
    hub._round([stream])
    assert value(told(stream)["pieces"]["leader-visits"]) == "5"


def test_each_is_told_of_her_own_place_and_in_her_language(site: World, enter: Enter) -> None:
    editor, clerk, other = (enter(one) for one in (site.editor, site.clerk, site.other))
    other.post("/i18n/setlang/", {"language": "en"})
    other.cookies["django_language"] = "en"
    all_ = [follow(one, f"{EVENTS}&seen=1") for one in (editor, clerk, other)]
    receive(site, leaders=3)
    hub._round(all_)
    pieces = [told(one)["pieces"]["leader-visits"] for one in all_]
    assert [value(piece) for piece in pieces] == ["5", "4", "1"]
    assert ("事实" in pieces[0], "fact" in pieces[2]) == (True, True)
    assert clerk.get(f"{EVENTS}&place={JILIN}").status_code == 403


def test_a_stream_ends_with_the_session_and_with_the_rights(site: World, enter: Enter) -> None:
    client = enter(site.editor)
    first, second, clerk = follow(client), follow(sign_in(site.editor)), follow(enter(site.clerk))
    streams_ = [first, second, clerk]
    hub._check(streams_)
    assert [one._over for one in streams_] == [False, False, False]
    Session.objects.filter(session_key=client.session.session_key).delete()
    PostGrant.objects.filter(post__person__key=site.clerk.key, right="analyse").update(right="review", place=JILIN)
    hub._check(streams_)
    assert [one._over for one in streams_] == [True, False, True]


def test_of_many_only_some_are_looked_at_at_a_time(site: World, enter: Enter, monkeypatch: pytest.MonkeyPatch) -> None:
    client = enter(site.clerk)
    twice, other = [follow(client), follow(client)], follow(enter(site.editor))
    Session.objects.all().delete()
    monkeypatch.setattr(streams, "CHECKING", 0.0)
    hub._check([*twice, other])
    assert [one._over for one in (*twice, other)] == [True, True, False]
    hub._check([other])
    assert other._over


def test_there_are_no_more_streams_than_the_machine_bears(site: World, enter: Enter, settings: Any) -> None:
    client = enter(site.editor)
    for _ in range(streams.OF_ONE):
        follow(client)
    refused = client.get(EVENTS, headers={"accept": "application/json"})
    assert (refused.status_code, refused.json()["problems"][0]["code"]) == (503, "desk.streams.full")
    assert enter(site.clerk).get(EVENTS).status_code == 200
    settings.YIBIAO_STREAMS = streams.OF_ONE
    assert enter(site.clerk).get(EVENTS).status_code == 503
    hub._streams.pop()
    assert client.get(EVENTS).status_code == 200


def test_the_mark_is_not_sent_twice(site: World, enter: Enter) -> None:
    client = enter(site.editor)
    first = client.get("/board/mark/")
    again = client.get("/board/mark/", headers={"if-none-match": first["ETag"]})
    assert (first.json()["checkpoint"], again.status_code, again.content) == (newest(), 304, b"")
    receive(site, leaders=1)
    assert client.get("/board/mark/", headers={"if-none-match": first["ETag"]}).status_code == 200


def test_a_server_that_keeps_nothing_open_sends_what_there_is(site: World, enter: Enter) -> None:
    sent = b"".join(enter(site.editor).get(f"{EVENTS}&seen=1").streaming_content).decode()
    data = json.loads(re.search(r"^data: (.+)$", sent, re.MULTILINE)[1])  # type: ignore[index]
    assert (sent.startswith("retry:"), data["checkpoint"]) == (True, newest())
    assert value(data["pieces"]["leader-visits"]) == "2"
    nothing = enter(site.editor).get(f"{EVENTS}&seen={newest()}")
    assert b"data:" not in b"".join(nothing.streaming_content)


def test_who_reads_slowly_misses_steps_and_no_numbers(site: World, enter: Enter) -> None:
    stream = follow(enter(site.editor))

    async def read() -> list[str]:
        pieces = stream.pieces()
        found = [(await anext(pieces)).decode()]
        for number, piece in ((1, {"a": "1", "b": "1"}), (2, {"a": "2"})):
            stream.tell({"checkpoint": number, "sealed_at": "", "pieces": piece})
        found.append((await anext(pieces)).decode())
        stream.end()
        return [*found, *[piece.decode() async for piece in pieces]]

    opened, event, over = asyncio.run(read())
    assert opened.startswith("retry:")
    assert json.loads(event.splitlines()[2].removeprefix("data: ")) == {
        "checkpoint": 2, "sealed_at": "", "pieces": {"a": "2", "b": "1"},
    }  # fmt: skip
    assert over.startswith("event: bye")
