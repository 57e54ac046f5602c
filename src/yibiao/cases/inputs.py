"""The shape of lifecycles.toml, read strictly; every problem with its line."""

from __future__ import annotations

import dataclasses
from datetime import date
from typing import Annotated, Final

from pydantic import BaseModel, Field

from yibiao.cases import problems
from yibiao.core import expressions
from yibiao.core.expressions import Node
from yibiao.core.lifecycles import checking, moving, types
from yibiao.core.lifecycles.types import FieldType, Lifecycle, Right
from yibiao.core.problems import Problem, Refusal, Where
from yibiao.core.spans import Span
from yibiao.core.texts import Text
from yibiao.packs.types.tables import CODE, COLUMN, STRICT, Bilingual, Table, faults

NAME: Final = "lifecycles.toml"
Id = Annotated[str, Field(pattern=CODE, max_length=40)]
FieldId = Annotated[str, Field(pattern=COLUMN, max_length=40)]
Words = Annotated[str, Field(min_length=1, max_length=300)]
Line = Annotated[str, Field(max_length=1000)]


class ChoiceIn(Bilingual):
    id: Id


class DerivationIn(BaseModel):
    model_config = STRICT
    value: Words
    when: Words
    valid_from: date | None = None
    valid_until: date | None = None
    source: Line = ""


class FieldIn(BaseModel):
    model_config = STRICT
    id: FieldId
    type: FieldType
    label: Bilingual
    choices: list[ChoiceIn] = []
    unit: Annotated[str, Field(max_length=20)] = ""
    default: Line = ""
    minimum: int | None = None
    derived: list[DerivationIn] = []


class DeadlineIn(BaseModel):
    model_config = STRICT
    field_: Line = Field(default="", alias="field")
    span: Line = ""
    anchor: Line = ""
    when: Line = ""
    source: Line = ""


class StateIn(BaseModel):
    model_config = STRICT
    id: Id
    label: Bilingual
    final: bool = False
    open_ended: bool = False
    promise: bool = False
    due: list[DeadlineIn] = []
    escalate: Line = ""


class AskIn(BaseModel):
    model_config = STRICT
    field_: FieldId = Field(alias="field")
    required: bool = True
    when: Line = ""
    evidence: bool = False


class MoveIn(BaseModel):
    model_config = STRICT
    id: Id
    label: Bilingual
    from_: list[Id] = Field(alias="from")
    to: Line = ""
    right: Right
    asks: list[AskIn] = []
    where: Line = ""
    when: Line = ""
    needs: Bilingual | None = None
    other_than: list[Words] = []
    reason: bool = False
    repeats: bool = False
    withdraws: bool = False
    sets: dict[str, str] = {}
    stamps: list[FieldId] = []
    later: list[FieldId] = []


class StartIn(BaseModel):
    model_config = STRICT
    state: Id
    when: Line = ""


class OpeningIn(BaseModel):
    model_config = STRICT
    form: Words
    repeat: Line = ""
    title: Words
    fields: dict[str, str] = {}
    constants: dict[str, str] = {}
    count: Line = ""
    when: Line = ""
    starts: list[StartIn] = []


class ClockIn(BaseModel):
    model_config = STRICT
    id: Id
    label: Bilingual
    channel: Words
    anchor: Words
    limit: Words
    stopped_by: list[Words]
    when: Line = ""
    valid_from: date | None = None
    source: Line = ""


class PaperIn(BaseModel):
    model_config = STRICT
    id: Id
    label: Bilingual
    moves: list[Words]
    title: Words
    number: Line = ""
    to: Line = ""
    body: list[Line]
    where: Line = ""
    signatures: list[Words] = []


class PublicIn(BaseModel):
    model_config = STRICT
    states: Annotated[list[Id], Field(min_length=1)]
    fields: list[FieldId]


class OfferIn(BaseModel):
    model_config = STRICT
    move: Id
    within: Line = ""
    source: Line = ""


class ReporterIn(BaseModel):
    model_config = STRICT
    path: Annotated[list[Id], Field(min_length=1)]
    fields: list[FieldId]
    offers: list[OfferIn] = []


class MergingIn(BaseModel):
    model_config = STRICT
    move: Id
    undo: Id
    field_: FieldId = Field(alias="field")
    same: FieldId
    text: FieldId
    near: FieldId
    within: Words


class LifecycleIn(BaseModel):
    model_config = STRICT
    id: Id
    label: Bilingual
    valid_from: date
    source: Words
    start: Id
    field_: list[FieldIn] = Field(default=[], alias="field")
    state: list[StateIn]
    move: list[MoveIn]
    opens: list[OpeningIn] = []
    clock: list[ClockIn] = []
    paper: list[PaperIn] = []
    public: PublicIn | None = None
    reporter: ReporterIn | None = None
    merging: MergingIn | None = None


