"""``yibiao``: the program of the command line."""

from __future__ import annotations

import atexit
import os
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NoReturn

import click
import django
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils import translation

import yibiao
from yibiao.core.problems import Refusal, refuse

# Benchmarks that need tables: they fill an empty folder, by default one that the system forgets.
FILLING: Final = frozenset({"safety", "figures", "engines", "entities"})


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs one command; leaves with 0, with 1 where something was found unsound, or with 2 where it was refused."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    as_json = "--json" in words
    try:
        root = _reader() if needs_no_data(words) else _program(data_folder(words))
    except Refusal as refusal:
        _refused(refusal, as_json)
    try:
        sys.exit(root.main(words, prog_name="yibiao", standalone_mode=False) or 0)
    except Refusal as refusal:
        _refused(refusal, as_json)
    except click.ClickException as wrong:
        wrong.show()
        sys.exit(2)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(130)
    except BrokenPipeError:
        # The reader has seen enough (``| head``); closing quietly keeps the interpreter from complaining at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)


def _refused(refusal: Refusal, as_json: bool) -> NoReturn:
    # What says texts can be loaded only once the language is set.
    from yibiao.desk.commands import terminal

    terminal.complain(refusal.problems, as_json=as_json, language=language())
    sys.exit(2)


def _program(folder: str) -> click.Group:
    """All commands, on a data folder.

    Raises: desk.settings.unfit.
    """
    os.environ["YIBIAO_DATA"] = folder
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yibiao.site.settings")
    try:
        django.setup()
    except (OSError, ValueError, ImproperlyConfigured) as failure:
        from yibiao.desk.problems import SETTINGS_UNFIT

        _reader()
        why = str(failure).strip().splitlines()[0].rstrip(".")
        raise refuse(SETTINGS_UNFIT.at(folder=Path(folder).resolve(), why=why)) from failure
    translation.activate(language())
    # The commands import the rooms' tables, which exist only once Django is set up for a data folder.
    from yibiao.desk.commands import program

    return program.yibiao


def _reader() -> click.Group:
    """The commands that read texts: no tables, no folder, no wait."""
    settings.configure(LANGUAGE_CODE="zh-hans", USE_I18N=True, LOCALE_PATHS=[Path(yibiao.__file__).parent / "locale"])
    django.setup()
    translation.activate(language())
    from yibiao.desk.commands import reader

    return reader.yibiao


def needs_no_data(words: Sequence[str]) -> bool:
    """Whether a text or a file is only to be read, or the reading only to be timed."""
    command = next((word for word in words if not word.startswith("-")), "")
    given = {word.partition("=")[0] for word in words}
    if command == "draw":
        return True
    if command == "bench":
        return "--data" not in given and not _fills(words)
    return command == "check" and "--program" not in given


def _fills(words: Sequence[str]) -> bool:
    """Whether a benchmark fills a database of its own first."""
    return "bench" in words and bool(FILLING & set(words))


def data_folder(words: Sequence[str]) -> str:
    """``--data DIR`` or ``--data=DIR`` wherever it stands, else the environment, else a folder in ``var``."""
    for index, word in enumerate(words):
        if word == "--data" and index + 1 < len(words):
            return words[index + 1]
        if word.startswith("--data="):
            return word.removeprefix("--data=")
    if _fills(words) and "YIBIAO_DATA" not in os.environ:
        folder = tempfile.mkdtemp(prefix="yibiao-bench-")
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        return folder
    command = next((word for word in words if not word.startswith("-")), "")
    usual = "var/data" if command != "demo" else "var/replay" if "--replay" in words else "var/demo"
    return os.environ.get("YIBIAO_DATA", usual)


def language() -> str:
    """English where the terminal's locale is English by name, otherwise Chinese."""
    named = next(
        (os.environ[key] for key in ("YIBIAO_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(key)), ""
    )
    return "en" if named.startswith("en") else "zh-hans"


if __name__ == "__main__":
    main()
