"""Stores beyond this machine, reached through fsspec, and what they say when something goes wrong."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from django.db import DatabaseError

from yibiao.core.problems import Refusal, refuse
from yibiao.figures import problems
from yibiao.figures.engines import fetching

_PIECE: Final = 1 << 20


def store(root: str) -> tuple[Any, str]:
    """The file system of an address, and what it calls the address.

    Raises: figures.copies.missing, figures.copies.unreachable.
    """
    try:
        from fsspec.core import url_to_fs
    except ImportError:
        raise refuse(problems.COPIES_MISSING.at()) from None
    scheme, split, rest = root.rstrip("/").partition("://")
    address = f"{fetching.STORES.get(scheme, scheme)}://{rest}" if split else scheme
    with telling(root):
        files, base = url_to_fs(address)
    return files, base.rstrip("/")


def text(address: str) -> str | None:
    """A small text file at an address; None where there is none.

    Raises: figures.copies.missing, figures.copies.unreachable.
    """
    files, path = store(address)
    with telling(address):
        try:
            return str(files.cat_file(path).decode())
        except FileNotFoundError:
            return None


def digest(files: Any, path: str) -> tuple[int, str]:
    """The length of a file as it lies in a store, and its SHA-256, read a piece at a time."""
    found, length = hashlib.sha256(), 0
    with files.open(path, "rb") as held:
        while piece := held.read(_PIECE):
            found.update(piece)
            length += len(piece)
    return length, found.hexdigest()


@contextmanager
def telling(root: str) -> Iterator[None]:
    """What goes wrong with a store is told as one problem: each has errors of its own, which are not all OSErrors."""
    try:
        yield
    except (Refusal, DatabaseError):
        raise
    except Exception as failure:
        raise refuse(problems.COPIES_UNREACHABLE.at(root=fetching.hidden(root), why=why(failure))) from failure


def why(failure: Exception) -> str:
    """What a store said, in one line."""
    return fetching.hidden((str(failure).strip() or type(failure).__name__).splitlines()[0])[:200]
