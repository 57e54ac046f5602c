"""Reports of the same thing on the page of a case: what is suspected, what was merged, and how that is undone."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest

from yibiao.cases import queries as cases
from yibiao.cases.types import Case
from yibiao.desk import border, casing
from yibiao.places import queries as places


def around(request: HttpRequest, case: Case, forms: Iterable[casing.Form]) -> dict[str, Any]:
    """What the page of a case shows of others that speak of the same thing; empty for kinds that are never merged."""
    merging = case.lifecycle.merging
    if merging is None:
        return {}
    scope = border.reading(request)
    into = str(case.answers.get(merging.field) or "")
    may = any(form.id == merging.move for form in forms)
    found = cases.suspicions(case, scope=scope) if not into else ()
    names = places.names(list({one.place for one in found}))
    return {
        "move": merging.move,
        "field": merging.field,
        "may": may,
        "into": cases.lines([into], scope=scope).get(into) if into else None,
        "merged": cases.merged(case.id, scope=scope),
        "suspects": [
            {
                "one": one,
                "place": names.get(one.place, one.place),
                "state": casing.value_of(case.lifecycle, "state", one.state),
                "percent": f"{one.likeness:.0%}",
                "metres": None if one.metres is None else round(one.metres),
            }
            for one in found
        ],
    }
