"""Builds the desk's world in the data folder of the environment, and says as JSON who and what is in it."""

from __future__ import annotations

import json
from dataclasses import asdict

import django


def main() -> None:
    django.setup()
    from tests.desk.world import build
    from yibiao.desk import preparing

    preparing.prepare()
    print(json.dumps(asdict(build())))


if __name__ == "__main__":
    main()
