"""Every figure of the five programs, by Spark on a cluster of two workers as by DuckDB."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.demo.conftest import Demo
from yibiao.core.problems import Refusal
from yibiao.desk.bench import engines
from yibiao.figures import queries, supplying
from yibiao.figures.answering import IN_PROCESS
from yibiao.figures.engines.border import Relation
from yibiao.figures.engines.loopback import Cluster

pytestmark = pytest.mark.django_db


@pytest.mark.slow
def test_the_five_programs_on_a_cluster(demo: Demo, cluster: Cluster) -> None:
    asked = engines.programs()
    found = engines.compared(asked, "spark", 1, master=cluster.master, settings=cluster.settings)
    print(f"{found['figures']} figures, the same by DuckDB and by Spark on {cluster.master}: {found['medians']}")
    assert len(found["medians"]) >= 5
    assert found["figures"] == sum(len(queries.indicators(code)) for code in asked) > 100
    assert all(one["facts"] > 0 for one in found["medians"].values())


def test_a_figure_that_two_engines_count_otherwise_is_refused(demo: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    def without_files(*asked: Any) -> list[Relation]:
        return [replace(one, files=()) for one in supplying.relations(*asked)]

    both = {"duckdb": IN_PROCESS, "spark": replace(IN_PROCESS, supply=without_files)}
    monkeypatch.setattr(queries, "engine", lambda name: both[name])
    with pytest.raises(Refusal) as refused:
        engines.compared(engines.programs(), "spark", 1)
    assert refused.value.codes == ("desk.bench.differs",)


@pytest.mark.slow
def test_a_cluster_that_is_not_there_is_said(demo: Demo) -> None:
    pytest.importorskip("pyspark")
    with pytest.raises(Refusal) as refused:
        queries.engine("spark", master="spark://127.0.0.1:9", settings=[("spark.cores.max", "1")])
    assert refused.value.codes == ("figures.engine.unreachable",)
