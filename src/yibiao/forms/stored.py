"""Form versions to and from the JSON in which they are kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from yibiao.core.texts import Text
from yibiao.forms.types import Choice, EntityRule, Field, FormVersion, Section

_TEXTS = ("label", "hint", "constraint_message", "group")


def dump(form: FormVersion) -> dict[str, Any]:
    """Everything but the XForm, which has a column of its own."""
    data = asdict(form)
    del data["xform"]
    return data


def load(data: Mapping[str, Any], xform: str) -> FormVersion:
    """The form version as it was published."""
    entity = data.get("entity")
    return FormVersion(
        id=data["id"],
        version=data["version"],
        title=Text(**data["title"]),
        pack=data["pack"],
        pack_version=data["pack_version"],
        fields=tuple(_field(item) for item in data["fields"]),
        choices={name: tuple(_choice(item) for item in items) for name, items in data["choices"].items()},
        xform=xform,
        entity=EntityRule(**{**entity, "saves": tuple(entity["saves"])}) if entity else None,
        sections=tuple(Section(**{**item, "label": Text(**item["label"])}) for item in data["sections"]),
    )


def _field(item: Mapping[str, Any]) -> Field:
    return Field(**{**item, **{name: Text(**item[name]) for name in _TEXTS}})


def _choice(item: Mapping[str, Any]) -> Choice:
    return Choice(item["name"], Text(**item["label"]), item["filters"])
