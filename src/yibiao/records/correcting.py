"""Answers of a correction, put together with what the corrector could not see."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from yibiao.forms.types import FormVersion


def filled_in(
    form: FormVersion, answers: Mapping[str, Any], kept: Mapping[str, Any], old: Mapping[str, Any]
) -> dict[str, Any]:
    """Answers of a correction with the personal ones that the corrector could not see and did not touch."""
    out = dict(answers)
    private: dict[str, list[str]] = {}
    for question in form.fields:
        if question.personal:
            private.setdefault(question.repeat, []).append(question.name)
    for name in private.pop("", []):
        if name not in out and name in kept:
            out[name] = kept[name]
    for repeat, names in private.items():
        before = list(zip(_items(old, repeat), _items(kept, repeat), strict=False))
        if out.get(repeat):
            out[repeat] = _taken_over(_items(out, repeat), names, before)
    return out


def _taken_over(
    items: Sequence[Mapping[str, Any]],
    names: Sequence[str],
    before: Sequence[tuple[Mapping[str, Any], Mapping[str, Any]]],
) -> list[dict[str, Any]]:
    """Items of a repeat with the personal answers of the earlier item that has the same public answers.

    Or, when no item was added or removed, of the item in its place: a phone number must never move to another person.
    """
    out = []
    for index, item in enumerate(items):
        seen = {key: value for key, value in item.items() if key not in names}
        match = [hidden for shown, hidden in before if _same(shown, seen)]
        if not match and len(items) == len(before):
            match = [before[index][1]]
        hidden = {name: match[0][name] for name in names if match and name in match[0]}
        out.append({**hidden, **item})
    return out


def _items(answers: Mapping[str, Any], repeat: str) -> list[Mapping[str, Any]]:
    value = answers.get(repeat)
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list | tuple) else []


def _same(left: Mapping[str, Any], right: Mapping[str, Any]) -> bool:
    def shown(item: Mapping[str, Any]) -> dict[str, str]:
        return {key: json.dumps(value, default=str) for key, value in item.items() if value not in (None, "", [])}

    return shown(left) == shown(right)
