"""The database: whether it is one that is supported, keeps what it acknowledged, has its newest shape and the time."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from typing import Any, Final

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils.translation import gettext

from yibiao.desk.health.findings import Finding, fault_unless, found, odd_unless
from yibiao.ledger import queries as ledger

LEAST_POSTGRESQL: Final = 150_000
LEAST_SQLITE: Final = (3, 38, 0)
SKEW: Final = 1.0
LONG: Final = 300.0
# What PostgreSQL must be set to, so that what was acknowledged survives a power cut, with the values that will do.
KEEPS: Final[dict[str, frozenset[str]]] = {
    "fsync": frozenset({"on"}),
    "synchronous_commit": frozenset({"on", "local", "remote_write", "remote_apply"}),
    "full_page_writes": frozenset({"on"}),
    "server_encoding": frozenset({"UTF8"}),
}
ARCHIVES: Final = ("archive_mode", "archive_command", "archive_library", "archive_timeout")


def examine() -> Iterator[Finding]:
    """Ends after the first finding where the database does not answer, or does not have its newest shape."""
    try:
        connection.ensure_connection()
    except DatabaseError as failure:
        yield found(
            "database.reach", gettext("数据库"), address(), "fault", str(failure).strip().splitlines()[0],
            gettext("请检查 DATABASE_URL 和数据库服务。") if connection.vendor == "postgresql"
            else gettext("请看数据文件夹能否写入、磁盘有没有满。"),
        )  # fmt: skip
        return
    yield from _postgresql() if connection.vendor == "postgresql" else _sqlite()
    waiting = _migrations()
    yield found(
        "database.migrations", gettext("表结构"), address(), fault_unless(not waiting),
        gettext("待升级 %(count)s 步") % {"count": waiting}, gettext("请运行 yibiao serve，它会自动升级。"),
    )  # fmt: skip
    if not waiting:
        guarded = ledger.guarded()
        yield found(
            "database.guarded", gettext("日志只增不改"), "ledger_*", fault_unless(guarded),
            gettext("触发器齐全") if guarded else gettext("触发器缺失"),
            gettext("数据库不再拒绝改动日志：请查明是谁删除的，核验日志，再从迁移 ledger 0002 恢复。"),
        )  # fmt: skip
        if held := ledger.partitions():
            yield found(
                "database.partitions", gettext("日志分区"), "ledger_entry",
                odd_unless(not ledger.short_of_partitions()),
                gettext("%(count)s 个分区，到第 %(last)s 条") % {"count": len(held), "last": f"{held[-1].end - 1:,}"},
                gettext("快没有空分区了：请运行 yibiao ledger partitions 补上，并查明封存为什么停了。"),
            )  # fmt: skip


def address() -> str:
    """Where the database is, without the password."""
    of = connection.settings_dict
    host = f"{of['HOST']}:{of['PORT']}".rstrip(":") if of["HOST"] else ""
    return f"{host}/{of['NAME']}" if connection.vendor == "postgresql" else str(of["NAME"])


def ready() -> bool:
    """Whether the tables can be read: the database answers and has its newest shape."""
    try:
        return not _migrations()
    except DatabaseError:
        return False


def _migrations() -> int:
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def _asked(sql: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return list(cursor.fetchall())


def _sqlite() -> Iterator[Finding]:
    version = sqlite3.sqlite_version
    yield found(
        "database.version", gettext("数据库"), address(), fault_unless(sqlite3.sqlite_version_info >= LEAST_SQLITE),
        f"SQLite {version}", gettext("请使用 3.38 以上版本的 SQLite。"),
    )  # fmt: skip
    [(journal,)], [(synchronous,)] = _asked("PRAGMA journal_mode"), _asked("PRAGMA synchronous")
    yield found(
        "database.durable", gettext("断电不丢"), address(), fault_unless(journal == "wal" and synchronous >= 2),
        f"journal_mode={journal}, synchronous={synchronous}",
        gettext("请用 journal_mode=wal、synchronous=2；数据文件夹不要放在网络盘上。"),
    )  # fmt: skip


def _postgresql() -> Iterator[Finding]:
    names = ", ".join(f"'{name}'" for name in (*KEEPS, *ARCHIVES, "server_version", "server_version_num"))
    held = dict(_asked(f"SELECT name, setting FROM pg_settings WHERE name IN ({names})"))  # noqa: S608 our own names
    yield found(
        "database.version", gettext("数据库"), address(),
        fault_unless(int(held["server_version_num"]) >= LEAST_POSTGRESQL), f"PostgreSQL {held['server_version']}",
        gettext("请升级到 PostgreSQL 15 以上版本。"),
    )  # fmt: skip
    wrong = [f"{name}={held[name]}" for name, allowed in KEEPS.items() if held[name] not in allowed]
    yield found(
        "database.durable", gettext("断电不丢"), address(), fault_unless(not wrong),
        ", ".join(wrong or (f"{name}={held[name]}" for name in KEEPS)),
        gettext("请恢复 PostgreSQL 的默认值：现在断电会丢失已答复的填报。"),
    )  # fmt: skip
    yield _archive(held)
    # The real time of both machines, also in a replay.
    before = time.time()
    [(there,)] = _asked("SELECT clock_timestamp()")
    skew = there.timestamp() - before
    yield found(
        "database.clock", gettext("时钟"), address(), fault_unless(abs(skew) < SKEW),
        gettext("与本机相差 %(seconds)s 秒，时区 %(zone)s") % {"seconds": f"{skew:.2f}", "zone": settings.TIME_ZONE},
        gettext("请让两台机器对时（NTP）。"),
    )  # fmt: skip
    [(oldest,)] = _asked(
        "SELECT COALESCE(EXTRACT(EPOCH FROM MAX(clock_timestamp() - xact_start)), 0) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
    )
    yield found(
        "database.transactions", gettext("最久的事务"), address(), odd_unless(float(oldest) < LONG),
        gettext("%(seconds)s 秒") % {"seconds": f"{float(oldest):.0f}"},
        gettext("有人长时间不结束事务，数据库无法清理旧行：请查 pg_stat_activity。"),
    )  # fmt: skip


def _archive(held: dict[str, str]) -> Finding:
    """Whether the log is archived, whether that last succeeded, and whether a quiet site does it too."""
    name = gettext("恢复到任一时刻")
    on = held["archive_mode"] != "off" and bool(held.get("archive_command") or held.get("archive_library"))
    seen = ", ".join(f"{one}={held[one]}" for one in ("archive_mode", "archive_timeout"))
    if not on:
        remedy = gettext("请归档 WAL，做法见 docs/operate.md。")
        return found("database.archive", name, address(), "odd", seen, remedy)
    [(file, fails)] = _asked(
        "SELECT last_failed_wal, last_failed_time > COALESCE(last_archived_time, '-infinity') FROM pg_stat_archiver"
    )
    if fails:
        return found(
            "database.archive", name, address(), "fault", gettext("归档失败：%(file)s") % {"file": file},
            gettext("请看 PostgreSQL 的日志：归档好之前不能恢复到任一时刻，WAL 会把磁盘占满。"),
        )  # fmt: skip
    remedy = gettext("请设 archive_timeout（例如 5min）：填报少时，一段 WAL 要很久才写满、归档。")
    return found("database.archive", name, address(), odd_unless(held["archive_timeout"] != "0"), seen, remedy)
