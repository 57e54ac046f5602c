"""A world in a data folder of its own, and what is in it afterwards: ``python -m … build`` and ``look``."""

from __future__ import annotations

import json
import sys

import django


def main(word: str) -> dict[str, object]:
    django.setup()
    return _build() if word == "build" else _look()


def _build() -> dict[str, object]:
    from django.conf import settings

    from tests.records.conftest import ERDAO, PROGRAM, build, site
    from yibiao.desk import preparing
    from yibiao.people import actions as people
    from yibiao.records import actions

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    preparing.prepare()
    world = build()
    actions.receive(site("S1"), by=world.warrant())
    _, token = people.add_client(
        person=world.clerk.key, label="示例手机", place=ERDAO, programs=frozenset({PROGRAM}), by=None
    )
    return {"token": token}


def _look() -> dict[str, object]:
    """Every record with how often it stands in each table; whether the log is sound."""
    from collections import Counter

    from django.conf import settings

    from yibiao.ledger import actions as ledger
    from yibiao.ledger import queries
    from yibiao.ledger.models import Entry
    from yibiao.records.models import Attachment, Sending, Submission, SubmissionRevision

    ledger.seal_all()
    found = Counter(Submission.objects.filter(channel="openrosa").values_list("pk", flat=True))
    steps = Counter(SubmissionRevision.objects.values_list("submission_id", flat=True))
    sent = Counter(Sending.objects.values_list("submission_id", flat=True))
    facts = Counter(Entry.objects.filter(kind="record.watch.visit").values_list("fact", flat=True))
    folder = settings.DATA / "attachments" / "incoming"
    return {
        "records": {id: [steps[id], sent[id], facts[id]] for id in found},
        "facts": sum(facts.values()),
        "files": Attachment.objects.count(),
        "incoming": len(list(folder.iterdir())) if folder.is_dir() else 0,
        "sound": queries.verify().sound,
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(sys.argv[1])))
