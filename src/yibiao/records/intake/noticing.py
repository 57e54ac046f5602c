"""What is odd about good rows of a sheet: it is pointed out before they are taken, and keeps none of them out."""

from __future__ import annotations

from collections.abc import Sequence

from yibiao.forms.types import FormVersion
from yibiao.records import entities
from yibiao.records.intake import problems, rows
from yibiao.records.intake.judging import Line, Wrong


def odd(form: FormVersion, good: Sequence[Line], table: rows.Table) -> list[Wrong]:
    """What is odd about rows that are taken: those that say the same, and codes whose check characters do not fit."""
    title, columns = table.layout.title, {column.name: index for index, column in table.columns.items()}
    coded = [field for field in form.fields if field.check and not field.repeat]
    found: list[Wrong] = []
    for line in good:
        if line.stored:
            continue
        if line.alike:
            found.append((title, line.row.number, 0, problems.ROW_ALIKE.at(row=line.row.number, first=line.alike)))
        for one in coded:
            for doubt in entities.doubts(form, {one.name: line.row.answers.get(one.name)}):
                found.append((title, line.row.number, columns.get(one.name, 0), doubt))
    return found
