"""Checks duty.toml against the forms, and finds what an installed pack says of duty."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Final

from yibiao.core import expressions
from yibiao.core.expressions import And, Compare, Literal, Name, Node
from yibiao.core.problems import Problem, Refusal, refuse
from yibiao.duty import inputs, problems
from yibiao.duty.inputs import NAME
from yibiao.duty.types import Obligation, Rules
from yibiao.forms import queries as published
from yibiao.forms.types import FormVersion
from yibiao.packs import queries as packs
from yibiao.packs.types import PackFiles

_TYPES: Final[Mapping[str, str]] = {
    "integer": "integer", "decimal": "decimal", "date": "date", "datetime": "datetime", "choices": "choices",
    "calculated": "",
}  # fmt: skip


def check(files: PackFiles, forms: Sequence[FormVersion]) -> tuple[Rules, list[Problem]]:
    """What duty.toml says, and everything that is wrong with it."""
    content = files.files.get(NAME)
    if content is None:
        return Rules(files.id), []
    read, found = inputs.parse(content)
    if read is None:
        return Rules(files.id), found
    rules = made(files, read)
    by_name = {form.name: form for form in forms}
    for one in rules.obligations:
        found += _obligation(one, by_name)
    found += _repeated([one.topic for one in rules.obligations])
    found += _repeated([one.id for one in rules.shift_types])
    found += _shifts(rules)
    if rules.roster and _keeper(rules.roster.register, by_name) is None:
        found.append(problems.REGISTER.at(f"{NAME} [roster]", register=rules.roster.register))
    return rules, found


def of(pack: str) -> Rules:
    """The rules of the current version of a pack; empty where it has none.

    Raises: packs.version.unknown.
    """
    now = packs.current(pack)
    return _load(now.id, now.version, now.digest)


def of_program(program: str) -> Rules:
    """Raises: packs.program.unknown, duty.rules.none."""
    rules = of(packs.program(program).pack)
    if not rules.obligations and not rules.shift_types:
        raise refuse(problems.NO_RULES.at(program=program))
    return rules


def obligation(rules: Rules, topic: str) -> Obligation:
    """Raises: duty.topic.unknown."""
    found = rules.obligation(topic)
    if found is None:
        known = "、".join(one.topic for one in rules.obligations) or "—"
        raise refuse(problems.TOPIC.at(topic=topic, known=known))
    return found


@lru_cache(maxsize=256)
def condition(text: str, types: tuple[tuple[str, str], ...]) -> Node:
    """A condition of the rules, read once."""
    return expressions.parse_filter(text, dict(types))


def types(form: FormVersion) -> tuple[tuple[str, str], ...]:
    """What expressions call the types of a form's public top-level answers."""
    return tuple((one.name, _TYPES.get(one.type, "text")) for one in form.fields if not one.repeat and not one.personal)


def asked(one: Obligation, form: FormVersion) -> dict[str, str]:
    """The answers without which a report settles nothing: what ``where`` says outright, no more than that."""
    if not one.where:
        return {}
    node = condition(one.where, types(form))
    parts = node.items if isinstance(node, And) else (node,)
    equal = (each for each in parts if isinstance(each, Compare) and each.operator == "=")
    pairs = ((each.left, each.right) for each in equal)
    return {a.name: str(b.value) for a, b in pairs if isinstance(a, Name) and isinstance(b, Literal)}


@lru_cache(maxsize=64)
def _load(pack: str, version: str, digest: str) -> Rules:
    """What is frozen is parsed once per process; the digest is part of the key."""
    files = packs.files(pack, version)
    content = files.files.get(NAME)
    read = inputs.parse(content)[0] if content is not None else None
    return made(files, read) if read is not None else Rules(pack)


def made(files: PackFiles, read: inputs.DutyIn) -> Rules:
    said = str(files.manifest.get("source") or "")
    given = files.manifest.get("valid_from")
    since = date.fromisoformat(str(given)[:10]) if given else None
    return Rules(
        files.id,
        tuple(one.made(since, said) for one in read.obligation),
        tuple(one.made(since, said) for one in read.shift_type),
        tuple((one.id, one.label.text()) for one in read.category),
        read.roster.made(said) if read.roster else None,
    )


def _repeated(ids: Sequence[str]) -> list[Problem]:
    return [problems.REPEATED.at(NAME, id=id) for id in sorted({one for one in ids if ids.count(one) > 1})]


def _obligation(one: Obligation, forms: Mapping[str, FormVersion]) -> list[Problem]:
    where = f"{NAME}“{one.topic}”"
    form = forms.get(one.form)
    if form is None:
        return [problems.FORM.at(where, form=one.form, known="、".join(sorted(forms)) or "—")]
    known = dict(types(form))
    found = [
        problems.FIELD.at(where, form=one.form, field=name, known="、".join(known))
        for name in (one.unit, *(one.nil_answers or ()), *one.compares)
        if name not in known
    ]
    for test in filter(None, (one.nil, one.where)):
        found += _expression(where, test, known)
    if one.beside and _keeper(one.beside.register, forms) is None:
        found.append(problems.REGISTER.at(where, register=one.beside.register))
    keeper = _keeper(one.register, forms)
    if keeper is None:
        return [*found, problems.REGISTER.at(where, register=one.register)]
    if one.filter:
        wrong = _expression(where, one.filter, dict(types(keeper)))
        found += wrong
        saved = keeper.entity.saves if keeper.entity else ()
        if not wrong:
            named = expressions.names(condition(one.filter, types(keeper)))
            found += [
                problems.SAVED.at(where, register=one.register, field=name) for name in sorted(named - set(saved))
            ]
    return found


def _expression(where: str, text: str, known: Mapping[str, str]) -> list[Problem]:
    try:
        expressions.parse_filter(text, known)
    except Refusal as refusal:
        return [dataclasses.replace(one, where=where) for one in refusal.problems]
    return []


def _shifts(rules: Rules) -> list[Problem]:
    known = {id for id, _ in rules.categories}
    found = []
    for shift in rules.shift_types:
        where = f"{NAME}“{shift.id}”"
        found += [
            problems.CATEGORY.at(where, post=post.id, category=post.category, known="、".join(sorted(known)) or "—")
            for post in shift.posts
            if post.category not in known
        ]
        found += _repeated([post.id for post in shift.posts])
    return found


def _keeper(register: str, forms: Mapping[str, FormVersion]) -> FormVersion | None:
    """The form that keeps a register: of this pack, or of one that is published."""
    for form in (*forms.values(), *published.kinds().values()):
        if form.entity and form.entity.register == register:
            return form
    return None
