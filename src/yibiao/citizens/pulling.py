"""Requests of another Open311 endpoint, taken in once each: by their id there, from where the last pull ended."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Annotated, Final
from urllib.error import URLError
from urllib.parse import urlencode, urlsplit

from django.db import transaction
from pydantic import BaseModel, BeforeValidator, ConfigDict, TypeAdapter, ValidationError

from yibiao.citizens import models, problems, queries, taking
from yibiao.citizens.keyed import keyed
from yibiao.citizens.types import Counter, Foreign, Pulled, Report, Taken
from yibiao.core import clock, outward
from yibiao.core.problems import Refusal, refuse
from yibiao.people import queries as people
from yibiao.places import queries as places

WINDOW: Final = timedelta(days=90)
# What was written down late on the other side is seen by the next pull.
OVERLAP: Final = timedelta(days=1)
MOST_BYTES: Final = 20 * 1024 * 1024
TIMEOUT: Final = 20.0
Read = Callable[[str], bytes]
Words = Annotated[str, BeforeValidator(lambda value: "" if value is None else str(value))]


class _Request(BaseModel):
    """One request as GeoReport v2 has it; what we have no use for is passed over."""

    model_config = ConfigDict(extra="ignore")
    service_request_id: Words
    service_code: Words = ""
    service_name: Words = ""
    description: Words = ""
    requested_datetime: datetime
    address: Words = ""
    address_id: Words = ""
    lat: Words = ""
    long: Words = ""


_REQUESTS: Final = TypeAdapter(list[_Request])


def pull(
    source: str,
    program: str,
    *,
    jurisdiction: str = "",
    services: Mapping[str, str] | None = None,
    read: Read | None = None,
    at: datetime | None = None,
) -> Pulled:
    """Takes in the open requests of an endpoint (``https://host/open311/v2``); pulled again, none comes twice.

    ``services`` are our codes by theirs; the same code needs none, and what has no other is the last one of ours.

    Raises: citizens.pull.address|unread, citizens.place.closed.
    """
    counter = queries.counter_of(program)
    if counter is None:
        raise refuse(problems.NO_COUNTER.at(place=program))
    root, until = root_of(source), at or clock.now()
    kept = models.Pull.objects.filter(source=root, program=program).first()
    since = max(kept.upto - OVERLAP, until - WINDOW) if kept else until - WINDOW
    taken, known, refused = 0, 0, {}
    for foreign in _requests(read or fetch, root, jurisdiction, since, until):
        token = _token(root, foreign.id)
        ticket = models.Ticket.objects.filter(digest=queries.digest(token)).first()
        if ticket is not None:
            _keep(foreign, ticket.case, ticket.program, root)
            known += 1
            continue
        try:
            with transaction.atomic():
                _keep(foreign, _take(foreign, token, counter, services or {}, root).case, program, root)
            taken += 1
        except Refusal as refusal:
            refused[foreign.id] = str(refusal)
    with transaction.atomic():
        models.Pull.objects.update_or_create(
            source=root, program=program, defaults={"upto": until, "pulled_at": clock.now()}
        )
    return Pulled(taken, known, refused)


def fetch(address: str) -> bytes:
    """The body of an answer; neither a redirect elsewhere nor more than is reasonable is followed.

    Raises: citizens.pull.unread.
    """
    try:
        with outward.opener().open(address, timeout=TIMEOUT) as answer:
            body: bytes = answer.read(MOST_BYTES + 1)
    except (URLError, OSError, ValueError) as error:
        raise refuse(problems.PULL_UNREAD.at(why=str(error)[:200])) from None
    if len(body) > MOST_BYTES:
        raise refuse(problems.PULL_UNREAD.at(why=f"> {MOST_BYTES // 1024 // 1024} MB"))
    return body


def root_of(source: str) -> str:
    """The address of an endpoint without what may follow it.

    Raises: citizens.pull.address.
    """
    parts = urlsplit(source)
    if parts.scheme not in ("http", "https") or not parts.hostname or len(source) > 300:
        raise refuse(problems.PULL_ADDRESS.at(address=source[:80]))
    return source.rstrip("/")


def _requests(read: Read, root: str, jurisdiction: str, since: datetime, until: datetime) -> Iterator[Foreign]:
    asked = {
        "start_date": since.isoformat(timespec="seconds"), "end_date": until.isoformat(timespec="seconds"),
        "status": "open", **({"jurisdiction_id": jurisdiction} if jurisdiction else {}),
    }  # fmt: skip
    body = read(f"{root}/requests.json?{urlencode(asked)}")
    try:
        found = _REQUESTS.validate_python(json.loads(body))
    except (ValueError, ValidationError) as error:
        raise refuse(problems.PULL_UNREAD.at(why=str(error).splitlines()[0][:200])) from None
    for one in sorted(found, key=lambda each: (each.requested_datetime.isoformat(), each.service_request_id)):
        said = one.description.strip() or one.service_name.strip() or one.service_code
        yield Foreign(
            one.service_request_id, one.service_code, said, one.requested_datetime, one.address, one.lat, one.long,
            one.address_id,
        )  # fmt: skip


def _keep(foreign: Foreign, case: str, program: str, root: str) -> None:
    """By its number there the other side is told what becomes of it here."""
    models.Fetched.objects.get_or_create(
        source=root, number=foreign.id[:200],
        defaults={"program": program, "case": case, "told": "", "over": False},
    )  # fmt: skip


def _take(foreign: Foreign, token: str, counter: Counter, services: Mapping[str, str], root: str) -> Taken:
    open_now = queries.services(counter)
    wanted = services.get(foreign.service, foreign.service.rpartition(".")[2])
    code = next((one.code for one in open_now if one.code == wanted), open_now[-1].code if open_now else wanted)
    place = foreign.place if foreign.place and places.descends(foreign.place, counter.place) else counter.place
    # The number there leads back; a short text alone would not be taken.
    said = f"{foreign.description}（{urlsplit(root).hostname} {foreign.id[:60]}）"
    report = Report(
        token, place, code, said, foreign.address[:200], foreign.latitude, foreign.longitude, means="open311",
        occurred_at=foreign.requested_at,
    )  # fmt: skip
    by = people.citizen_warrant(
        place=counter.place, program=counter.program, organisation="", because=f"Open311 {root}"
    )
    return taking.report(report, by=by)


def _token(root: str, id: str) -> str:
    """Always the same for a request there, and known to nobody: by it a second pull knows what it has."""
    return keyed("pull", root, id)
