"""Other endpoints are told what became of the requests that were pulled from them: how each stands, once per change."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from http.client import HTTPException
from typing import Final
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request

from yibiao.cases import queries as cases
from yibiao.cases.types import Case
from yibiao.citizens import models, problems, queries
from yibiao.citizens.open311 import shapes
from yibiao.citizens.pulling import TIMEOUT, root_of
from yibiao.citizens.types import Counter, Pushed
from yibiao.core import clock, outward
from yibiao.core.problems import Refusal, refuse

# So long after its end nobody opens a case again.
SETTLED: Final = timedelta(days=60)
_SHOWN: Final = 200
Send = Callable[[str, Mapping[str, str]], None]


class NotTakenError(OSError):
    """The other side answered, and did not take the update."""


def push(
    source: str,
    program: str,
    *,
    key: str = "",
    jurisdiction: str = "",
    send: Send | None = None,
    at: datetime | None = None,
) -> Pushed:
    """Tells an endpoint how the requests that came from it stand here; what was told is not told again.

    Nothing is told that the lifecycle does not make public. What is not taken is tried again by the next push.

    Raises: citizens.pull.address, citizens.push.unsent, citizens.place.closed.
    """
    counter = queries.counter_of(program)
    if counter is None:
        raise refuse(problems.NO_COUNTER.at(place=program))
    root, moment = root_of(source), at or clock.now()
    told, same, refused = 0, 0, {}
    for row in models.Fetched.objects.filter(source=root, program=program, over=False).order_by("pk"):
        case = _case(row)
        said = _said(row, case, counter) if case else None
        if case is None or said is None:
            continue
        digest = _digest(said)
        if digest == row.told:
            same += 1
        else:
            try:
                (send or post)(f"{root}/servicerequestupdates.json", _asked(said, case, key, jurisdiction))
            except NotTakenError as error:
                refused[row.number] = str(error)
                continue
            told += 1
        over = not case.open and case.moved_at < moment - SETTLED
        models.Fetched.objects.filter(pk=row.pk).update(told=digest, over=over)
    return Pushed(told, same, refused)


def post(address: str, form: Mapping[str, str]) -> None:
    """Sends an update; an answer other than 2xx means that it was not taken.

    Raises: citizens.push.unsent.
    """
    try:
        # Only http(s): the address was looked at.
        with outward.opener().open(Request(address, urlencode(form).encode()), timeout=TIMEOUT) as answer:  # noqa: S310
            answer.read(1)
    except HTTPError as error:
        body = error.read(_SHOWN * 4).decode("utf-8", "replace")
        error.close()
        raise NotTakenError(f"{error.code} {' '.join(body.split())[:_SHOWN]}") from None
    except (OSError, HTTPException, ValueError) as error:
        raise refuse(problems.PUSH_UNSENT.at(why=str(error)[:_SHOWN])) from None


def _case(row: models.Fetched) -> Case | None:
    """The case that stands for a request; None while it is not yet opened."""
    try:
        return cases.leading(row.case, scope=queries.scope_of(row.program))
    except Refusal:
        return None


def _said(row: models.Fetched, case: Case, counter: Counter) -> dict[str, str] | None:
    """What is told of a request; None while nothing of it is public and nothing has been told."""
    public = case.lifecycle.public
    if (public is None or case.state not in public.states) and not row.told:
        return None
    status, notes = shapes.standing(counter, case)
    return {"service_request_id": row.number, "status": status.upper(), "description": notes}


def _digest(said: Mapping[str, str]) -> str:
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def _asked(said: Mapping[str, str], case: Case, key: str, jurisdiction: str) -> dict[str, str]:
    """The update; sent twice, its id is the same, so that the other side can tell."""
    named = {"api_key": key, "jurisdiction_id": jurisdiction}
    return {
        **said, "update_id": f"{case.id}-{case.revision}", "updated_datetime": shapes.written(case.moved_at),
        **{name: value for name, value in named.items() if value},
    }  # fmt: skip
