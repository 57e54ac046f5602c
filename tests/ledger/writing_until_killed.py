"""A program of its own that writes facts, one transaction each, and says so after each commit, until it is killed."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime

import django

os.environ["YIBIAO_ROOMS"] = "ledger"
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.ledger.killed_settings"


def main(name: str) -> None:
    django.setup()
    from django.db import transaction

    from yibiao.ledger import actions
    from yibiao.ledger.types import FactDraft

    number = 0
    while True:
        number += 1
        draft = FactDraft(
            kind="record.test.visit", id=f"{name}-{number}", revision=1, program="test", place="220105000000",
            organisation="", actor="", subject="", occurred_at=datetime(2022, 9, 10, 4, tzinfo=UTC),
            payload={"number": number, "filler": "字" * 200},
        )  # fmt: skip
        with transaction.atomic():
            actions.append([draft])
        sys.stdout.write(f"{draft.id}\n")
        sys.stdout.flush()
        if number % 7 == 0:
            actions.seal()


if __name__ == "__main__":
    main(sys.argv[1])
