"""Lists that can grow, a page at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from django.http import HttpRequest

from yibiao.desk import border

SIZE: Final = 50


def paged(request: HttpRequest, held: Sequence[Any], name: str) -> dict[str, Any]:
    """One page of a list under a name, and the numbers of the pages around it, for ``parts/pages.html``."""
    last = max(1, -(-len(held) // SIZE))
    number = min(max(1, border.number(request.GET.get("page"))), last)
    shown = held[(number - 1) * SIZE : number * SIZE]
    return {name: shown, "number": number, "last": last, "before": number - 1, "after": number + 1}
