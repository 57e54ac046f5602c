"""The manifest ``pack.toml``: read strictly, every problem with its line."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Final

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from yibiao.core.problems import Problem
from yibiao.packs import problems

NAME: Final = "pack.toml"
_STRICT = ConfigDict(strict=True, extra="forbid", populate_by_name=True)
Words = Annotated[str, Field(min_length=1, max_length=2000)]
Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=40)]

_EXAMPLES: Final[Mapping[str, str]] = {
    "id": 'id = "holiday-safety"',
    "version": 'version = "1.0.0"',
    "title": 'title = { zh = "假期安全生产", en = "Holiday work safety" }',
    "about": 'about = { zh = "……", en = "…" }',
    "zh": 'zh = "假期安全生产"',
    "en": 'en = "Holiday work safety"',
    "valid_from": "valid_from = 2022-09-01",
    "source": 'source = "×政发〔2022〕1号"',
    "program": "[program]",
    "code": 'code = "holiday-safety"',
    "place": 'place = "220000000000"',
    "from": "from = 2022-09-10T00:00:00+08:00",
    "until": "until = 2022-09-12T20:00:00+08:00",
}


class Bilingual(BaseModel):
    """A text in Chinese and English."""

    model_config = _STRICT
    zh: Words
    en: str = Field(default="", max_length=2000)


class Opening(BaseModel):
    """The program that is opened when the pack is installed."""

    model_config = _STRICT
    code: Code | None = None
    title: Bilingual | None = None
    place: str = Field(pattern=r"^[0-9]{12}(-[a-z][0-9]+)*$")
    from_: AwareDatetime = Field(alias="from")
    until: AwareDatetime


class Manifest(BaseModel):
    """What a pack says of itself."""

    model_config = _STRICT
    id: Code
    version: str = Field(pattern=r"^(0|[1-9][0-9]{0,5})(\.(0|[1-9][0-9]{0,5})){2}$")
    title: Bilingual
    about: Bilingual
    valid_from: date
    source: Words
    program: Opening | None = None


_PARTS: Final[Mapping[str, type[BaseModel]]] = {
    "": Manifest,
    "title": Bilingual,
    "about": Bilingual,
    "program": Opening,
}


def parse(content: bytes) -> tuple[Manifest | None, list[Problem]]:
    """The manifest, or every problem found in it."""
    try:
        text = content.decode("utf-8")
        data = tomllib.loads(text)
    except UnicodeDecodeError:
        return None, [problems.MANIFEST_SYNTAX.at(NAME, reason="UTF-8")]
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"line (\d+)", str(error))
        return None, [problems.MANIFEST_SYNTAX.at(_where(int(line[1]) if line else 0), reason=str(error))]
    try:
        manifest = Manifest.model_validate(data)
    except ValidationError as error:
        return None, [_problem(item, text) for item in error.errors()]
    opening = manifest.program
    if opening is not None and opening.until <= opening.from_:
        return None, [problems.WINDOW_EMPTY.at(_where(line_of(text, ("program", "until"))))]
    return manifest, []


def _problem(error: Any, text: str) -> Problem:
    path = tuple(str(part) for part in error["loc"])
    key = path[-1] if path else ""
    parent = ".".join(path[:-1])
    if error["type"] == "missing":
        where = line_of(text, path[:-1]) if parent else 0
        return problems.MANIFEST_REQUIRED.at(_where(where), key=".".join(path), example=_EXAMPLES.get(key, key))
    where = line_of(text, path)
    if error["type"] == "extra_forbidden":
        model = _PARTS.get(path[-2] if len(path) > 1 else "", Manifest)
        known = ", ".join(field.alias or name for name, field in model.model_fields.items())
        return problems.MANIFEST_KEY.at(_where(where), key=".".join(path), known=known)
    return problems.MANIFEST_VALUE.at(_where(where), key=".".join(path), example=_EXAMPLES.get(key, key))


def _where(line: int) -> str:
    return f"{NAME} 第 {line} 行" if line else NAME


def line_of(text: str, path: tuple[str, ...]) -> int:
    """The line on which a key path stands, from 1; the nearest enclosing key's line where it is not found, else 0."""
    found, depth = 0, 0
    table: tuple[str, ...] = ()
    for number, line in enumerate(text.splitlines(), 1):
        if header := re.match(r"\s*\[+\s*([^\]]+?)\s*\]+", line):
            table = tuple(part.strip().strip("\"'") for part in header[1].split("."))
            here = table
        elif pair := re.match(r"\s*([A-Za-z0-9_.\"'-]+)\s*=", line):
            here = table + tuple(part.strip("\"'") for part in pair[1].split("."))
        else:
            continue
        if len(here) > depth and path[: len(here)] == here:
            found, depth = number, len(here)
    return found
