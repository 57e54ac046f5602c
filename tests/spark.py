"""A Spark cluster for the slow tests of a folder: one master and two workers, each a process of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from yibiao.figures import queries
from yibiao.figures.engines.loopback import Cluster


@pytest.fixture(scope="package")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """It begins with the first test that asks for it, and ends with the folder."""
    pytest.importorskip("pyspark")
    with queries.loopback(tmp_path_factory.mktemp("cluster")) as made:
        yield made
