"""What an indicator is made of: the others that it names, and the columns that they read."""

from __future__ import annotations

import re

from yibiao.figures import reading
from yibiao.figures.types import Column, Indicator


def columns(ref: str) -> tuple[Column, ...]:
    """The columns of an indicator's sources where a room declares them, with the labels of their choices.

    Missing: empty where a form is the source; the form has the labels.
    Raises: figures.indicator.unknown.
    """
    held, one = reading.defined(ref)
    sources = [held.source(leaf.source) for leaf in reading.leaves_of(held, one) if ":" in leaf.source]
    return tuple({column.name: column for source in sources if source for column in source.columns}.values())


def terms(ref: str) -> tuple[Indicator, ...]:
    """The indicators that the terms of one name, in the order written; empty for one that counts by itself.

    Raises: figures.indicator.unknown.
    """
    held, one = reading.defined(ref)
    if not one.terms:
        return ()
    written = re.split(r"[^\w-]+", one.terms)
    return tuple(sorted(reading.parts_of(held, one), key=lambda part: written.index(part.id)))


def leaves(ref: str) -> tuple[Indicator, ...]:
    """The indicators with facts of their own that one is made of; only itself where it counts by itself.

    Raises: figures.indicator.unknown.
    """
    return reading.leaves_of(*reading.defined(ref))
