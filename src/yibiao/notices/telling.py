"""Who is told of what: one table. A follower of the log reads it, so that no room calls another to tell anybody."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from yibiao.cases import queries as cases
from yibiao.core.lifecycles.types import Lifecycle
from yibiao.core.texts import Text
from yibiao.duty import queries as duty
from yibiao.ledger.types import Fact
from yibiao.notices import models, rows, warning
from yibiao.packs import queries as packs
from yibiao.people import queries as people
from yibiao.people.types import CITIZEN, Right
from yibiao.places import queries as places

DOING: Final[tuple[Right, ...]] = ("fill", "review")
REVIEWING: Final[tuple[Right, ...]] = ("review",)
FILING: Final = "duty.filing"
Audience = Callable[[Fact], Iterable[str]]


@lru_cache(maxsize=2_000)
def _holders(*, place: str, program: str, rights: tuple[Right, ...], organisation: str = "") -> tuple[str, ...]:
    return people.holders_at(place=place, program=program, rights=rights, organisation=organisation)


def forget() -> None:
    """Looks posts up anew from now on: they may have changed since the last step."""
    _holders.cache_clear()
    _table.cache_clear()


def receiver(fact: Fact) -> Iterable[str]:
    """Those who may sign for a receipt."""
    return _holders(
        place=fact.place, program=fact.program, rights=DOING, organisation=fact.payload["answers"].get("receiver", "")
    )


def sender(fact: Fact) -> Iterable[str]:
    """Those at the organisation that issued the notice of a receipt."""
    row = models.Notice.objects.filter(id=fact.subject).first()
    if row is None:
        return ()
    return _holders(place=row.place, program=row.program, rights=REVIEWING, organisation=row.organisation)


def receivers(fact: Fact) -> Iterable[str]:
    """Those who may sign for any receipt of a notice."""
    pairs = models.Receipt.objects.filter(notice=fact.id).values_list("place", "organisation")
    for place, organisation in pairs:
        yield from _holders(place=place, program=fact.program, rights=DOING, organisation=organisation)


def warned(fact: Fact) -> Iterable[str]:
    """Those at work where a warning holds."""
    for code in str(fact.payload["answers"].get("areas", "")).split():
        yield from _holders(place=code, program=fact.program, rights=DOING)


def at_place(fact: Fact) -> Iterable[str]:
    """Those who fill in at the place of the fact."""
    return _holders(place=fact.place, program=fact.program, rights=DOING)


def reviewers(fact: Fact) -> Iterable[str]:
    """Those who review at the place of the fact."""
    return _holders(place=fact.place, program=fact.program, rights=REVIEWING)


def above(fact: Fact) -> Iterable[str]:
    """Those at the place to which something was passed up."""
    place = str(fact.payload["answers"].get("escalated_to") or "")
    return _holders(place=place, program=fact.program, rights=DOING) if place else ()


def person(field: str) -> Audience:
    """The account whose key stands in an answer."""

    def named(fact: Fact) -> Iterable[str]:
        key = str(fact.payload["answers"].get(field) or "")
        return (key,) if key else ()

    return named


def desk(fact: Fact) -> Iterable[str]:
    """Of a case that citizens report, by its lifecycle: those at the organisation that serves the place, or above."""
    if not _reported(fact):
        return ()
    if fact.organisation:
        found = _holders(place=fact.place, program=fact.program, rights=DOING, organisation=fact.organisation)
        if found:
            return found
    for step in reversed(places.ancestors(fact.place)):
        if found := _holders(place=step.code, program=fact.program, rights=DOING):
            return found
    return ()


def desk_again(fact: Fact) -> Iterable[str]:
    """The same, where the reporter opened the case again."""
    return desk(fact) if fact.actor == CITIZEN and _repeats(fact) else ()


def desk_also(fact: Fact) -> Iterable[str]:
    """The same, where the reporter added something."""
    added = fact.actor == CITIZEN and fact.payload.get("move") != "opened" and not _repeats(fact)
    return desk(fact) if added else ()


def _reported(fact: Fact) -> bool:
    kind = _lifecycle(fact)
    return kind is not None and kind.reporter is not None


def _repeats(fact: Fact) -> bool:
    kind = _lifecycle(fact)
    move = kind.move(str(fact.payload.get("move", ""))) if kind else None
    return move is not None and move.repeats


def _lifecycle(fact: Fact) -> Lifecycle | None:
    """The table by which a case moves; None where the fact is no case's, or names none."""
    return _table(fact.kind, str(fact.payload.get("version", "")), str(fact.payload.get("lifecycle", "")))


