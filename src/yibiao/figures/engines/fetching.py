"""Files of a cluster at addresses that Hadoop does not read: its workers fetch them in Python, through fsspec.

Only the columns that a statement names travel, of the row groups that may have what it asks for. Workers need pyarrow,
fsspec and what the store needs beside it, and nothing of this program: what runs there goes to them with the statement.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Sequence
from typing import Any, Final, TypeAlias

SOURCE: Final = "yibiao"
# What Hadoop has a word for; all else is for fsspec. Where both know a store, each has a word of its own for it.
HADOOP: Final = frozenset(
    {"", "abfss", "file", "gs", "hdfs", "s3a", "s3n", "swebhdfs", "viewfs", "wasb", "wasbs", "webhdfs"}
)
# A store to Hadoop, and to fsspec.
STORES: Final = {"s3a": "s3", "s3n": "s3", "gs": "gcs", "abfss": "abfs", "wasb": "abfs", "wasbs": "abfs"}
# From how many bytes on it pays to look first which row groups of a file to fetch.
SMALL: Final = 4_000_000
# What Spark asks of a column, and whether that is a lower bound and an upper one.
_BOUNDS: Final = {
    "EqualTo": (True, True), "GreaterThan": (True, False), "GreaterThanOrEqual": (True, False),
    "LessThan": (False, True), "LessThanOrEqual": (False, True),
}  # fmt: skip
# The kind of a bound, the column, and the value.
Bound: TypeAlias = tuple[str, str, Any]
_PASSWORD: Final = re.compile(r"(?<=://)([^/@:\s]*):[^/@\s]*@")


def scheme(address: str) -> str:
    """What stands before ``://``; empty of a path."""
    found, split, _ = address.partition("://")
    return found if split else ""


def fetched(address: str) -> bool:
    """Whether workers read an address through fsspec."""
    return scheme(address) not in HADOOP


def hidden(text: str) -> str:
    """A text without the passwords of its addresses."""
    return _PASSWORD.sub(r"\1:…@", text)


def view(spark: Any, schema: str, paths: Sequence[str]) -> Any:
    """Some files of the same columns, of which those in the schema are read."""
    from pyspark import cloudpickle

    cloudpickle.register_pickle_by_value(sys.modules[__name__])
    spark.dataSource.register(_source())
    # So few parts that small files have no task each, so many that no worker has nothing to do.
    parts = max(1, min(len(paths), 4 * spark.sparkContext.defaultParallelism))
    told = json.dumps([paths[nth::parts] for nth in range(parts)])
    return spark.read.format(SOURCE).schema(schema).option("parts", told).load()


def _source() -> Any:
    """The data source: what Spark asks for, and how it is had."""
    from pyspark.sql.datasource import DataSource, DataSourceReader, InputPartition

    class Part(InputPartition):
        pass

    class Reader(DataSourceReader):
        def __init__(self, schema: Any, parts: list[list[str]]) -> None:
            self.schema, self.parts = schema, parts
            self.bounds: list[Bound] = []

        def pushFilters(self, filters: list[Any]) -> list[Any]:  # noqa: N802 - so Spark calls it
            """Notes what leaves out whole row groups; Spark looks at every row all the same."""
            held = [one for one in filters if type(one).__name__ in _BOUNDS]
            self.bounds = [(type(one).__name__, ".".join(one.attribute), one.value) for one in held]
            return filters

        def partitions(self) -> list[Any]:
            return [Part(paths) for paths in self.parts]

        def read(self, part: Any) -> Iterator[Any]:
            from pyspark.sql.pandas.types import to_arrow_schema

            wanted = to_arrow_schema(self.schema, timezone="UTC")
            for path in part.value:
                yield from _told(path, wanted, self.bounds)

    class Source(DataSource):
        @classmethod
        def name(cls) -> str:
            return SOURCE

        def reader(self, schema: Any) -> Any:
            return Reader(schema, json.loads(self.options["parts"]))

    return Source


def _told(path: str, wanted: Any, bounds: Sequence[Bound]) -> Iterator[Any]:
    """Whatever goes wrong with a file, in one line with its address."""
    try:
        yield from batches(path, wanted, bounds)
    except Exception as failure:
        said = (str(failure).strip() or "-").splitlines()[0]
        raise RuntimeError(hidden(f"{path}: {type(failure).__name__}: {said}")) from None


def batches(path: str, wanted: Any, bounds: Sequence[Bound]) -> Iterator[Any]:
    """The rows of a file that may lie within some bounds, as Arrow batches of a schema."""
    import pyarrow as pa
    import pyarrow.parquet as pq
    from fsspec.core import url_to_fs
    from fsspec.parquet import open_parquet_file

    files, inner = url_to_fs(path)
    groups = None
    if bounds and files.size(inner) >= SMALL:
        with files.open(inner, "rb", cache_type="none") as held:
            groups = chosen(pq.read_metadata(held), bounds)
        if not groups:
            return
    # A name with a dot is asked for by what stands before it.
    asked = [name.partition(".")[0] for name in wanted.names]
    with open_parquet_file(inner, fs=files, columns=asked, row_groups=groups, engine="pyarrow") as held:
        for batch in pq.ParquetFile(held).iter_batches(columns=wanted.names, row_groups=groups):
            cells = (batch.column(field.name) for field in wanted)
            plain = [getattr(one, "storage", one).cast(type_) for one, type_ in zip(cells, wanted.types, strict=True)]
            yield pa.RecordBatch.from_arrays(plain, schema=wanted)


def chosen(footer: Any, bounds: Sequence[Bound]) -> list[int]:
    """The row groups of a file in which, by its footer, a row may lie within all bounds."""
    at = {footer.schema.column(nth).path: nth for nth in range(footer.num_columns)}
    told = [(kind, at[column], value) for kind, column, value in bounds if column in at]
    return [
        nth
        for nth in range(footer.num_row_groups)
        if all(_may(footer.row_group(nth).column(where).statistics, kind, value) for kind, where, value in told)
    ]


def _may(statistics: Any, kind: str, value: Any) -> bool:
    if statistics is None or not statistics.has_min_max:
        return True
    least, most = _BOUNDS[kind]
    try:
        return not (least and statistics.max < value) and not (most and statistics.min > value)
    except TypeError:
        return True
