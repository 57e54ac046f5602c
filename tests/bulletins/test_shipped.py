"""The templates that ship cite only what their packs define, in wordings that can be read."""

from __future__ import annotations

from pathlib import Path

import pytest

from yibiao.bulletins import queries
from yibiao.figures import queries as figures
from yibiao.forms import queries as forms
from yibiao.packs import queries as packs


@pytest.mark.django_db
@pytest.mark.parametrize("path", packs.shipped(), ids=lambda path: path.name)
def test_a_shipped_template_is_sound(path: Path) -> None:
    files, _ = packs.read(path)
    assert files is not None
    published, _ = forms.check(files)
    definitions, _ = figures.check(files, published)
    templates, found = queries.check(files, definitions.indicators)
    assert [problem.text() for problem in found] == []
    assert [template.id for template in templates] == [f"{path.name}.main"]


@pytest.mark.django_db
def test_a_template_that_cites_what_is_not_defined_is_refused() -> None:
    path = packs.shipped()[0]
    files, _ = packs.read(path)
    assert files is not None
    templates, found = queries.check(files, ())
    assert {problem.code for problem in found} == {"bulletins.mark.unknown-indicator"}
    assert all(problem.where.startswith("bulletin.main.md 第 ") for problem in found)
    assert templates
