"""Seals whatever is committed, so that the newest record counts in what is issued or kept now."""

from __future__ import annotations

import time
from typing import Final

from yibiao.bulletins import problems
from yibiao.core.problems import refuse
from yibiao.ledger import actions as ledger
from yibiao.ledger import queries as log
from yibiao.ledger.types import Checkpoint

_TRIES: Final = 50


def seal() -> None:
    """Seal whatever is committed; another sealer at work is given a moment to finish."""
    for _ in range(_TRIES):
        ledger.seal_all()
        if not log.pending():
            return
        time.sleep(0.02)


def newest() -> Checkpoint:
    """Raises: bulletins.checkpoint.none."""
    found = log.checkpoint()
    if found is None:
        raise refuse(problems.NOTHING_SEALED.at())
    return found
