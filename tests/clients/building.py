"""A world of all shipped packs in a data folder of its own, for clients that others wrote: ``python -m … build``."""

from __future__ import annotations

import json
import sys

import django


def main(word: str) -> dict[str, object]:
    django.setup()
    return _build() if word == "build" else _look()


def _build() -> dict[str, object]:
    from django.conf import settings

    from tests.records.conftest import ERDAO, PASSWORD
    from yibiao.desk import installing, preparing
    from yibiao.packs import queries as packs
    from yibiao.people import actions as people
    from yibiao.people.types import EVERY_PROGRAM, Grant
    from yibiao.places import actions as places

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    preparing.prepare()
    places.install_jilin()
    for folder in packs.shipped():
        installing.install(folder)
    people.add_organisation(code="ed", name="示例二道局", place=ERDAO)
    person = people.add_person(
        username="erdao", name="示例甲", password=PASSWORD, organisation="ed", role="示例岗", sample=True,
        grants=[Grant("fill", ERDAO, frozenset({EVERY_PROGRAM}))],
    )  # fmt: skip
    client, token = people.add_client(
        person=person.key, label="示例手机", place=ERDAO, programs=frozenset({EVERY_PROGRAM}), by=None
    )
    return {"token": token, "key": client.key, "programs": {one.pack: one.code for one in packs.programs()}}


def _look() -> dict[str, object]:
    """Every record by its form, and what each register holds."""
    from yibiao.records.models import Entity, Submission

    return {
        "records": [
            [row.form, json.loads(row.answers)] for row in Submission.objects.filter(channel="openrosa").order_by("pk")
        ],
        "entities": [[row.register, row.key, row.label, row.version, row.uid] for row in Entity.objects.order_by("pk")],
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(sys.argv[1])))
