"""A check as the pages show it: the marked text, the list of its claims, and a card for each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, Final

from django.utils.translation import gettext

from yibiao.bulletins.types import COLOURS, Candidate, Check, Judged
from yibiao.core.reading import Run
from yibiao.desk import addresses, border, checking, marks
from yibiao.figures.types import Query
from yibiao.places import queries as places

# A page lists this many claims; the others are marked in the text and counted.
LISTED: Final = 600
AROUND: Final = 24


def shown(check: Check) -> dict[str, Any]:
    """Everything that the page of a check needs beside the draft itself."""
    names = places.names(list({one.place for judged in check.judged for one in judged.candidates}))
    listed = check.judged[:LISTED]
    return {
        "check": check,
        "blocks": marks.text(check),
        "claims": [card(number, check, one, names) for number, one in enumerate(listed, 1) if one.run.claim],
        "unread": [card(number, check, one, names) for number, one in enumerate(listed, 1) if not one.run.claim],
        "more": len(check.judged) - len(listed),
        "faults": marks.faults(check),
        "counts": [{"colour": one, "name": checking.colour(one), "count": check.counts.get(one, 0)} for one in COLOURS],
        "others": others(check.others),
    }


def summary(check: Check) -> dict[str, Any]:
    """The marked text with its counts and faults, for an editor in which nothing is decided."""
    return {"check": check, "blocks": marks.text(check, source=lambda offset: offset), "faults": marks.faults(check)}


def card(number: int, check: Check, one: Judged, names: Mapping[str, str]) -> dict[str, Any]:
    """All that is known of a claim, and what may be done about it."""
    run = one.run
    return {
        "number": number,
        "judged": one,
        "mark": marks.judged(number, one),
        "verdict": checking.verdict(one.verdict),
        "kind": checking.kind(run.kind),
        "interval": checking.interval(run.interval, run.unit),
        "said": one.said.of(border.language()),
        "difference": _difference(one),
        "match": None if one.match is None else candidate(check, one.match, names),
        "elsewhere": one.match is not None and (one.match.place, one.match.period) != (check.place, check.period),
        "others": [candidate(check, other, names) for other in one.candidates if other != one.match],
        "offers": [offer for offer in one.offers if offer.phrase != run.surface],
        "before": check.text[max(0, run.start - AROUND) : run.start].rpartition("\n")[2],
        "after": check.text[run.end : run.end + AROUND].partition("\n")[0],
    }


def candidate(check: Check, one: Candidate, names: Mapping[str, str]) -> dict[str, Any]:
    """An indicator that may be meant, with the addresses of its figure and its facts."""
    query = Query(one.indicator, check.program, one.place, one.period, check.checkpoint)
    span = addresses.period(one.period)
    return {
        "candidate": one,
        "place": names.get(one.place, one.place),
        "how": checking.how(one.how),
        "reasons": [reason.of(border.language()) for reason in one.reasons],
        "choice": "|".join((one.indicator, one.place, span["from"], span["until"])),
        "url": addresses.figure(query),
        "facts": f"{addresses.figure(query)}#facts",
        "card": addresses.figure(query, "desk_figure_card"),
    }


def others(runs: Iterable[Run]) -> list[dict[str, Any]]:
    """The numerals that claim nothing, counted by what they are."""
    counted = Counter(run.kind for run in runs)
    return [{"name": checking.kind(kind), "count": count} for kind, count in counted.most_common()]


def _difference(one: Judged) -> str:
    if one.difference is None or not one.difference:
        return ""
    said = (
        gettext("比现在的数多 %(count)s %(unit)s") if one.difference > 0 else gettext("比现在的数少 %(count)s %(unit)s")
    )
    return said % {"count": checking.plain(abs(one.difference)), "unit": one.unit}
