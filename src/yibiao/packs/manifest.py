"""The manifest ``pack.toml``: read strictly, every problem with its line."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Final

from pydantic import AwareDatetime, BaseModel, Field, ValidationError

from yibiao.core.problems import Problem
from yibiao.packs import problems
from yibiao.packs.types.tables import CODE, STRICT, Table

NAME: Final = "pack.toml"
Words = Annotated[str, Field(min_length=1, max_length=2000)]
Code = Annotated[str, Field(pattern=CODE, max_length=40)]

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

    model_config = STRICT
    zh: Words
    en: str = Field(default="", max_length=2000)


class Opening(BaseModel):
    """The program that is opened when the pack is installed."""

    model_config = STRICT
    code: Code | None = None
    title: Bilingual | None = None
    place: str = Field(pattern=r"^[0-9]{12}(-[a-z][0-9]+)*$")
    from_: AwareDatetime = Field(alias="from")
    until: AwareDatetime


class Manifest(BaseModel):
    """What a pack says of itself."""

    model_config = STRICT
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
    table = Table(NAME, content)
    if table.unreadable is not None:
        return None, [table.unreadable.at(problems.MANIFEST_SYNTAX)]
    try:
        manifest = Manifest.model_validate(table.values)
    except ValidationError as error:
        return None, [_problem(item, table) for item in error.errors()]
    opening = manifest.program
    if opening is not None and opening.until <= opening.from_:
        return None, [problems.WINDOW_EMPTY.at(table.where("program", "until"))]
    return manifest, []


def _problem(error: Any, table: Table) -> Problem:
    path = tuple(map(str, error["loc"]))
    key = path[-1] if path else ""
    where = table.where(*path)
    said = {"key": ".".join(path), "example": _EXAMPLES.get(key, key)}
    if error["type"] == "missing":
        return problems.MANIFEST_REQUIRED.at(where, **said)
    if error["type"] == "extra_forbidden":
        model = _PARTS.get(path[-2] if len(path) > 1 else "", Manifest)
        known = ", ".join(field.alias or name for name, field in model.model_fields.items())
        return problems.MANIFEST_KEY.at(where, known=known, **said)
    return problems.MANIFEST_VALUE.at(where, **said)
