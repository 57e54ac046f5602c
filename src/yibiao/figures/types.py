"""What leaves the room of figures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final, Literal

from yibiao.core.periods import Period
from yibiao.core.texts import Text

UNSAID = Text("")
# What an exemption says of itself among the facts behind a figure: no form can have fields of these names.
EXEMPT_SLOT: Final = "exempt.slot"
EXEMPT_REASON: Final = "exempt.reason"
Measure = Literal["count", "sum", "distinct", "latest", "ratio", "streak", "zero", "expr"]
# Cells of a source with the keys of entities in them that count as others: (name or template, ((key, counts as), …)).
Merged = tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
Attribution = Literal["place", "organisation"]


@dataclass(frozen=True, slots=True)
class Indicator:
    """A definition, frozen with its pack version. ``ref`` is ``<pack>.<id>``.

    ``source`` is ``<form>`` or ``<form>/<repeat>``.
    """

    id: str
    pack: str
    label: Text
    counts: Text
    unit: str
    kind: str
    measure: Measure
    source: str = ""
    filter: str = ""
    of: str = ""
    per: str = ""
    terms: str = ""
    every: str = ""
    coverage: str = ""
    attribution: Attribution = "place"
    window: str = ""
    aliases: tuple[str, ...] = ()
    key: bool = False
    part_of: str = ""
    valid_from: date | None = None
    rule_source: str = ""

    @property
    def ref(self) -> str:
        return f"{self.pack}.{self.id}"


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many of the reports owed were filed. ``missing`` names at most twenty that were not: (unit label, day)."""

    owed: int
    filed: int
    missing: tuple[tuple[str, str], ...] = ()

    @property
    def full(self) -> bool:
        return self.owed > 0 and self.filed == self.owed


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked: an indicator of a program for a place and a period, as of a checkpoint (None: the newest).

    ``edition`` is ``then`` (the tree of the period's last day) or ``now`` (today's tree).
    """

    indicator: str
    program: str
    place: str
    period: Period
    as_of: int | None = None
    edition: Literal["then", "now"] = "then"


@dataclass(frozen=True, slots=True)
class Figure:
    """A value with all that belongs to it.

    ``value`` is None where nothing can be said: a zero without full coverage, a ratio over nothing, a stock never
    filed. ``facts`` counts the contributing facts. ``as_of`` is the checkpoint's number.
    """

    query: Query
    indicator: Indicator
    value: Decimal | None
    unit: str
    as_of: int
    facts: int
    coverage: Coverage | None = None
    note: Text = UNSAID


@dataclass(frozen=True, slots=True)
class Slice:
    """One part of a breakdown: by child place (key is its code), by day (ISO date) or by a choice of a dimension."""

    key: str
    label: str
    value: Decimal | None
    facts: int


@dataclass(frozen=True, slots=True)
class Contribution:
    """One fact, or one row of a fact's repeat, behind a figure. ``amount`` is what it adds (1 for a count)."""

    fact: str
    revision: int
    position: int
    item: int | None
    kind: str
    place: str
    occurred_at: datetime
    amount: Decimal | None
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Contributions:
    items: tuple[Contribution, ...]
    total: int
    number: int
    size: int


@dataclass(frozen=True, slots=True)
class Explanation:
    """The rule in words, the plan step by step, and the SQL that was run."""

    rule: Text
    steps: tuple[Text, ...]
    sql: str


@dataclass(frozen=True, slots=True)
class Check:
    """A partition check: whether its two sides are equal for a place and period."""

    id: str
    label: Text
    left: Decimal | None
    right: Decimal | None

    @property
    def holds(self) -> bool:
        return self.left is not None and self.left == self.right


@dataclass(frozen=True, slots=True)
class Difference:
    """A cell of a cube that is not what the columns say: its month's value as kept, and as counted anew.

    The two may be equal where only days differ.
    """

    indicator: str
    program: str
    place: str
    month: str
    kept: Decimal | None
    counted: Decimal | None


