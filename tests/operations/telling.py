"""A program that files some facts on the database of the environment and tells the newest root and all figures."""

from __future__ import annotations

import json
import os
import sys

os.environ["DJANGO_SETTINGS_MODULE"] = "yibiao.site.settings"

import django

django.setup()

from tests.figures import world  # noqa: E402
from tests.figures.test_oracle import ASKED  # noqa: E402
from yibiao.desk import preparing  # noqa: E402
from yibiao.figures import actions  # noqa: E402
from yibiao.ledger import queries as ledger  # noqa: E402
from yibiao.places import queries as places  # noqa: E402


def main(first: int, count: int) -> None:
    if count:
        preparing.begin()
        if not places.count():
            world.install()
        for n in range(first, first + count):
            again = n % 5 == 4
            world.append(
                world.draft("check", {"object": f"o{n % 7}", "found": n % 4}, id=f"p{n - again}", revision=1 + again)
            )
        actions.follow()
    newest = ledger.checkpoint()
    assert newest is not None
    told = {id: str(world.value(id)) for id in ASKED}
    print(json.dumps({"number": newest.number, "size": newest.size, "root": newest.root, "figures": told}))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
