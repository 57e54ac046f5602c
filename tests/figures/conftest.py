"""Columns of tests lie in a folder of their own; nothing is answered from memory where a test does not ask for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.spark import cluster as cluster
from yibiao.figures import caching


@pytest.fixture(autouse=True)
def _own_columns(settings: object, tmp_path: Path) -> None:
    settings.DATA = tmp_path  # type: ignore[attr-defined]


@pytest.fixture(autouse=True)
def _nothing_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever asks twice means to count twice."""
    caching.forget()
    monkeypatch.setattr(caching, "MOST", 0)
