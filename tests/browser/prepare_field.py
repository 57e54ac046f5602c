"""A small site for the field app: ``build`` it, publish a ``newer`` form; ``look`` at records and what is ``known``."""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
import uuid
from pathlib import Path

import django

PACK = Path(__file__).parent / "field_pack"


def main(word: str) -> object:
    django.setup()
    return {"build": _build, "newer": _newer, "look": _look, "known": _known}[word]()


def _build() -> object:
    from tests.records.conftest import ERDAO, JILIN, NANGUAN, PASSWORD, install
    from yibiao.desk import preparing
    from yibiao.people import actions as people
    from yibiao.people import queries as rights
    from yibiao.people.types import Grant
    from yibiao.places import actions as places
    from yibiao.records import actions as records
    from yibiao.records.types import SubmissionDraft

    preparing.prepare()
    places.install_jilin()
    install(PACK)
    for code, name, place in (("jl", "示例省局", JILIN), ("ed", "示例二道局", ERDAO), ("ng", "示例南关局", NANGUAN)):
        people.add_organisation(code=code, name=name, place=place)
    keys: dict[str, str] = {}
    for username, organisation, place in (("erdao", "ed", ERDAO), ("nanguan", "ng", NANGUAN)):
        keys[username] = people.add_person(
            username=username, name=f"示例{username}", password=PASSWORD, organisation=organisation, role="示例岗",
            grants=[Grant("fill", place, frozenset({"rounds"}))], sample=True,
        ).key  # fmt: skip
    by = rights.warrant(keys["erdao"], "fill", place=ERDAO, program="rounds")
    answers = {
        "code": "u1",
        "unit_name": "示例一厂",
        "staff": 10,
        "place": ERDAO,
        "occurred_at": "2022-09-11T08:00:00+08:00",
    }
    records.receive(SubmissionDraft(str(uuid.uuid4()), "rounds.unit", "rounds", answers, "api"), by=by)
    return {"password": PASSWORD}


def _newer() -> object:
    from tests.records.conftest import install

    with tempfile.TemporaryDirectory() as made:
        folder = Path(made) / "pack"
        shutil.copytree(PACK, folder)
        for name, old, new in (
            ("pack.toml", '"1.0.0"', '"1.1.0"'),
            ("forms/round.md", "| 巡检记录   | 3       |", "| 巡检记录四 | 4       |"),
        ):
            path = folder / name
            path.write_text(path.read_text().replace(old, new))
        install(folder)
    return {}


def _known() -> object:
    """How the answers of each weekly report came about, what is in it, and what the register says of each unit."""
    from yibiao.ledger import actions as ledger
    from yibiao.records.models import Entity, Submission

    ledger.seal_all()
    rows = Submission.objects.filter(form="rounds.weekly").order_by("received_at")
    return {
        "reports": [
            {"origins": json.loads(row.prefilled or "{}"), "answers": json.loads(row.answers)} for row in rows
        ],
        "units": {
            row.key: {"data": json.loads(row.data), "version": row.version} for row in Entity.objects.order_by("key")
        },
    }  # fmt: skip


def _look() -> object:
    """Every record: the version of its form, and how often it stands in each table."""
    from collections import Counter

    from yibiao.ledger import actions as ledger
    from yibiao.ledger.models import Entry
    from yibiao.records.models import Attachment, Submission, SubmissionRevision

    ledger.seal_all()
    steps = Counter(SubmissionRevision.objects.values_list("submission_id", flat=True))
    files = Counter(Attachment.objects.values_list("submission_id", flat=True))
    facts = Counter(Entry.objects.filter(kind="record.rounds.round").values_list("fact", flat=True))
    rows = Submission.objects.order_by("received_at")
    return [
        {"id": row.id, "version": row.form_version, "counts": [steps[row.id], facts[row.id], files[row.id]]}
        for row in rows
    ]


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(sys.argv[1])))
