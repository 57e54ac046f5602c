"""Who is told of what: by the table, after the commit, once; and what leaves the site."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core import mail
from django.db import transaction
from django.utils import timezone

from tests.notices.conftest import CHANGCHUN, ERDAO, NANGUAN, SAFETY, World, draft
from tests.notices.test_warnings import storm
from yibiao.core.problems import Refusal
from yibiao.ledger import actions as ledger
from yibiao.ledger.types import FactDraft
from yibiao.notices import actions, follow, models, queries, senders
from yibiao.notices.types import Letter, Notice, Receiver
from yibiao.people.types import Account


def seal() -> None:
    ledger.seal_all()
    while actions.follow():
        pass


def texts(who: Account, *, unread: bool = True) -> list[str]:
    return [one.text.zh for one in queries.inbox(who.key, unread=unread).items]


def receipt(world: World, notice: Notice, place: str) -> str:
    held = queries.receipts(notice.id, scope=world.scope(world.province))
    return next(one.id for one in held if one.place == place)


def test_receivers_are_told_and_others_are_not(world: World, issued: Notice) -> None:
    assert texts(world.city) == [], "nothing is told before it is committed and sealed"
    seal()
    assert texts(world.city) == ["请签收：关于示例假期安全防范的通知（示安办〔2022〕21号）"]
    assert texts(world.siping) == texts(world.city)
    for stranger in (world.province, world.erdao, world.nanguan, world.street, world.leader):
        assert texts(stranger) == []
    assert queries.inbox(world.city.key).items[0].text.en.startswith("To be signed for: ")
    assert queries.inbox(world.city.key).items[0].subject == issued.id


def test_what_is_done_is_no_longer_unread(world: World, issued: Notice) -> None:
    seal()
    mine = receipt(world, issued, CHANGCHUN)
    actions.remind(issued.id, by=world.warrant(world.province, "review"))
    seal()
    assert [one.partition("：")[0] for one in texts(world.city)] == ["催签", "请签收"]
    actions.sign(mine, by=world.warrant(world.city, "fill"))
    actions.answer(mine, "示例：已落实。", by=world.warrant(world.city, "fill"))
    seal()
    assert texts(world.city) == []
    assert len(texts(world.city, unread=False)) == 2
    assert texts(world.province) == ["长春市反馈了：关于示例假期安全防范的通知"]


def test_a_receiver_that_is_an_organisation(world: World) -> None:
    actions.issue(draft(receivers=(Receiver("", "ed-fire"),)), by=world.warrant(world.province, "review"))
    seal()
    assert len(texts(world.fire)) == 1
    assert texts(world.erdao) == []


def test_a_withdrawal_and_a_replacement_are_told(world: World, issued: Notice) -> None:
    by = world.warrant(world.province, "review")
    new = actions.issue(draft(CHANGCHUN, replaces=issued.id), by=by)
    actions.withdraw(new.id, reason="印错了", by=by)
    seal()
    said = [one.partition("：")[0] for one in texts(world.siping)]
    assert said == ["已被替换", "请签收"]
    assert texts(world.city)[0].startswith("已撤回")


def test_warnings_reach_those_where_they_hold_and_drills_say_so(world: World) -> None:
    by, now = world.warrant(world.city, "review"), timezone.now()
    told = storm(expires=now + timedelta(hours=3))
    warning = actions.issue_warning(told, by=by)
    actions.issue_warning(storm(expires=now + timedelta(hours=3), status="Exercise", areas=(NANGUAN,)), by=by)
    seal()
    assert texts(world.erdao) == texts(world.fire) == ["预警：示例：暴雨橙色预警"]
    assert sorted(texts(world.nanguan)) == ["【演练/测试】示例：暴雨橙色预警", "预警：示例：暴雨橙色预警"]
    actions.cancel_warning(warning.warning, reason="示例：已经结束", by=by)
    seal()
    assert texts(world.erdao) == ["解除预警：示例：暴雨橙色预警"]


def test_cases_are_told_without_calling_anybody(world: World) -> None:
    """The table reads the facts of other rooms: a hazard that is overdue goes up, one put right waits for a check."""

    def act(revision: int, move: str, **answers: object) -> FactDraft:
        payload = {"answers": {"title": "示例隐患", "state": "fixing", **answers}, "move": move}
        return FactDraft("case.holiday-safety.hazard", "case-1", revision, SAFETY, ERDAO, "ed", world.erdao.key,
                         "case-1", timezone.now(), payload)  # fmt: skip

    with transaction.atomic():
        ledger.append([act(1, "escalated", escalated_to=CHANGCHUN)])
    seal()
    assert texts(world.city) == ["逾期已提级：示例隐患（二道区）"]
    assert queries.inbox(world.city.key).items[0].about == "case"
    with transaction.atomic():
        ledger.append([act(2, "claim")])
    seal()
    assert texts(world.erdao) == [], "who claims it is not told of it"
    assert texts(world.fire) == [], "nor who does not review"


def test_following_twice_tells_once(world: World, issued: Notice) -> None:
    seal()
    before = models.Told.objects.count()
    assert before == 2
    ledger.reset(follow.NAME)
    seal()
    assert models.Told.objects.count() == before


def test_one_marks_ones_own_messages(world: World, issued: Notice) -> None:
    seal()
    (mine,) = queries.inbox(world.city.key).items
    assert actions.mark_read(world.siping.key, [mine.id]) == 0
    assert queries.unread_count(world.city.key) == 1
    with pytest.raises(Refusal) as refused:
        queries.message_of(world.siping.key, mine.id)
    assert refused.value.codes == ("notices.message.unknown",)
    assert actions.mark_read(world.city.key) == 1
    assert queries.unread_count(world.city.key) == 0


def test_a_closed_account_is_told_nothing(world: World) -> None:
    from yibiao.people import actions as people
    from yibiao.people import queries as rights

    by = rights.system_warrant(place="220000000000", program="*", right="manage")
    people.deactivate(key=world.city.key, by=by)
    actions.issue(draft(CHANGCHUN), by=world.warrant(world.province, "review"))
    seal()
    assert texts(world.city) == []


@pytest.fixture
def by_mail(settings: object) -> None:
    settings.YIBIAO_SENDERS = {"email": "email"}  # type: ignore[attr-defined]


def test_urgent_messages_leave_by_mail(world: World, by_mail: None) -> None:
    actions.set_addresses(world.city.key, {"email": "shi@yibiao.example"})
    notice = actions.issue(draft(CHANGCHUN), by=world.warrant(world.province, "review"))
    assert mail.outbox == []
    seal()
    assert mail.outbox == []
    assert actions.deliver() == 1
    (letter,) = mail.outbox
    assert letter.to == ["shi@yibiao.example"]
    assert notice.title in letter.subject
    assert actions.deliver() == 0, "sent once"
    assert list(models.Attempt.objects.values_list("outcome", flat=True)) == ["sent"]


def test_samples_and_history_leave_the_site_by_no_channel(world: World, by_mail: None) -> None:
    actions.set_addresses(world.city.key, {"email": "shi@yibiao.example"})
    actions.issue(draft(CHANGCHUN, sample=True), by=world.warrant(world.province, "review"))
    seal()
    assert len(texts(world.city)) == 1
    assert actions.deliver() == 0
    assert mail.outbox == []


def test_a_message_that_was_read_is_not_sent(world: World, by_mail: None) -> None:
    actions.set_addresses(world.city.key, {"email": "shi@yibiao.example"})
    actions.issue(draft(CHANGCHUN), by=world.warrant(world.province, "review"))
    seal()
    actions.mark_read(world.city.key)
    assert actions.deliver() == 1
    assert mail.outbox == []
    assert models.Attempt.objects.get().outcome == "dropped"


class _Closed:
    """A gateway that is down: the real contract of a sender, without the network."""

    def send(self, address: str, letter: Letter) -> None:
        raise ConnectionRefusedError(f"{address} {letter.text}")


def test_a_failed_attempt_is_put_down_and_tried_again_later(
    world: World, settings: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(senders.SENDERS, "closed", _Closed())  # type: ignore[arg-type]
    settings.YIBIAO_SENDERS = {"sms": "closed"}  # type: ignore[attr-defined]
    actions.set_addresses(world.city.key, {"sms": "13900000000"})
    actions.issue(draft(CHANGCHUN), by=world.warrant(world.province, "review"))
    seal()
    for _ in range(len(follow.WAITS) + 1):
        assert actions.deliver() == 1
        assert actions.deliver() == 0, "not before its time"
        models.Delivery.objects.exclude(next_at=None).update(next_at=timezone.now())
    assert actions.deliver() == 0
    assert models.Delivery.objects.get().state == "given-up"
    held = models.Attempt.objects.order_by("number").values_list("number", "outcome", "fault")
    assert list(held) == [(n, "failed", "ConnectionRefusedError") for n in range(1, 6)]


def test_the_console_says_nothing_about_anybody(
    world: World, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    actions.set_addresses(world.city.key, {"sms": "13900000000", "wechat": "shi_zhibanshi"})
    actions.issue(draft(CHANGCHUN), by=world.warrant(world.province, "review"))
    seal()
    assert actions.deliver() == 2
    said = capsys.readouterr().out + caplog.text
    assert said.count("message") == 2
    for secret in ("13900000000", "shi_zhibanshi", world.city.name, "示例"):
        assert secret not in said


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        ({"email": "not an address"}, "notices.address.shape"),
        ({"sms": "12"}, "notices.address.shape"),
        ({"pigeon": "x"}, "notices.channel.unknown"),
        ({"email": "good@yibiao.example", "sms": "bad"}, "notices.address.shape"),
    ],
)
def test_addresses_that_cannot_be(world: World, wanted: dict[str, str], code: str) -> None:
    with pytest.raises(Refusal) as refused:
        actions.set_addresses(world.city.key, wanted)
    assert refused.value.codes == (code,)
    assert set(queries.addresses_of(world.city.key).values()) == {""}


def test_addresses_lie_encrypted_and_can_be_taken_back(world: World) -> None:
    actions.set_addresses(world.city.key, {"email": "shi@yibiao.example"})
    assert queries.addresses_of(world.city.key)["email"] == "shi@yibiao.example"
    assert b"yibiao.example" not in bytes(models.Address.objects.get().token)
    actions.set_addresses(world.city.key, {"email": ""})
    assert not models.Address.objects.exists()


def test_every_row_of_the_table_has_words_in_both_languages() -> None:
    from yibiao.notices import telling

    assert len({row.id for row in telling.TABLE}) == len(telling.TABLE)
    said: Callable[[str], str] = lambda id: telling.words(id, {"title": "甲", "place": "乙"}).en  # noqa: E731
    for row in telling.TABLE:
        assert row.moves
        assert said(row.id)
        assert telling.words(row.id, {}).zh
