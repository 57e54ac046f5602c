"""``yibiao bench ingest`` measures a real server; here only that every number is there and adds up."""

from __future__ import annotations

import json
import os

import pytest

from tests.desk import served


@pytest.mark.slow
@pytest.mark.skipif(os.environ.get("YIBIAO_TEST_DB") == "postgres", reason="it brings a database of its own")
def test_the_rates_of_sending_as_json(tmp_path: object) -> None:
    words = ("bench", "ingest", "--json", "--seconds", "1", "--clients", "2", "--stored", "0", "--sheet", "300")
    done = served.run(tmp_path, "yibiao.desk.cli", *words)  # type: ignore[arg-type]
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    (only,) = found["rounds"]
    assert (only["clients"], only["failed"]) == (2, 0)
    assert only["acknowledged"] > 0
    assert 0 < only["p50_ms"] <= only["p99_ms"]
    assert only["cpu_ms"] > 0 < only["client_cpu_ms"]
    assert found["raw"]["commits_per_second"] > 0
    assert found["bulk"]["first_per_second"] > 0
    assert [one["senders"] for one in found["senders"]] == [one["senders"] for one in found["lists"]] == [1, 2, 4]
    assert all(one["per_second"] > 0 < one["cpu_us"] for one in found["senders"])
    assert all((one["failed"], one["rows"] % 1_000) == (0, 0) and one["rows"] > 0 for one in found["lists"])
    assert found["spread"]["workers"] >= 1
    assert all((one["failed"], one["rows"] % 1_000) == (0, 0) and one["rows"] > 0 for one in found["spread"]["lists"])
    assert found["sheet"]["rows"] == 300
    assert found["sheet"]["rows_per_second"] > 0
    assert found["sheet"]["raw_rows_per_second"] > 0
