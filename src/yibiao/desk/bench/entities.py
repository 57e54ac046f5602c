"""The measurements of ``yibiao bench entities``: how long lists and searches take with very much in a register."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import Any, Final

from django.conf import settings
from django.contrib.auth import get_user_model
from django.test import Client

from yibiao.core.problems import refuse
from yibiao.desk import installing
from yibiao.desk.bench.measuring import milliseconds
from yibiao.desk.problems import BENCH_TAKEN
from yibiao.packs import queries as packs
from yibiao.people import actions as accounts
from yibiao.people import queries as people
from yibiao.people.types import Grant
from yibiao.places import actions as places
from yibiao.places import queries as atlas
from yibiao.records import generating
from yibiao.records import queries as records
from yibiao.records.types import From

PROGRAM, PROVINCE, REGISTER, USER = "holiday-safety", "220000000000", "enterprise", "bench"
SIZE: Final = 50


def build(count: int) -> dict[str, Any]:
    """A register with so many entities in an empty database.

    Raises: ``desk.bench.taken``.
    """
    if packs.programs():
        raise refuse(BENCH_TAKEN.at(folder=settings.DATA))
    places.install_jilin()
    installing.install(next(path for path in packs.shipped() if path.name == PROGRAM))
    accounts.add_organisation(code=USER, name="测速单位（样例）", place=PROVINCE)
    accounts.add_person(
        username=USER, name="样例·测速", password=None, organisation=USER, role="样例岗", sample=True,
        grants=[Grant("analyse", PROVINCE, frozenset({PROGRAM}))],
    )  # fmt: skip
    counties = [county.code for each in atlas.children(PROVINCE) for county in atlas.children(each.code)]
    begun = time.perf_counter()
    generating.fill(REGISTER, count, counties)
    return {"count": count, "seconds": round(time.perf_counter() - begun, 1), "counties": len(counties)}


def questions(count: int, rounds: int) -> dict[str, dict[str, Any]]:
    """What is asked of a register, in the province and in one county: server time of reading, and of the page."""
    account = get_user_model().objects.get(username=USER)
    scope = people.scope(str(account.key), "analyse")
    county = atlas.children(atlas.children(PROVINCE)[0].code)[0].code
    some = generating.label(count // 2)
    asked: dict[str, dict[str, Any]] = {
        "first page": {},
        "page in the middle": {"begin": From(after=generating.key(count // 2))},
        "last page": {"begin": From(last=True)},
        "page in the middle, by its number": {"number": count // SIZE // 2},
        "one county": {"place": county},
        "one name": {"text": some[2:]},
        "part of a name": {"text": some[4:8]},
        "two characters that many have": {"text": "粮油"},
        "one character": {"text": some[5]},
        "pinyin initials": {"text": "lyjyb"},
        "part of a key": {"text": f"{count // 2:06d}"},
        "a name that none has": {"text": "没有这家"},
        "many have it, in one county": {"text": "公司", "place": county},
    }

    def listed(given: dict[str, Any]) -> Any:
        return records.entities(REGISTER, scope=scope, program=PROGRAM, size=SIZE, **given)

    def shown(query: dict[str, str]) -> Any:
        answer = client.get(f"/registers/{REGISTER}/", {"program": PROGRAM, **query})
        if answer.status_code != 200:
            raise RuntimeError(f"the page answered {answer.status_code}")
        return answer.content.split(b"<tr")[2:]

    client = Client()
    client.force_login(account)
    found = {name: _measured(partial(listed, given), rounds) for name, given in asked.items()}
    found["suspected duplicates"] = _measured(lambda: records.suspects(REGISTER, scope=scope, program=PROGRAM), rounds)
    found["page of the desk"] = _measured(partial(shown, {}), rounds)
    found["last page of the desk"] = _measured(partial(shown, {"last": "1"}), rounds)
    found["page of the desk, searched"] = _measured(partial(shown, {"q": "粮油"}), rounds)
    return found


def _measured(act: Callable[[], Any], rounds: int) -> dict[str, Any]:
    return {"found": len(act()), "ms": round(milliseconds(act, rounds), 1)}
