"""Which engine serves the figures of pages and bulletins."""

from __future__ import annotations

from django.conf import settings

from yibiao.figures import answering
from yibiao.figures.engines.border import Engine


def engine() -> Engine:
    """The engine that the site is set to. One that is not ``ready`` counts from the log, and nothing is kept ready.

    Raises: figures.engine.database.
    """
    return answering.engine(settings.YIBIAO_FIGURES_ENGINE)


def columned() -> bool:
    """Whether it reads columns and cubes; else the log alone.

    Raises: as ``engine``.
    """
    return engine().ready
