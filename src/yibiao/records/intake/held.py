"""The good rows of an upload between its check and its taking: their answers as they were found good, encrypted.

They lie in a file of pieces, each with its length before it, so that nobody needs memory for all of them twice. A row
is a few lines: what is JSON already stands in one as it is.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final, NamedTuple

from yibiao.core import canon
from yibiao.forms import queries as forms
from yibiao.forms.types import Checked, FormVersion
from yibiao.packs.types import Program
from yibiao.records import personal
from yibiao.records.prepared import Judged
from yibiao.records.types import SubmissionDraft

_PIECE: Final = 2_000
_LENGTH: Final = 8
# So much is found beside the answers of a row of which nothing was known before.
_USUAL: Final = 6
# So many are remembered of what was found beside answers; rows in which each is another forget them now and then.
_KNOWN: Final = 2_000


class Good(NamedTuple):
    """What is kept of the good answers of a row; ``text`` and ``digest`` are those of the record that they become, and
    ``rest`` is all else that was found, as it is written."""

    id: str
    text: str
    digest: str
    personal: Mapping[str, Any]
    rest: str


class _Unread(Mapping[str, Any]):
    """Answers that are read when somebody looks at them, which hardly any form asks for."""

    __slots__ = ("_read", "_text")

    def __init__(self, text: str) -> None:
        self._text = text
        self._read: dict[str, Any] | None = None

    def _all(self) -> dict[str, Any]:
        if self._read is None:
            self._read = json.loads(self._text)
        return self._read

    def __getitem__(self, name: str) -> Any:
        return self._all()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._all())


def good(one: Judged) -> Good:
    """What is kept of answers that were found good."""
    said = one.checked
    hidden, others = _dumped(one.personal) if one.personal else "{}", " ".join(said.participants)
    texts = ",".join(map(canon.quoted, (said.place, said.occurred_at.isoformat(), said.subject, others)))
    known = f",{_dumped(one.prefilled)}" if one.prefilled else ""
    return Good(one.id, one.text, one.digest, one.personal, f"[{hidden},{texts},{one.typed}{known}]")


def write(path: Path, form: FormVersion, good: Sequence[tuple[Good, Mapping[str, Any]]]) -> None:
    """Keeps answers that are good, each with what it was read from; readable by nobody else."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    last = forms.timeless(form)
    with open(os.open(path, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "wb") as new:
        for start in range(0, len(good), _PIECE):
            some = good[start : start + _PIECE]
            text = "\n".join(
                [
                    f"{one.id}\n{one.digest}\n{one.text}\n{one.rest}"
                    if last
                    else _dumped([one.id, given, *json.loads(one.rest)[_USUAL:]])
                    for one, given in some
                ]
            )
            piece = personal.seal(text.encode())
            new.write(len(piece).to_bytes(_LENGTH) + piece)


def read(path: Path, form: FormVersion, program: Program) -> Iterator[SubmissionDraft | Judged]:
    """The same answers again, in their order; where a rule of the form asks what time it is, to be judged anew."""
    last, known = forms.timeless(form), _Rest()
    for piece in _pieces(path):
        lines = iter(piece.decode().split("\n"))
        if last:
            for id, digest, text, rest in zip(lines, lines, lines, lines, strict=True):
                answers = _Unread(text)
                hidden, place, occurred_at, subject, participants, typed, given = known[rest]
                checked = Checked(answers, hidden, place, occurred_at, subject, participants, (), text)
                yield Judged(id, form, program, "sheet", checked, None, given, answers, hidden, text, digest, typed)
        else:
            for id, given, *rest in map(json.loads, lines):
                beforehand = rest[0] if rest else canon.NOTHING
                yield SubmissionDraft(id, form.id, program.code, given, "sheet", form.version, prefilled=beforehand)


class _Rest(dict[str, tuple[Any, ...]]):
    """What was found of rows beside their answers, read once for all of which it is the same."""

    def __missing__(self, rest: str) -> tuple[Any, ...]:
        hidden, place, occurred_at, subject, participants, typed, *known = json.loads(rest)
        at, others, given = datetime.fromisoformat(occurred_at), tuple(participants.split()), known[0] if known else {}
        found = hidden, place, at, subject, others, typed, given
        if len(self) >= _KNOWN:
            self.clear()
        self[rest] = found
        return found


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as old:
        while head := old.read(_LENGTH):
            yield personal.unseal(old.read(int.from_bytes(head)))


# No text for a line of its own: JSON has no end of a line within it.
_dumped: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=str).encode