@dataclass(frozen=True, slots=True)
class Astray:
    """A kind of fact whose columns are not what the log says.

    ``held`` and ``logged`` are numbers of facts; ``wrong`` is how many of those that were compared differ. ``damaged``
    files are missing or not as they were written: ``held`` then counts the others, and nothing was compared.
    """

    kind: str
    held: int
    logged: int
    wrong: int
    damaged: int = 0


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of holding cubes against columns, and columns against the log; both empty where all is well."""

    differences: tuple[Difference, ...]
    astray: tuple[Astray, ...]

    @property
    def sound(self) -> bool:
        return not self.differences and not self.astray


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a source.

    ``type`` is BIGINT, DECIMAL, DATE, TIMESTAMP, VARCHAR, SET (names with spaces between), or ANY for what
    a form computes. ``choices`` are given where no form has them.
    """

    name: str
    type: str
    label: Text = UNSAID
    choices: tuple[tuple[str, Text], ...] = ()


@dataclass(frozen=True, slots=True)
class Source:
    """The rows that an indicator looks at: ``<form>`` one per fact, ``<form>/<repeat>`` one per item of a fact.

    ``<room>:<name>``: one per fact of a kind that a room declares.

    ``register`` names the register that the form fills; ``key`` and ``entity_label`` are its templates over answers.
    """

    name: str
    kind: str
    repeat: str
    columns: tuple[Column, ...]
    title: Text = UNSAID
    register: str = ""
    key: str = ""
    entity_label: str = ""

    def __hash__(self) -> int:
        # Those of one name mostly have one set of columns, and a board looks them up by the hundred.
        return hash((self.name, self.kind, self.repeat))

    def column(self, name: str) -> Column | None:
        return next((column for column in self.columns if column.name == name), None)


@dataclass(frozen=True, slots=True)
class CoverageRule:
    """Who owes which report: every unit of ``register`` that passes ``filter`` files ``form`` every day or month."""

    id: str
    form: str
    register: str
    unit: str
    every: Literal["day", "month"]
    label: Text
    filter: str = ""


@dataclass(frozen=True, slots=True)
class CheckRule:
    """Two sides that must be equal: ``hazards = hazards-fixed + hazards-ordered``."""

    id: str
    label: Text
    equal: str


@dataclass(frozen=True, slots=True)
class Definitions:
    """All that the indicators.toml of one pack version defines, with the sources that it was checked against."""

    pack: str
    version: str
    indicators: tuple[Indicator, ...] = ()
    coverages: tuple[CoverageRule, ...] = ()
    checks: tuple[CheckRule, ...] = ()
    sources: tuple[Source, ...] = ()

    def indicator(self, id: str) -> Indicator | None:
        return next((one for one in self.indicators if one.id == id), None)

    def coverage(self, id: str) -> CoverageRule | None:
        return next((one for one in self.coverages if one.id == id), None)

    def source(self, name: str) -> Source | None:
        return next((one for one in self.sources if one.name == name), None)


@dataclass(frozen=True, slots=True)
class Inventory:
    """The files of the columns beside their manifest: committed files, those missing or of another length, orphans."""

    files: int
    bytes: int
    missing: int
    named: tuple[str, ...]
    orphans: int


@dataclass(frozen=True, slots=True)
class Reread:
    """How many files of the columns were read back, how many of them are not as they were written, and which."""

    files: int
    damaged: int
    named: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Copied:
    """What came of copying columns: up to which position, how many files lie there, how many are new or went away."""

    position: int
    files: int
    new: int
    bytes: int
    removed: int


@dataclass(frozen=True, slots=True)
class Status:
    """How far the columns have come: the position they hold everything up to, and the newest sealed one."""

    position: int
    sealed: int
    segments: int
    rows: int
    bytes: int

    @property
    def behind(self) -> int:
        return self.sealed - self.position


@dataclass(frozen=True, slots=True)
class Part:
    """What a province put into a shared lake: how far its log had come, and what is wrong with it if anything is.

    ``state`` is heard, missing, late, damaged, unreadable or forked. ``place`` alone is known of one that is missing.
    """

    place: str
    name: str
    state: str
    checkpoint: int = 0
    size: int = 0
    root: str = ""
    published_at: datetime | None = None
    why: str = ""

    @property
    def heard(self) -> bool:
        return self.state == "heard"


@dataclass(frozen=True, slots=True)
class Rollup:
    """A figure over a shared lake, with every province that should be in it.

    ``value`` is of the provinces that were heard. It is None where nothing can be said: a zero while one is lacking
    is no zero. ``note`` says what counts twice if two of them file it.
    """

    query: Query
    indicator: Indicator
    value: Decimal | None
    unit: str
    facts: int
    parts: tuple[Part, ...]
    note: Text = UNSAID

    @property
    def lacking(self) -> tuple[Part, ...]:
        return tuple(one for one in self.parts if not one.heard)
