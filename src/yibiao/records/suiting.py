"""Whether a file is of a kind that its question takes, by what it was found to be and not by what it calls itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from yibiao.core.problems import Problem
from yibiao.core.texts import Text
from yibiao.forms import queries as forms
from yibiao.forms.types import Field, FormVersion
from yibiao.records import attachments, handing, problems
from yibiao.records.attachments import Arrived

# Sound alone often comes in what may hold a film too; the first bytes do not tell.
_SOUND: Final = ("video/mp4", "video/webm")
_WORDS: Final[Mapping[str, Text]] = {
    "image/*": Text("照片", "a photo"),
    "audio/*": Text("录音", "a sound"),
    "video/*": Text("视频", "a video"),
    "text/*": Text("文字", "a text"),
}
_OR: Final = Text("或", " or ")


def unsuited(one: Arrived, form: FormVersion, questions: Iterable[Field]) -> Problem | None:
    """What is wrong with a file as the answer to some questions of a form: ``records.file.other-kind``."""
    taken = forms.files_taken(form)
    for question in questions:
        kinds = taken.get(question.path, ())
        if kinds and not any(_suits(one.kind, kind) for kind in kinds):
            return problems.FILE_OTHER.at(
                question.label.zh, where_en=question.label.of("en"), name=one.name[:80], kinds=_said(kinds, "zh"),
                kinds_en=_said(kinds, "en"), field=question.name, repeat=question.repeat, index=0,
            )  # fmt: skip
    return None


def _suits(found: str, kind: str) -> bool:
    if kind.startswith("."):
        return kind[1:] in (*handing.ENDINGS.get(found, ()), *_office(found))
    if kind.endswith("/*"):
        return found.startswith(kind[:-1]) or (kind == "audio/*" and found in _SOUND)
    return found == kind


def _office(found: str) -> list[str]:
    return [ending for ending, kind in attachments.OFFICE.items() if kind == found]


def _said(kinds: Sequence[str], language: str) -> str:
    return _OR.of(language).join(_WORDS[kind].of(language) if kind in _WORDS else kind for kind in kinds)
