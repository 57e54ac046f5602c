"""Questions that ask again what a register holds already."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from yibiao.forms.types import Field, FormVersion, Held


def held(form: FormVersion, keepers: Iterable[FormVersion]) -> tuple[Held, ...]:
    """What a form asks although a register that it picks from, or that its own pack keeps, holds it.

    Shape: in the order of the form's questions; may be empty.
    """
    found: dict[str, Held] = {}
    picks = {field.register: field.name for field in form.fields if field.register and not field.repeat}
    own = form.entity.register if form.entity else ""
    for keeper in keepers:
        register = keeper.entity.register if keeper.entity else ""
        # Two forms that keep one register say the same of it on purpose.
        if not register or register == own or (register not in picks and keeper.pack != form.pack):
            continue
        for field, name in _matches(form, keeper, picked=register in picks):
            found.setdefault(field.name, Held(field, register, name, picks.get(register, "")))
    return tuple(found[field.name] for field in form.fields if field.name in found and not field.repeat)


def _matches(form: FormVersion, keeper: FormVersion, *, picked: bool) -> Iterator[tuple[Field, str]]:
    saved = [field for field in keeper.fields if keeper.entity and field.name in keeper.entity.saves]
    for field in form.fields:
        if field.repeat or field.prefill or field.calculate or field.personal or field.register or field.role:
            continue
        for kept in saved:
            name, label = field.name == kept.name, bool(field.label.zh) and field.label.zh == kept.label.zh
            # Without a choice from the register, only what is the same in name and in words is surely the same thing.
            # With one, the same words ask for the same thing, though one form has a list of answers and the other none.
            alike = field.type == kept.type and ((name or label) if picked else (name and label))
            if alike or (picked and label):
                yield field, kept.name
                break
