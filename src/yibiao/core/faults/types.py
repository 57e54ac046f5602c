"""What a fault of a text is, and the catalogue of their types: what a clerk is told to do, in two languages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, TypeAlias

Certainty: TypeAlias = Literal["certain", "suspect", "style"]
Span: TypeAlias = tuple[int, int]

_LONGEST_SURFACE: Final = 80
_SHOWN_END: Final = 36
_SHOWN_BESIDE: Final = 6


@dataclass(frozen=True, slots=True)
class Kind:
    """One type of fault; its texts may hold ``{names}`` filled from the fault."""

    type: str
    certainty: Certainty
    zh: str
    en: str


TORN: Final = Kind(
    "torn_paragraph",
    "certain",
    "段落在句中断开，应与下段相接",
    "The paragraph breaks in mid-sentence; join it with the next one.",
)
TORN_OR_UNENDED: Final = Kind(
    "torn_paragraph",
    "certain",
    "段末没有句末标点，应是在句中断开：请与下段相接；若句子已完，请补标点",
    "The paragraph ends without a full stop and seems to break in mid-sentence; join it with the next one, or end it.",
)
DUPLICATE: Final = Kind(
    "duplicate_paragraph",
    "certain",
    "与前面第 {start}—{end} 字处逐字相同，共 {count} 字，请删去一处",
    "The same {count} characters stand at {start}–{end}; delete one of the two.",
)
DOUBLED: Final = Kind(
    "doubled_char",
    "certain",
    "“{word}”重复，请删去一个",
    "“{word}” is doubled; delete one.",
)
TRUNCATED: Final = Kind(
    "truncated_end",
    "certain",
    "段末没有句末标点，请补标点或补全缺文",
    "The paragraph ends without a full stop; add it, or the text that is missing.",
)
ORPHAN: Final = Kind(
    "orphan_fragment",
    "certain",
    "句首残片：只有数量，没有主语和谓语，请补全或移回原处",
    "A fragment: a bare quantity begins the line; complete it or move it back to its sentence.",
)
UNIT_MISMATCH: Final = Kind(
    "unit_mismatch",
    "style",
    "“{noun}”与“{unit}”不是同一口径，请改其一",
    "“{noun}” and “{unit}” do not count the same thing; change one of them.",
)
UNIT_INCONSISTENT: Final = Kind(
    "unit_inconsistent",
    "style",
    "同一对象前用“{first}”后用“{second}”，请统一",
    "The same thing is counted in “{first}” and then in “{second}”; use one measure word.",
)
NUMERALS_MIXED: Final = Kind(
    "numeral_style_mixed",
    "style",
    "“{first}”与“{second}”数字写法不一，请统一",
    "“{first}” and “{second}” are written in different numerals; use one style.",
)
HEDGE_REDUNDANT: Final = Kind(
    "redundant_hedge",
    "style",
    "“{first}”与“{second}”重复或矛盾，请删去一个",
    "“{first}” and “{second}” say the same or contradict each other; delete one.",
)
HEDGE_EXACT: Final = Kind(
    "redundant_hedge",
    "suspect",
    "{num}是准确数，不能再用“{second}”，请删去或改用整数",
    "{num} is an exact number; delete “{second}”, or write a round number.",
)
LIST_COUNT: Final = Kind(
    "enumeration_mismatch",
    "suspect",
    "写明{said}，列出的却是{listed}项，请核对",
    "The text says {said}, but {listed} are listed; check them.",
)
SUM: Final = Kind(
    "sum_mismatch",
    "suspect",
    "各部分相加为{sum}，与总数{total}不符，请核对",
    "The parts add up to {sum}, not to the total of {total}; check them.",
)
PART: Final = Kind(
    "sum_mismatch",
    "certain",
    "部分{part}大于总数{total}，请核对",
    "A part of {part} is larger than its total of {total}; check them.",
)
RATIO: Final = Kind(
    "ratio_mismatch",
    "suspect",
    "{part}占{total}应为{share}%，与所写{said}不符，请核对",
    "{part} of {total} is {share}%, not {said}; check them.",
)
CHANGE: Final = Kind(
    "change_mismatch",
    "suspect",
    "由{before}到{after}，变化应为{change}，与所写{said}不符，请核对",
    "From {before} to {after} the change is {change}, not {said}; check them.",
)

KINDS: Final = (
    TORN, TORN_OR_UNENDED, DUPLICATE, DOUBLED, TRUNCATED, ORPHAN, UNIT_MISMATCH, UNIT_INCONSISTENT, NUMERALS_MIXED,
    HEDGE_REDUNDANT, HEDGE_EXACT, LIST_COUNT, SUM, PART, RATIO, CHANGE,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of a text: ``text[start:end]`` is where a clerk has to look.

    ``related`` is the other place that the fault is about, ``duplicate_of`` the first of two equal paragraphs.
    **Missing**: both are None where there is no such place; ``context`` is empty where the span says enough.
    """

    kind: Kind
    start: int
    end: int
    text: str = field(repr=False, compare=False)
    values: Mapping[str, object] = field(default_factory=dict, compare=False)
    related: Span | None = None
    duplicate_of: Span | None = None
    suspect: bool = False

    @property
    def type(self) -> str:
        return self.kind.type

    @property
    def certainty(self) -> Certainty:
        return "suspect" if self.suspect else self.kind.certainty

    @property
    def surface(self) -> str:
        """The faulty text; the middle of a long one is left out."""
        said = self.text[self.start : self.end]
        return said if len(said) <= _LONGEST_SURFACE else f"{said[:_SHOWN_END]}…{said[-_SHOWN_END:]}"

    @property
    def context(self) -> str:
        """A few characters on both sides of a fault that is itself only white space."""
        said = self.text[self.start : self.end]
        if said.strip():
            return ""
        before = self.text[max(0, self.start - _SHOWN_BESIDE) : self.start]
        after = self.text[self.end : self.end + _SHOWN_BESIDE]
        return f"{before}{'⏎' * said.count(chr(10)) or '⏎'}{after}"

    def note(self, language: str = "zh") -> str:
        """What is wrong and what to do."""
        return (self.kind.en if language.startswith("en") else self.kind.zh).format_map(self.values)

    def as_json(self, language: str = "zh") -> dict[str, Any]:
        """The record of the draft check's command and API."""
        said: dict[str, Any] = {"type": self.type, "start": self.start, "end": self.end, "surface": self.surface}
        said |= {"certainty": self.certainty, "note": self.note(language)}
        if self.context:
            said["context"] = self.context
        if self.related:
            said["related"] = list(self.related)
        if self.duplicate_of:
            said["duplicate_of"] = list(self.duplicate_of)
        return said
