"""What ``yibiao bench live`` watches, made in the folder of the environment: ``python -m … watched``."""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

import django

PLACE: Final = "220105000000"
SHOWN: Final = Path(__file__).parent / "live_pack" / "indicators.toml"


def main() -> None:
    django.setup()
    print(json.dumps(_made(int(sys.argv[1]))))


def _made(viewers: int) -> dict[str, Any]:
    """A program with six key figures, a field client, and some who have signed in and may see the board."""
    from django.db import connection

    from yibiao.desk import installing, preparing
    from yibiao.desk.bench import world
    from yibiao.ledger import actions as ledger
    from yibiao.people import actions as people
    from yibiao.people.types import Grant
    from yibiao.places import actions as places

    if connection.introspection.table_names():
        sys.exit("this database is not empty")
    preparing.prepare()
    places.install_jilin()
    with tempfile.TemporaryDirectory() as folder:
        pack = Path(folder) / "bench"
        shutil.copytree(world.PACK, pack)
        shutil.copy(SHOWN, pack)
        installing.install(pack)
    people.add_organisation(code="bench", name="样例机构", place=PLACE)
    grants = [Grant("fill", PLACE, frozenset({"bench"})), Grant("analyse", PLACE, frozenset({"bench"}))]
    accounts = [
        people.add_person(
            username=f"bench{nth}", name="样例", password=None, organisation="bench", role="样例", sample=True,
            grants=grants,
        )
        for nth in range(viewers)
    ]  # fmt: skip
    account = accounts[0]
    _, token = people.add_client(person=account.key, label="样例", place=PLACE, programs=frozenset({"bench"}), by=None)
    ledger.seal_all()
    return {"token": token, "sessions": [_session(one.key) for one in accounts], "database": connection.vendor}


def _session(key: str) -> str:
    """A session as signing in would open it."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, get_user_model
    from django.contrib.sessions.backends.db import SessionStore

    person = get_user_model().objects.get(key=key)
    session = SessionStore()
    session[SESSION_KEY] = str(person.pk)
    session[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    session.create()
    return str(session.session_key)


if __name__ == "__main__":
    main()
