"""Reading cases, always within a scope, and the lifecycles by which they move."""

from __future__ import annotations

from yibiao.packs.types import Declared, PackFiles


def declared(files: PackFiles) -> tuple[Declared, ...]:
    """The cases that a pack's own lifecycles make, for its indicators to count."""
    return ()


def sources() -> tuple[Declared, ...]:
    """The cases of every lifecycle ever installed, for figures to count."""
    return ()
