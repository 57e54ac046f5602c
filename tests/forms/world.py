"""Forms as Markdown tables, turned into packs."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from yibiao.core.periods import SHANGHAI
from yibiao.core.problems import Problem
from yibiao.core.texts import Text
from yibiao.forms import queries
from yibiao.forms.types import Checked, FormVersion
from yibiao.packs.types import PackFiles

NOW = datetime(2022, 9, 11, 9, 30, tzinfo=SHANGHAI)
HEAD = """
| settings |
| | form_id | form_title | version | default_language | namespaces |
| | demo.{name} | 样例 | {version} | 中文 (zh) | yibiao="https://yibiao.example/xforms" |
| survey |
"""


def pack(version: str = "1.0.0", **forms: str) -> PackFiles:
    """A pack “demo” of whole forms by name."""
    files = {f"forms/{name}.md": textwrap.dedent(text).encode() for name, text in forms.items()}
    return PackFiles("demo", version, Text("样例", "Sample"), {}, files, version)


def whole(survey: str, *, name: str = "visit", version: str = "1") -> str:
    """A form from the rows below ``| survey |``; the columns L and M stand for labels and messages."""
    text = textwrap.dedent(survey).replace("| L |", "| label::中文 (zh) | label::English (en) |")
    text = text.replace("| M |", "| constraint_message::中文 (zh) | constraint_message::English (en) |")
    return HEAD.format(name=name, version=version) + text.strip() + "\n"


def form(survey: str, *, name: str = "visit", version: str = "1") -> FormVersion:
    """The form of a survey that has nothing wrong."""
    forms, problems = check(survey, name=name, version=version)
    assert [problem.text() for problem in problems] == []
    return forms[0]


def check(survey: str, *, name: str = "visit", version: str = "1") -> tuple[list[FormVersion], list[Problem]]:
    return queries.check(pack(**{name: whole(survey, name=name, version=version)}))


def answer(made: FormVersion, now: datetime = NOW, **answers: Any) -> Checked:
    return queries.check_answers(made, answers, now=now)


def told(checked: Checked) -> list[tuple[str, str]]:
    """The last part of each problem's code, and where."""
    return [(problem.code.rpartition(".")[2], problem.where) for problem in checked.problems]


def public(made: FormVersion, **answers: Any) -> Mapping[str, Any]:
    """The public part of answers with which nothing is wrong."""
    checked = answer(made, **answers)
    assert not [problem.text() for problem in checked.problems]
    return checked.public
