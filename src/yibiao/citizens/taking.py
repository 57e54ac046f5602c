"""Reports on their way in: let in by a challenge or a warrant, stored with the hash of the token that follows them."""

from __future__ import annotations

import hashlib
import re
import secrets
import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any, Final

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from yibiao.cases import actions as cases
from yibiao.cases import queries as known
from yibiao.cases.types import Case
from yibiao.citizens import challenges, counters, limits, models, problems, queries, writing
from yibiao.citizens.types import Counter, Proof, Report, Service, Taken
from yibiao.core import clock
from yibiao.core.periods import local_day
from yibiao.core.problems import Refusal, refuse
from yibiao.core.texts import Text
from yibiao.people import queries as people
from yibiao.people.types import Warrant
from yibiao.places import queries as places
from yibiao.records.intake.citizen import take
from yibiao.records.types import Channel, SubmissionDraft

_SPACE: Final = uuid.UUID("0b8f6a3e-71c4-5d39-9c53-4d1f4f2f6f10")
_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{32,64}")
_ENDINGS: Final = (".jpg", ".png", ".webp", ".heic")
BECAUSE: Final = "群众上报"


def new_token() -> str:
    """A token that nobody can guess."""
    return secrets.token_urlsafe(24)


def report_openly(report: Report, *, proof: Proof, at: datetime | None = None) -> Taken:
    """Takes in the report of somebody without an account, who answered a challenge.

    The same token again is the same report: the second answer says so, and asks for no challenge.

    Raises: citizens.challenge.*, citizens.rate.exceeded, and as ``report``.
    """
    counter, service = _counter(report)
    with transaction.atomic():
        if not _known(report.token):
            _let_in(proof, report.place)
        return _take(report, counter, service, _warrant(counter, report.place), at)


def report(report: Report, *, by: Warrant, at: datetime | None = None) -> Taken:
    """Takes in a report under a warrant: a program that files for others, or another endpoint's requests.

    Raises: citizens.place.closed|outside, citizens.service.closed, citizens.report.*, citizens.photo.*, records.*.
    """
    counter, service = _counter(report)
    with transaction.atomic():
        return _take(report, counter, service, by, at)


def answer_back(
    token: str, move: str, answers: Mapping[str, Any], *, address: str, reason: str = "", at: datetime | None = None
) -> Case:
    """What a reporter does with her case: adds a remark, rates what was done, opens it again.

    Raises: citizens.ticket.unknown|early, citizens.rate.exceeded, cases.reporter.*, core.move.*, core.answer.*.
    """
    case = queries.case_of(token)
    if case is None:
        raise refuse(problems.NOT_YET.at())
    by = people.citizen_warrant(
        place=case.place, program=case.program, organisation=case.organisation, because=BECAUSE
    )  # fmt: skip
    told = {name: writing.cleared(text) if isinstance(text, str) else text for name, text in answers.items()}
    with transaction.atomic():
        limits.count("act", address, settings.YIBIAO_REPORTS_PER_ADDRESS)
        return cases.move(case.id, move, told, by=by, reason=writing.cleared(reason), at=at)


def photos(files: Iterable[UploadedFile[Any]]) -> list[tuple[str, Iterable[bytes]]]:
    """Uploaded photos by names of our own: a person's file names say more than she means to.

    Raises: citizens.photo.large.
    """
    found: list[tuple[str, Iterable[bytes]]] = []
    for number, one in enumerate(files, 1):
        name = one.name or ""
        if (one.size or 0) > writing.PHOTO_MEGABYTES * 1024 * 1024:
            raise refuse(problems.PHOTO_SIZE.at("photos", name=name[:40], most=writing.PHOTO_MEGABYTES))
        ending = PurePosixPath(name).suffix.lower()
        ending = ending if ending in _ENDINGS else ".jpg"
        found.append((f"photo-{number}{ending}", one.chunks()))
    return found


def _counter(report: Report) -> tuple[Counter, Service]:
    """The counter and the service, or everything that is wrong with the report."""
    if not _TOKEN.fullmatch(report.token):
        raise refuse(problems.TOKEN.at())
    counter = counters.at(report.place)
    if counter is None:
        raise refuse(problems.NO_COUNTER.at(place=_name(report.place)))
    found = list(writing.faults(report))
    service = counter.service(report.service)
    if not report.service:
        found.append(problems.UNCHOSEN.at("service"))
    elif service is None or not service.open_on(local_day(clock.now())):
        shown = service.label if service else Text(report.service[:40])
        found.append(problems.CLOSED.at("service", service=shown.zh, service_en=shown.of("en")))
    if found or service is None:
        raise Refusal(found)
    return counter, service


def _known(token: str) -> bool:
    return models.Ticket.objects.filter(digest=queries.digest(token)).exists()


def _let_in(proof: Proof, place: str) -> None:
    """Counts, and accepts the answer to the challenge. A sum is easier for machines: fewer of them are let in."""
    asked = challenges.kind(proof.token, queries.PURPOSE)
    most = settings.YIBIAO_REPORTS_PER_ADDRESS
    limits.count("report", proof.address, most)
    if asked == "sum":
        limits.count("sum", proof.address, max(1, most // 4))
    limits.count("place", place, settings.YIBIAO_REPORTS_PER_PLACE)
    challenges.spend(proof.token, proof.answer, queries.PURPOSE)


def _warrant(counter: Counter, place: str) -> Warrant:
    """Permission to file at the place, on behalf of the nearest organisation that serves it."""
    codes = [one.code for one in places.ancestors(place)]
    serving = [one for one in people.organisations(under_place=counter.place) if one.place in codes]
    nearest = max(serving, key=lambda one: codes.index(one.place), default=None)
    return people.citizen_warrant(
        place=counter.place, program=counter.program, organisation=nearest.code if nearest else "", because=BECAUSE
    )  # fmt: skip


def _take(report: Report, counter: Counter, service: Service, by: Warrant, at: datetime | None) -> Taken:
    """One transaction: the record with its photos, and the hash of the token that follows it."""
    record = str(uuid.uuid5(_SPACE, hashlib.sha256(report.token.encode()).hexdigest()))
    kept = models.Ticket.objects.filter(digest=queries.digest(report.token)).first()
    # Sent again, what was promised stays: the same report has the same answers.
    moment = kept.made_at if kept else at or clock.now().replace(microsecond=0)
    photos = list(report.photos)
    if len(photos) > min(writing.MOST_PHOTOS, len(counter.questions.photos)):
        raise refuse(problems.PHOTOS.at("photos", most=writing.MOST_PHOTOS))
    answers = writing.answers(report, counter, service, moment, [name for name, _ in photos])
    channel: Channel = "api" if report.means == "open311" else "web"
    draft = SubmissionDraft(record, counter.form, counter.program, answers, channel)
    receipt = take(draft, photos, by=by, at=at)
    case = known.case_id(record, counter.lifecycle, "", None, 1)
    models.Ticket.objects.get_or_create(
        digest=queries.digest(report.token),
        defaults={
            "record": record, "case": case, "program": counter.program, "place": report.place, "made_at": moment,
        },
    )  # fmt: skip
    return Taken(record, case, counter.program, receipt.repeated)


def _name(code: str) -> str:
    try:
        return places.place(code).name
    except Refusal:
        return code[:40]