@lru_cache(maxsize=100)
def _table(kind: str, version: str, lifecycle: str) -> Lifecycle | None:
    return cases.table(kind, version, lifecycle)


@dataclass(frozen=True, slots=True)
class Telling:
    """One row: facts of a kind after one of the moves, who is told, in which words; ``{…}`` are answers of the fact.

    ``urgent`` ones also leave by the channels that a person asked for. ``settles``: after one of these moves of the
    same fact there is nothing left to do, and the message counts as read. ``*`` is any move; where it settles, any
    that a person of the desk made.
    """

    id: str
    kind: str
    moves: frozenset[str]
    who: Audience
    text: Text
    about: str
    urgent: bool = False
    settles: frozenset[str] = frozenset()

    def heeds(self, kind: str) -> bool:
        """Whether it speaks of a kind; ``*`` at the end means any continuation."""
        return kind.startswith(self.kind[:-1]) if self.kind.endswith("*") else kind == self.kind

    def tells(self, move: str) -> bool:
        return move in self.moves or "*" in self.moves

    def over(self, move: str, actor: str) -> bool:
        return move in self.settles or ("*" in self.settles and actor not in ("", CITIZEN))


_SIGNED: Final = frozenset({"signed", "answered"})
_ANY: Final = frozenset({"*"})
TABLE: Final[tuple[Telling, ...]] = (
    Telling("notice-sent", rows.RECEIPT, frozenset({"sent"}), receiver,
            Text("请签收：{title}（{number}）", "To be signed for: {title} ({number})"), "notice", True, _SIGNED),
    Telling("notice-reminded", rows.RECEIPT, frozenset({"reminded"}), receiver,
            Text("催签：{title}（{number}）", "Reminder to sign: {title} ({number})"), "notice", True, _SIGNED),
    Telling("notice-answered", rows.RECEIPT, frozenset({"answered"}), sender,
            Text("{place}反馈了：{title}", "{place} answered: {title}"), "notice"),
    Telling("notice-withdrawn", rows.NOTICE, frozenset({"withdrawn"}), receivers,
            Text("已撤回：{title}（{number}）", "Withdrawn: {title} ({number})"), "notice"),
    Telling("notice-replaced", rows.NOTICE, frozenset({"replaced"}), receivers,
            Text("已被替换：{title}（{number}）", "Replaced: {title} ({number})"), "notice"),
    Telling("warning", warning.ISSUED, frozenset({"alert", "update"}), warned,
            Text("预警：{headline}", "Warning: {headline}"), "warning", True, frozenset({"cancel"})),
    Telling("warning-over", warning.ISSUED, frozenset({"cancel"}), warned,
            Text("解除预警：{headline}", "Warning cancelled: {headline}"), "warning"),
    Telling("drill", warning.PRACTISED, frozenset({"alert", "update", "cancel"}), warned,
            Text("【演练/测试】{headline}", "[Drill or test] {headline}"), "warning"),
    Telling("case-escalated", "case.*", frozenset({"escalated"}), above,
            Text("逾期已提级：{title}（{place}）", "Overdue and passed up: {title} ({place})"), "case", True),
    Telling("case-claimed", "case.*", frozenset({"claim"}), reviewers,
            Text("申请验收，待复查：{title}（{place}）", "Said to be put right, to be checked: {title} ({place})"),
            "case", False, frozenset({"pass", "fail", "withdrawn"})),
    Telling("case-back", "case.*", frozenset({"fail", "transfer"}), at_place,
            Text("又到你处办理：{title}", "Yours to deal with again: {title}"), "case", False,
            frozenset({"claim", "pass", "withdrawn"})),
    Telling("citizen-reported", "case.*", frozenset({"opened"}), desk,
            Text("{place}新诉求：{title}", "New report at {place}: {title}"), "case", False, _ANY),
    Telling("citizen-again", "case.*", _ANY, desk_again,
            Text("反映人重开：{title}（{place}）", "Opened again by the reporter: {title} ({place})"),
            "case", False, _ANY),
    Telling("citizen-added", "case.*", _ANY, desk_also,
            Text("反映人补充或评价：{title}（{place}）", "The reporter added or rated: {title} ({place})"),
            "case", False, _ANY),
    Telling("report-chased", FILING, frozenset({"chased"}), at_place,
            Text("催报：{topic}", "Reminder to report: {topic}"), "report", True,
            frozenset({"filed", "exempted"})),
    Telling("report-escalated", FILING, frozenset({"escalated"}), above,
            Text("{place}未报，已提级：{topic}", "{place} has not reported, passed up: {topic}"), "report", False,
            frozenset({"filed", "exempted"})),
    Telling("shift-planned", "duty.assignment", frozenset({"confirmed"}), person("account"),
            Text("排班已报备，请留意你的班次", "The roster is filed; see your shifts"), "shift", False,
            frozenset({"arrived", "left", "released", "swapped"})),
    Telling("swap-asked", "duty.swap", frozenset({"asked"}), person("to_account"),
            Text("有人请你换班", "You are asked to swap a shift"), "shift", True,
            frozenset({"accepted", "declined", "approved", "withdrawn"})),
    Telling("swap-answered", "duty.swap", frozenset({"accepted", "declined", "approved"}), person("from_account"),
            Text("换班申请有了答复", "Your request to swap was answered"), "shift"),
)  # fmt: skip
_BY_ID: Final[Mapping[str, Telling]] = {one.id: one for one in TABLE}


