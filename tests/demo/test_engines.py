"""Every figure of the five programs, by Spark on a cluster of two workers as by DuckDB."""

from __future__ import annotations

import os

import pytest

from tests import spark_cluster
from tests.demo.conftest import Demo
from yibiao.desk import asking
from yibiao.desk.operating import everything
from yibiao.figures import queries
from yibiao.figures.engines import spark
from yibiao.figures.types import Query
from yibiao.packs import queries as packs

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.slow,
    pytest.mark.skipif(os.environ.get("YIBIAO_TEST_DB") == "postgres", reason="the files are the same"),
]


def asked() -> list[Query]:
    """Every indicator of every program, for the place and the time for which its board opens."""
    return [
        Query(one.ref, program.code, program.place, asking.window(program))
        for program in packs.programs()
        for one in queries.indicators(program.pack)
    ]


def test_the_five_programs_on_a_cluster(demo: Demo, tmp_path_factory: pytest.TempPathFactory) -> None:
    pytest.importorskip("pyspark")
    wanted, plain = asked(), queries.engine("duckdb")
    assert len({query.program for query in wanted}) >= 5
    with spark_cluster.started(tmp_path_factory.mktemp("cluster")) as master:
        settings = [("spark.executor.memory", spark_cluster.MEMORY), ("spark.cores.max", "2")]
        engine = queries.engine("spark", master=master, settings=settings)
        try:
            for query in wanted:
                found = queries.recounted(query, scope=everything(), engine=engine)
                assert found == queries.recounted(query, scope=everything(), engine=plain), query
        finally:
            spark.stop()


def test_a_cluster_that_is_not_there_is_said(demo: Demo) -> None:
    from yibiao.core.problems import Refusal

    pytest.importorskip("pyspark")
    with pytest.raises(Refusal) as refused:
        queries.engine("spark", master="spark://127.0.0.1:9", settings=[("spark.cores.max", "1")])
    assert refused.value.codes == ("figures.engine.unreachable",)
