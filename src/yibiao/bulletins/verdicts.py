"""What is to be said of a claim, given the exact figure that it speaks of. Pure: it asks nothing and nobody."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import ROUND_DOWN, Decimal
from typing import Final

from yibiao.bulletins.types import Colour, How, Offer, Verdict
from yibiao.core import hedges, quantities, wording
from yibiao.core.reading import Run
from yibiao.core.texts import Text

OFFERED: Final = 4
_HEDGES: Final = ("余", "多", "近", "超", "逾", "约")
_DIGITS: Final = re.compile(r"\d+(?:\.(?P<places>\d+))?[余多]?(?P<scale>[万亿]?)")
_SURE: Final = ("bound", "confirmed")
_COLOURS: Final[Mapping[Verdict, tuple[Colour, Colour]]] = {  # of a claim that a person is sure of; of a proposed one
    "supported": ("green", "green"),
    "contradicted": ("red", "amber"),
    "wrong-unit": ("red", "amber"),
    "zero-uncovered": ("red", "amber"),
    "stale": ("amber", "amber"),
    "unmatched": ("grey", "grey"),
    "unread": ("grey", "grey"),
}


@dataclass(frozen=True, slots=True)
class Found:
    """A figure as far as verdicts need it. ``covered`` is None where the indicator relies on no reports."""

    value: Decimal | None
    unit: str
    zero: bool
    covered: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """The outcome for one claim."""

    verdict: Verdict
    difference: Decimal | None
    offers: tuple[Offer, ...]
    said: Text


def colour(verdict: Verdict, how: How | None) -> Colour:
    """Red is only for claims whose indicator a person has said; a proposal that does not hold wants a look."""
    sure, proposed = _COLOURS[verdict]
    return sure if how in _SURE else proposed


def hold(run: Run, found: Found, *, units_agree: bool) -> Held:
    """A claim held against its figure."""
    if not units_agree:
        return _wrong_unit(run, found)
    if run.kind == "zero":
        return _zero(found)
    if found.value is None:
        return Held(
            "unmatched", None, (), Text("这个地方和时段没有数。", "There is no figure for this place and period.")
        )
    told = quantities.convert(found.value, found.unit, run.unit) if run.unit else None
    if told is None or run.unit is None:
        return _number(run, found, found.value)
    return _number(run, replace(found, unit=run.unit if told != found.value else found.unit), told)


def _number(run: Run, found: Found, value: Decimal) -> Held:
    if run.holds(value):
        if _far(run, value):
            said = Text(
                f"属实，但准确数是 {_shown(value)}{found.unit}，这个说法偏低。",
                f"True, but the exact figure is {_shown(value)}: the wording is too low by now.",
            )
            return Held("stale", None, offers(run, value, found.unit), said)
        return Held("supported", None, (), _agrees(value, found))
    if _cut(run, value):
        said = Text(
            f"准确数是 {_shown(value)}{found.unit}，写的是截去尾数，不是四舍五入。",
            f"The exact figure is {_shown(value)}: the number was cut off, not rounded.",
        )
        return Held("stale", _less(run, value), offers(run, value, found.unit), said)
    said = Text(
        f"准确数是 {_shown(value)}{found.unit}，与“{run.surface}”不符。",
        f"The exact figure is {_shown(value)}, which “{run.surface}” does not say.",
    )
    return Held("contradicted", _less(run, value), offers(run, value, found.unit), said)


def offers(run: Run, value: Decimal, unit: str) -> tuple[Offer, ...]:
    """True wordings of a value, those written like the claim first."""
    shown = run.unit or ("" if run.precision and run.num and not run.unit else unit)
    made = [Offer(rule, phrase) for rule, phrase in wording.phrases(value, shown)]
    return tuple(sorted(made, key=lambda one: _unlike(run, one.phrase))[:OFFERED])


def _unlike(run: Run, phrase: str) -> float:
    """How little a phrase is written like the claim: by its hedge, its scale and its decimals."""
    said = run.hedge or ""
    hedge = next((word for word in _HEDGES if word in phrase), "")
    unlike = 1.0 * (bool(said) != bool(hedge)) + 0.5 * (bool(said and hedge) and said != hedge)
    own, other = (_DIGITS.search(text) for text in (run.surface, phrase))
    if own is None or other is None:
        return unlike + 1
    unlike += 1.0 * (own["scale"] != other["scale"])
    return unlike + 0.5 * (len(own["places"] or "") != len(other["places"] or ""))


def _zero(found: Found) -> Held:
    if found.value:
        said = Text(f"已有 {_shown(found.value)}{found.unit}，不是零。", f"There were {_shown(found.value)}: not none.")
        return Held("contradicted", -found.value, (), said)
    if found.zero and found.value is not None:
        return Held("supported", None, (), _agrees(found.value, found))
    if found.covered is None:
        said = Text("没有报送依据：没有记录不等于没有发生。", "No reports prove it: no record is not proof of none.")
    else:
        owed, filed = found.covered
        said = Text(
            f"应报 {owed} 份，实报 {filed} 份，还不能说是零。",
            f"{filed} of {owed} reports owed were filed: none cannot be said yet.",
        )
    return Held("zero-uncovered", None, (), said)


def _wrong_unit(run: Run, found: Found) -> Held:
    own = run.unit or "—"
    said = Text(
        f"这个数按“{found.unit}”统计，文中写的是“{own}”。",
        f"This is counted in “{found.unit}”; the text says “{own}”.",
    )
    made = [Offer(rule, phrase) for rule, phrase in wording.phrases(found.value, found.unit)] if found.value else []
    return Held("wrong-unit", None, tuple(sorted(made, key=lambda one: _unlike(run, one.phrase))[:OFFERED]), said)


def _agrees(value: Decimal, found: Found) -> Text:
    reports = ""
    reports_en = ""
    if found.covered:
        owed, filed = found.covered
        reports, reports_en = f"（应报 {owed} 份，实报 {filed} 份）", f" ({filed} of {owed} reports filed)"
    return Text(f"属实：准确数是 {_shown(value)}{found.unit}{reports}。", f"True: exactly {_shown(value)}{reports_en}.")


def _place(run: Run) -> Decimal | None:
    """One unit of the last written place of a rounded claim; None for any other."""
    return run.number.place if run.number and run.precision == "rounded" else None


def _cut(run: Run, value: Decimal) -> bool:
    place = _place(run)
    return place is not None and (value / place).to_integral_value(rounding=ROUND_DOWN) * place == run.value


def _far(run: Run, value: Decimal) -> bool:
    """Whether a value lies above an open hedge by more than one unit of the last place that the hedge names."""
    if hedges.sense(run.hedge or "") != "over" or run.number is None:
        return False
    return value >= run.number.value + run.number.last


def _less(run: Run, value: Decimal) -> Decimal | None:
    return None if run.value is None else run.value - value


def _shown(value: Decimal) -> str:
    whole = value == value.to_integral_value()
    return format(value.quantize(Decimal(1)) if whole else value.quantize(Decimal("0.01")).normalize(), "f")
