"""Records as rows of a file that is taken away: what was answered in words, and the items of each on sheets beside."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Final

from django.utils.translation import gettext

from yibiao.core import quantities
from yibiao.desk import border
from yibiao.desk.tables import Beside
from yibiao.desk.templatetags import desk as writing
from yibiao.forms import queries as forms
from yibiao.forms.types import Field
from yibiao.packs import queries as packs
from yibiao.people import queries as people
from yibiao.places import queries as places
from yibiao.records.queries import Told, Words
from yibiao.records.types import Record

AT_ONCE: Final = 500
_NOTHING: Final[Mapping[str, Any]] = {}


def lines(found: Iterator[Record], fields: Sequence[Field], more: Mapping[str, Mapping[str, Any]] = _NOTHING,
          extra: Sequence[Field] = ()) -> Iterator[list[Any] | Beside]:  # fmt: skip
    """The head, and a line for each record with its answers, and of ``extra`` fields with what ``more`` has by id.

    Items follow their record; ``fields`` are those of the records themselves and of their repeats.
    """
    own, repeats = tuple(one for one in fields if not one.repeat), _repeats(fields)
    yield [*_heads(), *map(_title, (*own, *extra))]
    names, words = _Names(), Words(border.language())
    while batch := list(islice(found, AT_ONCE)):
        known = places.names(list({one.place for one in batch}))
        answers = words.cells([Told(one.form, one.form_version, one.answers) for one in batch], own)
        hidden = words.cells([Told(one.form, one.form_version, more.get(one.id, _NOTHING)) for one in batch], extra)
        for one, said, kept in zip(batch, answers, hidden, strict=True):
            yield [*names.of(one, known.get(one.place, one.place)), *said, *kept]
        for repeat, asked in repeats.items():
            yield from _items(batch, repeat, asked, words)


def _items(batch: Sequence[Record], repeat: str, asked: Sequence[Field], words: Words) -> Iterator[Beside]:
    held = [(one, item) for one in batch for item in one.answers.get(repeat) or ()]
    if not held:
        return
    sheet = next((part.label.of(border.language()) for part in forms.form(held[0][0].form).sections
                  if part.name == repeat), "") or repeat  # fmt: skip
    heads = (gettext("编号"), *map(_title, asked))
    cells = words.cells([Told(one.form, one.form_version, item) for one, item in held], asked)
    for (one, _), said in zip(held, cells, strict=True):
        yield Beside(sheet, heads, [one.id, *said])


def _repeats(fields: Sequence[Field]) -> dict[str, list[Field]]:
    found: dict[str, list[Field]] = {}
    for one in fields:
        if one.repeat:
            found.setdefault(one.repeat, []).append(one)
    return found


class _Names:
    """What forms, programs and organisations are called."""

    def __init__(self) -> None:
        language = border.language()
        self.forms = {form.id: form.title.of(language) for form in forms.kinds().values()}
        self.programs = {one.code: one.title.of(language) for one in packs.programs()}
        self.bodies = {body.code: body.name for body in people.organisations()}

    def of(self, one: Record, place: str) -> list[Any]:
        told, filed = one.occurred_at.strftime("%Y-%m-%d %H:%M"), one.received_at.strftime("%Y-%m-%d %H:%M:%S")
        return [
            one.id, self.forms.get(one.form, one.form), self.programs.get(one.program, one.program), one.place, place,
            self.bodies.get(one.organisation, one.organisation), told, filed, one.revision, writing.state(one.state),
        ]  # fmt: skip


def _heads() -> list[str]:
    return [
        gettext("编号"), gettext("表单"), gettext("专项"), gettext("地点代码"), gettext("地点"), gettext("填报单位"),
        gettext("发生时间"), gettext("收到时间"), gettext("版本"), gettext("状态"),
    ]  # fmt: skip


def _title(field: Field) -> str:
    label = field.label.of(border.language()) or field.name
    return quantities.headed(label, field.unit, border.language())
