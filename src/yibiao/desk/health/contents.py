"""What the site holds: how far the sealer and the followers have come, the files of the columns, places, programs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext, pgettext

from yibiao.core import clock
from yibiao.desk.followers import FOLLOWERS
from yibiao.desk.health.findings import Finding, fault_unless, found, odd_unless
from yibiao.figures import queries as figures
from yibiao.ledger import queries as ledger
from yibiao.packs import queries as packs
from yibiao.places import queries as places

# How old what waits may be before somebody should look, in seconds.
SEAL_LATE: Final = 10.0
FOLLOW_LATE: Final = 60.0
RECOUNT_LATE: Final = 2 * 86_400.0
# For so long files of the columns are read back: a county's all, of a nation's a few gigabytes.
READ_BACK: Final = 2.0


@dataclass(frozen=True, slots=True)
class Lag:
    """How far a follower is behind the newest checkpoint: positions, and since how many seconds the first waits."""

    name: str
    position: int
    behind: int
    seconds: float
    late: float


def seal_lag() -> tuple[int, float]:
    """How many entries wait for their position, and since how many seconds the oldest does."""
    since = ledger.waiting_since()
    return ledger.pending(), _age(since)


def lags() -> tuple[Lag, ...]:
    """Every follower that reads facts, in the order of the table."""
    newest = ledger.checkpoint()
    sealed = newest.size if newest else 0
    taken = {**ledger.cursors(), "figures": figures.status().position}
    made = []
    for one in FOLLOWERS:
        if one.kinds:
            position = taken.get(one.name, 0)
            first = ledger.checkpoint_of(position + 1) if position < sealed else None
            late = max(FOLLOW_LATE, 3 * one.pause)
            made.append(Lag(one.name, position, sealed - position, _age(first.sealed_at if first else None), late))
    return tuple(made)


def examine() -> Iterator[Finding]:
    yield from _log()
    for lag in lags():
        yield found(
            f"follower.{lag.name}", gettext("跟随者"), lag.name, fault_unless(lag.seconds < lag.late),
            gettext("落后 %(behind)s 条，%(seconds)s 秒") % {"behind": lag.behind, "seconds": f"{lag.seconds:.0f}"},
            gettext("请看服务是否在运行、日志里有没有它的错误；它会自己赶上。"),
        )  # fmt: skip
    yield from _columns()
    yield from _recounted()
    count, programs = places.count(), packs.programs()
    yield found(
        "contents.places", gettext("地点"), "places", fault_unless(count > 0),
        gettext("%(count)s 个") % {"count": count}, gettext("请运行 yibiao places import。"),
    )  # fmt: skip
    yield found(
        "contents.programs", pgettext("several", "专项"), "packs", fault_unless(bool(programs)),
        gettext("%(count)s 个") % {"count": len(programs)}, gettext("请运行 yibiao pack install --shipped。"),
    )  # fmt: skip


def _log() -> Iterator[Finding]:
    newest = ledger.checkpoint()
    said = {"number": newest.number if newest else 0, "size": newest.size if newest else 0}
    ahead = (newest.sealed_at - clock.now()).total_seconds() if newest else 0.0
    yield found(
        "ledger.checkpoint", gettext("存证"), "ledger", odd_unless(ahead < FOLLOW_LATE),
        gettext("存证点 %(number)s，共 %(size)s 条事实") % said,
        gettext("最新存证点的时间在将来：本机的时钟被拨回过。"),
    )  # fmt: skip
    pending, seconds = seal_lag()
    yield found(
        "ledger.sealer", gettext("封存"), "ledger", fault_unless(seconds < SEAL_LATE),
        gettext("待封存 %(count)s 条，最久 %(seconds)s 秒") % {"count": pending, "seconds": f"{seconds:.0f}"},
        gettext("请看服务是否在运行；yibiao ledger seal 可手工封存。"),
    )  # fmt: skip


def _columns() -> Iterator[Finding]:
    name = figures.serving()
    said = gettext("postgres：从日志直接算，不用数据列") if name == "postgres" else gettext("duckdb：数据列和立方")
    yield found("figures.engine", gettext("算数的引擎"), "YIBIAO_FIGURES_ENGINE", "good", said)
    held, status = figures.inventory(), figures.status()
    yield found(
        "columns.files", gettext("数据列"), "columns/", fault_unless(not held.missing),
        gettext("%(rows)s 行，%(files)s 个文件，缺 %(missing)s 个%(named)s，无主 %(orphans)s 个")
        % {
            "rows": status.rows, "files": held.files, "missing": held.missing, "orphans": held.orphans,
            "named": f" ({', '.join(held.named)})" if held.named else "",
        },
        gettext("请运行 yibiao rebuild figures，从日志重算；无主的文件会自动清除。"),
    )  # fmt: skip
    held_back = figures.reread(READ_BACK)
    yield found(
        "columns.content", gettext("数据列的内容"), "columns/", fault_unless(not held_back.damaged),
        gettext("读回 %(files)s 个文件，损坏 %(damaged)s 个%(named)s")
        % {
            "files": held_back.files, "damaged": held_back.damaged,
            "named": f" ({', '.join(held_back.named)})" if held_back.named else "",
        },
        gettext("文件写好后被改动，或磁盘有坏块：请查磁盘，再运行 yibiao rebuild figures，从日志重算。"),
    )  # fmt: skip


def _recounted() -> Iterator[Finding]:
    at, wrong = figures.recounts()
    seen = gettext("%(at)s，%(wrong)s 处不一致") % {"at": f"{at:%Y-%m-%d %H:%M}Z" if at else "—", "wrong": wrong}
    if wrong:
        remedy = gettext("请运行 yibiao figure verify 看是哪些；数据列有误时运行 yibiao rebuild figures。")
    else:
        remedy = gettext("已两夜没有复核：请看服务在夜里一点到五点是否运行；yibiao figure verify 可当场复核。")
    mark = fault_unless(not wrong) if wrong else odd_unless(at is None or _age(at) < RECOUNT_LATE)
    yield found("columns.recounted", gettext("夜间复核"), "columns/", mark, seen, remedy)


def _age(since: object) -> float:
    return max(0.0, (clock.now() - since).total_seconds()) if since is not None else 0.0  # type: ignore[operator]
