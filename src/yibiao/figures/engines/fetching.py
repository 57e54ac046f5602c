"""Files of a cluster at addresses that Hadoop does not read: its workers fetch them in Python, through fsspec.

Only the columns that a statement names travel. Workers need pyarrow, fsspec and what the store needs beside it, and
nothing of this program: what runs there goes to them with the statement.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any, Final

SOURCE: Final = "yibiao"
# What Hadoop has a word for; all else is for fsspec. Where both know a store, each has a word of its own for it.
HADOOP: Final = frozenset(
    {"", "abfss", "file", "gs", "hdfs", "s3a", "s3n", "swebhdfs", "viewfs", "wasb", "wasbs", "webhdfs"}
)
# A store to Hadoop, and to fsspec.
STORES: Final = {"s3a": "s3", "s3n": "s3", "gs": "gcs", "abfss": "abfs", "wasb": "abfs", "wasbs": "abfs"}
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
    spark.dataSource.register(_source())
    # So few parts that small files have no task each, so many that no worker has nothing to do.
    parts = max(1, min(len(paths), 4 * spark.sparkContext.defaultParallelism))
    told = json.dumps([paths[nth::parts] for nth in range(parts)])
    return spark.read.format(SOURCE).schema(schema).option("parts", told).load()


def _source() -> Any:
    """The data source, made here so that its text goes to the workers whole, and they need not have this module."""
    from pyspark.sql.datasource import DataSource, DataSourceReader, InputPartition

    class Part(InputPartition):
        pass

    class Reader(DataSourceReader):
        def __init__(self, schema: Any, parts: list[list[str]]) -> None:
            self.schema, self.parts = schema, parts

        def partitions(self) -> list[InputPartition]:
            return [Part(paths) for paths in self.parts]

        def read(self, part: Any) -> Iterator[Any]:
            from pyspark.sql.pandas.types import to_arrow_schema

            wanted = to_arrow_schema(self.schema, timezone="UTC")
            for path in part.value:
                yield from self.file(path, wanted)

        def file(self, path: str, wanted: Any) -> Iterator[Any]:
            try:
                import pyarrow as pa
                import pyarrow.parquet as pq
                from fsspec.core import url_to_fs
                from fsspec.parquet import open_parquet_file

                files, inner = url_to_fs(path)
                # A name with a dot is asked for by what stands before it.
                asked = [name.partition(".")[0] for name in wanted.names]
                with open_parquet_file(inner, fs=files, columns=asked, engine="pyarrow") as held:
                    for batch in pq.ParquetFile(held).iter_batches(columns=wanted.names):
                        cells = (batch.column(name) for name in wanted.names)
                        plain = [
                            getattr(one, "storage", one).cast(wanted.field(nth).type) for nth, one in enumerate(cells)
                        ]
                        yield pa.RecordBatch.from_arrays(plain, schema=wanted)
            except Exception as failure:
                said = (str(failure).strip() or "-").splitlines()[0]
                told = _PASSWORD.sub(r"\1:…@", f"{path}: {type(failure).__name__}: {said}")
                raise RuntimeError(told) from None

    class Source(DataSource):
        @classmethod
        def name(cls) -> str:
            return SOURCE

        def reader(self, schema: Any) -> Reader:
            return Reader(schema, json.loads(self.options["parts"]))

    return Source
