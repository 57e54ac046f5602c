"""``yibiao bench partitions``: the log beside one plain table."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from django.db import connection
from pytest_django.plugin import DjangoDbBlocker

from tests.databases import of_its_own
from yibiao.core.problems import Refusal
from yibiao.desk.bench import partitions as measured
from yibiao.desk.commands.partitioning import partitions

ON_POSTGRES = connection.vendor == "postgresql"


@pytest.mark.slow
@pytest.mark.skipif(not ON_POSTGRES, reason="on SQLite the log is one table")
def test_both_hold_the_same_and_are_measured(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path: Path
) -> None:
    with django_db_blocker.unblock(), of_its_own("bench", tmp_path):
        told = measured.run(20_000)
        assert (told["rows"], told["partitions"]) == (20_000, 2)
        assert all(one["one table"] > 0 and one["partitions"] > 0 for one in told["questions"].values())
        assert told["bytes"]["partitions"] > told["bytes"]["one table"] > 400
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM ledger_entry l FULL JOIN bench_plain p USING (id, fact, revision, kind)"
            )
            assert cursor.fetchall() == [(20_000 + measured.ROUNDS * measured.FEW,)]
            cursor.execute("INSERT INTO ledger_position (position, entry_id, leaf) VALUES (1, 1, '')")
        with pytest.raises(Refusal) as refusal:
            measured.run(20_000)
        assert refusal.value.codes == ("desk.bench.taken",)


@pytest.mark.skipif(ON_POSTGRES, reason="what SQLite is told")
def test_without_postgresql_it_says_what_it_needs() -> None:
    told = CliRunner().invoke(partitions, [])
    assert told.exit_code == 1
    assert "DATABASE_URL" in told.output
