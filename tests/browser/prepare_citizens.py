"""Builds the community of the citizens' tests in the data folder of the environment."""

from __future__ import annotations

import json

import django


def main() -> None:
    django.setup()
    from tests.citizens.conftest import build
    from yibiao.desk import preparing

    preparing.prepare()
    build()
    print(json.dumps({}))


if __name__ == "__main__":
    main()