def kinds() -> tuple[str, ...]:
    """The kinds of facts that the table speaks of, those of installed lifecycles among them."""
    named = [one.kind for one in TABLE if not one.kind.endswith("*")]
    return tuple(dict.fromkeys([*named, *(one.kind for one in cases.sources())]))


def row(id: str) -> Telling | None:
    return _BY_ID.get(id)


def said(fact: Fact, place: str) -> dict[str, Any]:
    """What the words of the table may name: texts of the fact, the notice's title, the name of the place."""
    answers = fact.payload.get("answers") or {}
    found = {name: value for name, value in answers.items() if isinstance(value, str) and len(value) <= 200}
    if fact.kind == rows.RECEIPT:
        of = models.Notice.objects.filter(id=fact.subject).first()
        found |= {"title": of.title, "number": of.number} if of else {"title": "", "number": ""}
    if fact.kind == FILING:
        label = _topic(fact.program, found.get("topic", ""))
        found |= {"topic": label.zh, "topic_en": label.of("en")}
    named = ("title", "number", "headline", "topic", "topic_en")
    return {**{name: found.get(name, "") for name in named}, "place": place}


def _topic(program: str, topic: str) -> Text:
    """The report as its pack names it; the bare topic of a pack that no longer asks for it."""
    one = duty.rules_of(packs.program(program).pack).obligation(topic)
    return one.label if one else Text(topic, topic)


def words(id: str, said: Mapping[str, str]) -> Text:
    """The text of a message in both languages."""
    one = row(id)
    if one is None:
        return Text("")
    known = {name: said.get(name, "") for name in ("title", "number", "headline", "topic", "place")}
    english = known | {"topic": said.get("topic_en") or known["topic"]}
    return Text(one.text.zh.format_map(known), one.text.en.format_map(english))
