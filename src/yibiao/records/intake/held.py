"""The good rows of an upload between its check and its taking: their answers as they were found good, encrypted.

They lie in a file of pieces, each with its length before it, so that nobody needs memory for all of them twice.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final, NamedTuple

from yibiao.forms import queries as forms
from yibiao.forms.types import Checked, FormVersion
from yibiao.packs.types import Program
from yibiao.records import personal
from yibiao.records.checking import Judged
from yibiao.records.types import SubmissionDraft

_PIECE: Final = 2_000
_LENGTH: Final = 8


class Good(NamedTuple):
    """What is kept of the good answers of a row; ``text`` and ``digest`` are those of the record that they become."""

    id: str
    text: str
    digest: str
    personal: Mapping[str, Any]
    place: str
    occurred_at: str
    subject: str
    participants: tuple[str, ...]


def good(one: Judged) -> Good:
    """What is kept of answers that were found good."""
    said = one.checked
    return Good(
        one.id, one.text, one.digest, one.personal, said.place, said.occurred_at.isoformat(), said.subject,
        said.participants,
    )  # fmt: skip


def write(path: Path, form: FormVersion, good: Sequence[tuple[Good, Mapping[str, Any]]]) -> None:
    """Keeps answers that are good, each with what it was read from; readable by nobody else."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    last = forms.timeless(form)
    with open(os.open(path, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "wb") as new:
        for start in range(0, len(good), _PIECE):
            some = good[start : start + _PIECE]
            rows = [one for one, _ in some] if last else [[one.id, given] for one, given in some]
            text = json.dumps(rows, ensure_ascii=False, separators=(",", ":"), default=str)
            piece = personal.seal(text.encode())
            new.write(len(piece).to_bytes(_LENGTH) + piece)


def read(path: Path, form: FormVersion, program: Program) -> list[SubmissionDraft | Judged]:
    """The same answers again, in their order; where a rule of the form asks what time it is, to be judged anew."""
    rows = [row for piece in _pieces(path) for row in json.loads(piece)]
    if forms.timeless(form):
        return [_judged(row, form, program) for row in rows]
    return [SubmissionDraft(id, form.id, program.code, given, "sheet", form.version) for id, given in rows]


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as old:
        while head := old.read(_LENGTH):
            yield personal.unseal(old.read(int.from_bytes(head)))


def _judged(row: Sequence[Any], form: FormVersion, program: Program) -> Judged:
    id, text, digest, hidden, place, occurred_at, subject, participants = row
    answers = json.loads(text)
    at = datetime.fromisoformat(occurred_at)
    checked = Checked(answers, hidden, place, at, subject, tuple(participants), ())
    return Judged(id, form, program, "sheet", checked, answers=answers, personal=hidden, text=text, digest=digest)