def parse(content: bytes) -> tuple[tuple[Lifecycle, ...], list[Problem]]:
    """The lifecycles of a file, and everything that is wrong with them."""
    table = Table(NAME, content)
    if table.unreadable is not None:
        return (), [table.unreadable.at(problems.TOML)]
    read, wrong = table.blocks("lifecycle", LifecycleIn)
    found = faults(problems.SHAPE, [*table.only("lifecycle"), *wrong])
    made: list[Lifecycle] = []
    for index, block in read:
        where = table.where("lifecycle", index)
        if any(one.id == block.id for one in made):
            found.append(problems.REPEATED.at(where, id=block.id))
            continue
        built = _Build(block, where)
        one = built.lifecycle()
        found += built.found
        found += [dataclasses.replace(each, where=where.below(each.where)) for each in checking.check(one)]
        made.append(one)
    return tuple(made), found


class _Build:
    """From the shape to the lifecycle: conditions and spans are read here, so that they are read once."""

    def __init__(self, block: LifecycleIn, where: Where) -> None:
        self.block, self.where = block, where
        self.found: list[Problem] = []
        self.types = moving.standard_types()
        self.types |= {one.id: "text" if one.type == "choice" else one.type for one in block.field_}

    def lifecycle(self) -> Lifecycle:
        block = self.block
        return Lifecycle(
            block.id, block.label.text(), block.valid_from, block.source, block.start,
            tuple(self._field(one) for one in block.field_),
            tuple(self._state(one) for one in block.state),
            tuple(self._move(one) for one in block.move),
            tuple(self._opening(one) for one in block.opens),
            tuple(self._clock(one) for one in block.clock),
            tuple(
                types.Paper(
                    one.id, one.label.text(), tuple(one.moves), one.title, one.number, one.to, tuple(one.body),
                    tuple(one.signatures), self._when(one.id, one.where),
                )
                for one in block.paper
            ),
            types.Public(tuple(block.public.states), tuple(block.public.fields)) if block.public else None,
            self._reporter(block.reporter),
            self._merging(block.merging),
        )  # fmt: skip

    def _reporter(self, one: ReporterIn | None) -> types.Reporter | None:
        if one is None:
            return None
        offers = (types.Offer(each.move, self._span(each.move, each.within), each.source) for each in one.offers)
        return types.Reporter(tuple(one.path), tuple(one.fields), tuple(offers))

    def _merging(self, one: MergingIn | None) -> types.Merging | None:
        if one is None:
            return None
        within = self._span("merging", one.within) or Span(30, "d")
        return types.Merging(one.move, one.undo, one.field_, one.same, one.text, one.near, within)

    def _field(self, one: FieldIn) -> types.Field:
        rules = tuple(
            types.Derivation(rule.value, node, rule.when, rule.valid_from, rule.valid_until, rule.source)
            for rule in one.derived
            if (node := self._when(one.id, rule.when)) is not None
        )
        choices = tuple((choice.id, Text(choice.zh, choice.en)) for choice in one.choices)
        return types.Field(one.id, one.type, one.label.text(), choices, one.unit, one.default, one.minimum, rules)

    def _state(self, one: StateIn) -> types.State:
        due = tuple(
            types.Deadline(
                rule.field_, self._span(one.id, rule.span), rule.anchor, self._when(one.id, rule.when), rule.source
            )
            for rule in one.due
        )
        escalate = self._span(one.id, one.escalate)
        return types.State(one.id, one.label.text(), one.final, due, one.open_ended, one.promise, escalate)

    def _move(self, one: MoveIn) -> types.Move:
        asks = tuple(
            types.Ask(ask.field_, ask.required, self._when(one.id, ask.when), ask.evidence) for ask in one.asks
        )
        return types.Move(
            one.id, one.label.text(), frozenset(one.from_), one.to, one.right, asks,
            self._when(one.id, one.where), self._when(one.id, one.when),
            one.needs.text() if one.needs else Text("条件还不具备", "a condition does not hold"),
            tuple(one.other_than), one.reason, one.repeats, one.withdraws, one.sets, tuple(one.stamps),
            tuple(one.later),
        )  # fmt: skip

    def _opening(self, one: OpeningIn) -> types.Opening:
        starts = tuple(types.Start(start.state, self._when(one.form, start.when)) for start in one.starts)
        return types.Opening(one.form, one.repeat, one.title, one.fields, one.constants, one.count, one.when, starts)

    def _clock(self, one: ClockIn) -> types.Clock:
        limit = self._span(one.id, one.limit) or Span(1, "d")
        return types.Clock(
            one.id, one.label.text(), one.channel, one.anchor, limit, tuple(one.stopped_by),
            self._when(one.id, one.when), one.valid_from or self.block.valid_from, one.source or self.block.source,
        )  # fmt: skip

    def _when(self, part: str, text: str) -> Node | None:
        if not text:
            return None
        try:
            return expressions.parse_filter(text, self.types)
        except Refusal as refusal:
            self.found += [dataclasses.replace(one, where=self.where.below(part)) for one in refusal.problems]
            return None

    def _span(self, part: str, text: str) -> Span | None:
        if not text:
            return None
        try:
            return Span.parse(text)
        except Refusal as refusal:
            self.found += [dataclasses.replace(one, where=self.where.below(part)) for one in refusal.problems]
            return None
