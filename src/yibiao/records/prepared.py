"""Answers that were looked at, records ready to be written, and whether their like is stored already."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple, Protocol, TypeAlias

from yibiao.core import canon
from yibiao.forms.types import Checked, FormVersion
from yibiao.packs.types import Program
from yibiao.people.types import Warrant
from yibiao.records import models, personal, prefilling, registers
from yibiao.records.outlines import outline
from yibiao.records.types import Sent

Hidden: TypeAlias = Mapping[tuple[str, int], models.PersonalAnswers]


class Prepared(NamedTuple):
    """A record ready to be written. ``text`` is the canonical JSON of ``answers``; ``typed`` is how many of them
    somebody typed in, where none was prefilled. There is one for each row of a list, and a tuple is made in a third of
    the time of a frozen object."""

    id: str
    form: FormVersion
    program: str
    channel: str
    place: str
    lineage: str
    organisation: str
    subject: str
    participants: tuple[str, ...]
    occurred_at: datetime
    answers: Mapping[str, Any]
    text: str
    personal: Mapping[str, Any]
    digest: str
    entity: registers.Draft | None
    by: Warrant
    sent: Sent | None
    prefilled: Mapping[str, Any]
    typed: int


class Content(Protocol):
    """What tells whether a record says the same as another."""

    @property
    def id(self) -> str: ...
    @property
    def digest(self) -> str: ...
    @property
    def personal(self) -> Mapping[str, Any]: ...


@dataclass(slots=True)
class Judged:
    """Answers that were looked at. What is written of them (``text``, ``digest`` and ``typed``) is made when it is
    wanted."""

    id: str
    form: FormVersion
    program: Program
    channel: str
    checked: Checked
    sent: Sent | None = None
    prefilled: Mapping[str, Any] = field(default_factory=dict)
    answers: Mapping[str, Any] = field(default_factory=dict)
    personal: Mapping[str, Any] = field(default_factory=dict)
    text: str = ""
    digest: str = ""
    typed: int = 0

    def write(self) -> None:
        if not self.text:
            checked = self.checked
            self.answers, self.text = checked.public, checked.text
            if checked.personal:
                self.personal = canon.plain(checked.personal)  # type: ignore[assignment]
            self.digest = _digest(self.form, self.program.code, self.answers, self.text)
            self.typed = prefilling.typed(self.form, self.answers, ())


def repeats(prepared: Content, revisions: Iterable[models.SubmissionRevision], hidden: Hidden | None = None) -> bool:
    """Whether the content was stored before under the same id, in any revision; ``hidden`` are the personal answers of
    all whose records are looked at together."""
    for revision in revisions:
        if revision.digest != prepared.digest:
            continue
        if hidden is None:
            hidden = hidden_of([prepared.id])
        kept = hidden.get((prepared.id, revision.revision))
        # Erased personal answers can no longer be compared; what is left is the same.
        if kept is None or personal.matches(prepared.personal, kept.salt, kept.digest):
            return True
    return False


def hidden_of(ids: Sequence[str]) -> Hidden:
    """The personal answers of some records, by record and revision."""
    found = models.PersonalAnswers.objects.filter(submission_id__in=ids)
    return {(one.submission_id, one.revision): one for one in found}


def _digest(form: FormVersion, program: str, answers: Mapping[str, Any], text: str) -> str:
    """The content as its sender chose it: calculated answers, which may hold the time of day, do not belong to it."""
    calculated = outline(form).calculated
    if calculated:
        chosen = {key: value for key, value in answers.items() if key not in calculated.get("", ())}
        for repeat, names in calculated.items():
            if repeat and repeat in chosen:
                chosen[repeat] = [
                    {key: value for key, value in item.items() if key not in names} for item in chosen[repeat]
                ]
        text = canon.dumps(chosen)
    return hashlib.sha256(f"{form.id}\n{program}\n{text}".encode()).hexdigest()
