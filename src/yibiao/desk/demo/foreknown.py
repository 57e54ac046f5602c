"""What clerks of the demo find filled in: what the register or the last record said when they began a form."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from yibiao.desk.demo.plan import Sample
from yibiao.desk.operating import everything
from yibiao.forms import queries as forms
from yibiao.forms.types import FormVersion
from yibiao.records import queries as records


class Foreknown:
    """Reads the samples of a program once; a site would ask its database for each form that is opened.

    ``of`` gives the answers known before a sample, by question; empty where nothing was.
    """

    def __init__(self, samples: Iterable[Sample]) -> None:
        samples = list(samples)
        self._forms = {id: forms.form(id) for id in {sample.form for sample in samples}}
        self._kept: dict[tuple[str, str], Mapping[str, Any]] = {}
        self._last: dict[str, Mapping[str, Any]] = {}
        newest: dict[tuple[str, str], Mapping[str, Any]] = {}
        for sample in sorted(samples, key=lambda each: str(self._of(each, "occurred_at"))):
            form = self._forms[sample.form]
            if form.entity is not None:
                key = (form.entity.register, str(self._of(sample, "subject")))
                data = {name: sample.answers.get(name) for name in form.entity.saves}
                self._kept[key] = {**data, "place": self._of(sample, "place")}
            if any(field.prefill == "last" for field in form.fields):
                about = (sample.form, str(self._of(sample, "subject")))
                self._last[sample.id] = newest.get(about, {})
                newest[about] = sample.answers

    def of(self, sample: Sample) -> dict[str, Any]:
        form = self._forms[sample.form]
        registers = {field.name: field.register for field in form.fields if field.register and not field.repeat}
        found = {}
        for field in form.fields:
            question, _, name = field.prefill.partition(".")
            if field.prefill == "last":
                value = self._last[sample.id].get(field.name)
            elif field.prefill:
                key = (registers[question], str(sample.answers.get(question)))
                value = self._kept.get(key, {}).get(name)
            else:
                continue
            if value not in (None, "", []):
                found[field.name] = value
        return found

    def _of(self, sample: Sample, role: str) -> Any:
        return sample.answers.get(_asked(self._forms[sample.form], role))


def from_site(form: str, program: str, answers: Mapping[str, Any]) -> dict[str, Any]:
    """What the site itself fills in under these answers, by question; for the few forms that are sent one by one."""
    known = records.known(forms.form(form), answers, program=program, scope=everything())
    return {name: one.value for name, one in known.items()}


def _asked(form: FormVersion, role: str) -> str:
    return next((field.name for field in form.fields if field.role == role and not field.repeat), "")
