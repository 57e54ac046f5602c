"""A check as JSON and back, as it is kept: what was found stays as it was found, whatever rules change later."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from yibiao.bulletins.types import Candidate, Check, Judged, Offer
from yibiao.core.faults import KINDS, Fault, Kind
from yibiao.core.intervals import Interval
from yibiao.core.periods import Period
from yibiao.core.reading import Run
from yibiao.core.texts import Text

_RUN = ("start", "end", "surface", "num_start", "num_end", "num", "claim", "kind", "precision", "hedge", "unit", "verb",
        "noun", "scope", "whole")  # fmt: skip


def check_json(check: Check) -> dict[str, Any]:
    """All of a check but what its row has in columns."""
    return {
        "text": check.text,
        "program": check.program,
        "place": check.place,
        "period": check.period.as_json(),
        "judged": [_judged_json(one) for one in check.judged],
        "others": [_run_json(run) for run in check.others],
        "faults": [_fault_json(fault) for fault in check.faults],
        "counts": dict(check.counts),
    }


def check(content: Mapping[str, Any], *, number: int, checkpoint: int, checked_at: datetime, by: str) -> Check:
    """The check again."""
    text = content["text"]
    return Check(
        text=text,
        program=content["program"],
        place=content["place"],
        period=period(content["period"]),
        checkpoint=checkpoint,
        judged=tuple(_judged(one) for one in content["judged"]),
        others=tuple(_run(one) for one in content["others"]),
        faults=tuple(_fault(one, text) for one in content["faults"]),
        counts=content["counts"],
        number=number,
        checked_at=checked_at,
        by=by,
    )


def period(stored: Mapping[str, str]) -> Period:
    return Period(datetime.fromisoformat(stored["from"]), datetime.fromisoformat(stored["until"]))


def decimal(value: Decimal | None) -> str | None:
    return None if value is None else format(value, "f")


def number(stored: str | None) -> Decimal | None:
    return None if stored is None else Decimal(stored)


def interval(low: str, high: str | None, bounds: str) -> Interval:
    return Interval(Decimal(low), number(high or None), bounds[0] == "(", high not in (None, "") and bounds[-1] == ")")


def _run_json(run: Run) -> dict[str, Any]:
    held = run.interval
    said = {name: getattr(run, name) for name in _RUN}
    spans = [decimal(held.low), decimal(held.high), held.bounds] if held else None
    return {**said, "value": decimal(run.value), "interval": spans}


def _run(stored: Mapping[str, Any]) -> Run:
    held = stored["interval"]
    said = {name: stored[name] for name in _RUN}
    return Run(**said, value=number(stored["value"]), interval=interval(*held) if held else None)


def _judged_json(one: Judged) -> dict[str, Any]:
    return {
        "run": _run_json(one.run),
        "key": one.key,
        "matched": one.match is not None,
        "candidates": [_candidate_json(each) for each in one.candidates],
        "verdict": one.verdict,
        "colour": one.colour,
        "value": decimal(one.value),
        "unit": one.unit,
        "coverage": list(one.coverage) if one.coverage else None,
        "difference": decimal(one.difference),
        "offers": [[each.rule, each.phrase] for each in one.offers],
        "said": _text_json(one.said),
    }


def _judged(stored: Mapping[str, Any]) -> Judged:
    candidates = tuple(_candidate(each) for each in stored["candidates"])
    return Judged(
        run=_run(stored["run"]),
        key=stored["key"],
        match=candidates[0] if stored["matched"] else None,
        candidates=candidates,
        verdict=stored["verdict"],
        colour=stored["colour"],
        value=number(stored["value"]),
        unit=stored["unit"],
        coverage=tuple(stored["coverage"]) if stored["coverage"] else None,
        difference=number(stored["difference"]),
        offers=tuple(Offer(*each) for each in stored["offers"]),
        said=Text(*stored["said"]),
    )


def _candidate_json(one: Candidate) -> dict[str, Any]:
    return {
        "indicator": one.indicator,
        "label": _text_json(one.label),
        "unit": one.unit,
        "place": one.place,
        "period": one.period.as_json(),
        "score": str(one.score),
        "how": one.how,
        "reasons": [_text_json(each) for each in one.reasons],
    }


def _candidate(stored: Mapping[str, Any]) -> Candidate:
    return Candidate(
        indicator=stored["indicator"],
        label=Text(*stored["label"]),
        unit=stored["unit"],
        place=stored["place"],
        period=period(stored["period"]),
        score=float(stored["score"]),
        how=stored["how"],
        reasons=tuple(Text(*each) for each in stored["reasons"]),
    )


def _fault_json(fault: Fault) -> dict[str, Any]:
    return {
        "kind": [fault.kind.type, fault.kind.certainty, fault.kind.zh, fault.kind.en],
        "start": fault.start,
        "end": fault.end,
        "values": {name: str(value) for name, value in fault.values.items()},
        "related": list(fault.related) if fault.related else None,
        "duplicate_of": list(fault.duplicate_of) if fault.duplicate_of else None,
        "suspect": fault.suspect,
    }


def _fault(stored: Mapping[str, Any], text: str) -> Fault:
    kind = Kind(*stored["kind"])
    return Fault(
        kind=next((one for one in KINDS if one == kind), kind),
        start=stored["start"],
        end=stored["end"],
        text=text,
        values=stored["values"],
        related=tuple(stored["related"]) if stored["related"] else None,
        duplicate_of=tuple(stored["duplicate_of"]) if stored["duplicate_of"] else None,
        suspect=stored["suspect"],
    )


def _text_json(text: Text) -> list[str]:
    return [text.zh, text.en]
