"""The facts that rooms below keep themselves, beside those of forms."""

from __future__ import annotations

from yibiao.cases import queries as cases
from yibiao.draws import queries as draws
from yibiao.duty import queries as duty
from yibiao.notices import queries as notices
from yibiao.packs.types import Declared


def everything() -> tuple[Declared, ...]:
    """What every room declares; a kind stands once, with the columns of all versions of its pack."""
    return (*notices.sources(), *draws.sources(), *cases.sources(), *duty.sources())
