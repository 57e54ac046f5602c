"""The engines that answer, each by its name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Final, TypeAlias

from yibiao.core.problems import Refusal, refuse
from yibiao.figures import copies, problems, reaching, staging, store, supplying
from yibiao.figures.engines import dialects, duckdb, fetching, loopback, postgres, spark
from yibiao.figures.engines.border import Engine, Relation, Rows
from yibiao.figures.engines.dialects import Dialect
from yibiao.figures.models import Projection
from yibiao.figures.terms import Term

Supply: TypeAlias = Callable[[Projection, int, Sequence[Term], Sequence[str]], list[Relation]]


@dataclass(frozen=True, slots=True)
class InProcess:
    """DuckDB in this process, over files and what no file has."""

    supply: Supply = supplying.relations
    ready: bool = True
    folder: Path | None = None
    dialect: Dialect = dialects.DUCKDB

    def answer(
        self, projection: Projection, upto: int, sql: str, terms: Sequence[Term], extra: Sequence[str] = ()
    ) -> Rows:
        return duckdb.answer(sql, self.supply(projection, upto, terms, extra))

    def one_after_other(
        self, projection: Projection, upto: int, first: str, then: Callable[[Rows], str], terms: Sequence[Term]
    ) -> Rows:
        """The same of a statement that is made of what another gives, over the same files."""
        relations = self.supply(projection, upto, terms, ())
        return duckdb.answer(then(duckdb.answer(first, relations)), relations)


@dataclass(frozen=True, slots=True)
class InDatabase:
    """The site's PostgreSQL, over the log: it reads no file."""

    ready: bool = False
    dialect: Dialect = dialects.POSTGRES

    def answer(
        self, projection: Projection, upto: int, sql: str, terms: Sequence[Term], extra: Sequence[str] = ()
    ) -> Rows:
        return postgres.run(f"WITH {', '.join(staging.relations(projection, upto, terms, extra))}\n{sql}")


@dataclass(frozen=True, slots=True)
class OnCluster:
    """Spark, over the files of DuckDB. ``files`` is what workers call their folder, where not the same."""

    master: str
    settings: tuple[tuple[str, str], ...] = ()
    files: str = ""
    folder: Path | None = None
    supply: Supply = supplying.relations
    schema: spark.Schema | None = None
    ready: bool = False
    dialect: Dialect = dialects.SPARK

    def answer(
        self, projection: Projection, upto: int, sql: str, terms: Sequence[Term], extra: Sequence[str] = ()
    ) -> Rows:
        relations = self.supply(projection, upto, terms, extra)
        trees = {one.tree: partial(supplying.tree, one.tree) for one in terms}
        try:
            return spark.answer(_session(self), sql, relations, trees, self._called, self.schema)
        except spark.faults() as failure:
            raise _failed(self.master, self.files, failure) from failure

    def _called(self, path: Path) -> str:
        if not self.files:
            return str(path)
        return f"{self.files.rstrip('/')}/{path.relative_to(self.folder or store.root()).as_posix()}"


IN_PROCESS: Final = InProcess()


def engine(name: str, master: str = "", settings: Iterable[tuple[str, str]] = (), files: str = "") -> Engine:
    """The engine of a name, once it is clear that it can be used here.

    Raises: figures.engine.unavailable.
    """
    if name == "duckdb":
        return IN_PROCESS
    if name == "postgres":
        if not postgres.here():
            raise refuse(problems.NO_POSTGRES.at())
        return InDatabase()
    made = OnCluster(master or "local[*]", tuple(settings), files)
    try:
        spark.session(made.master, made.settings)
    except ImportError:
        raise refuse(problems.NO_SPARK.at()) from None
    except Exception as failure:
        raise refuse(problems.NO_MASTER.at(master=made.master, why=spark.why(failure))) from failure
    return _over_copies(made) if files else made


@contextmanager
def on_loopback(folder: Path, workers: int) -> Iterator[loopback.Cluster]:
    """A cluster of this machine's own, which ends with the block.

    Raises: figures.engine.missing, figures.engine.unreachable.
    """
    with ExitStack() as held:
        try:
            made = held.enter_context(loopback.started(folder, workers))
        except ImportError:
            raise refuse(problems.NO_SPARK.at()) from None
        except (OSError, RuntimeError) as failure:
            why = str(failure).strip().splitlines()[-1][:200]
            raise refuse(problems.NO_MASTER.at(master="127.0.0.1", why=why)) from failure
        yield made


def _over_copies(one: OnCluster) -> OnCluster:
    """The same over what was copied to its address, where something was; else workers have the files themselves."""
    address = f"{one.files.rstrip('/')}/{copies.CATALOGUE}"
    try:
        told = reaching.text(address) if fetching.fetched(address) else spark.text(_session(one), address)
    except spark.faults() as failure:
        raise _failed(one.master, one.files, failure) from failure
    if told is None:
        return one
    supply = copies.Supply(copies.current(copies.read(told, one.files), one.files))
    return replace(one, supply=supply, schema=supply.schemas().__getitem__)


def _session(one: OnCluster) -> Any:
    return spark.session(one.master, one.settings)


def _failed(master: str, files: str, failure: Exception) -> Refusal:
    """What went wrong on a cluster, as a problem."""
    if spark.unpacked(failure):
        known = fetching.scheme(files)
        other = fetching.STORES.get(known, known)
        return refuse(problems.CLUSTER_PACKAGE.at(scheme=known, other=other, why=spark.why(failure)))
    return refuse(problems.CLUSTER.at(master=master, why=spark.why(failure)))
