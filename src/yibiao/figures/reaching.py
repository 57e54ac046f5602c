"""Stores beyond this machine, reached through fsspec, and what they say when something goes wrong."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import DatabaseError

from yibiao.core.problems import Refusal, refuse
from yibiao.figures import problems
from yibiao.figures.engines import fetching


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
