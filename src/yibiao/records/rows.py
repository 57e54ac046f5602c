"""A record, its step of history, its sending and its fact, as the rows that stand for them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

from yibiao.core import canon
from yibiao.ledger import writing
from yibiao.ledger.types import FactDraft
from yibiao.records import models, prefilling
from yibiao.records.prepared import Prepared
from yibiao.records.types import Origins

# The last of them are those in which records are alike.
SUBMISSION: Final = (
    "id", "subject", "occurred_at", "answers", "actor", "form", "form_version", "program", "place", "lineage",
    "organisation", "participants", "channel", "sample", "has_personal", "confirmed_count", "changed_count",
    "typed_count", "prefilled", "received_at", "revision", "state",
)  # fmt: skip
STEP: Final = (
    "submission_id", "digest", "revision", "act", "reason", "answers", "actor", "at", "form_version",
)  # fmt: skip
SENDING: Final = ("submission_id", "revision", "form", "program", "instance", "device", "agent")


def submissions(items: Sequence[Prepared], at: datetime) -> list[writing.Row]:
    """New records, of the columns ``SUBMISSION``."""
    moment = writing.moments()
    now = moment(at)
    alike: dict[tuple[Any, ...], writing.Same] = {}
    made: list[writing.Row] = []
    for item in items:
        shared = (
            item.by.actor, item.form.id, item.form.version, item.program, item.place, item.lineage, item.organisation,
            item.participants, item.channel, bool(item.personal), *_origins(item),
        )  # fmt: skip
        same = alike.get(shared) or alike.setdefault(shared, _alike(shared, now))
        made.append((item.id, item.subject, moment(item.occurred_at), item.text, same))
    return made


def _alike(shared: tuple[Any, ...], now: Any) -> writing.Same:
    *who_where, participants, channel, has_personal, confirmed, changed, typed, prefilled = shared
    return writing.Same(
        *who_where, " ".join(participants), channel, channel == "sample", has_personal, confirmed, changed, typed,
        prefilled, now, 1, "received",
    )  # fmt: skip


def steps(items: Sequence[Prepared], revision: int, *, act: str, reason: str, at: datetime) -> list[writing.Row]:
    """Their steps, of the columns ``STEP``."""
    now = writing.moments()(at)
    alike: dict[tuple[str, str], writing.Same] = {}
    made: list[writing.Row] = []
    for item in items:
        shared = (item.by.actor, item.form.version)
        same = alike.get(shared) or alike.setdefault(
            shared, writing.Same(revision, act, reason, models.TOLD, shared[0], now, shared[1])
        )
        made.append((item.id, item.digest, same))
    return made


def sendings(items: Sequence[Prepared], revision: int) -> list[writing.Row]:
    """By which instance id a phone speaks of a revision, of the columns ``SENDING``; not every record has one."""
    return [
        (item.id, revision, item.form.id, item.program, of.instance, of.device[:255], of.agent[:255])
        for item in items
        if (of := item.sent)
    ]


def fact(item: Prepared, revision: int, salted: str, reason: str = "") -> FactDraft:
    plain = (item.form.id, item.form.version, item.channel, item.participants)
    if reason or salted or item.prefilled:
        more: dict[str, Any] = {"reason": reason} if reason else {}
        if salted:
            more["personal"] = salted
        if item.prefilled and revision == 1:
            more["origins"] = _said(prefilling.origins(item.form, item.answers, item.prefilled))
        about = canon.dumps(_about(*plain) | more)
    else:
        about = _plainly(*plain)
    # The answers, which are text already, come first in the order of the alphabet.
    payload = canon.Ready(f'{{"answers":{item.text},{about[1:]}')
    return FactDraft(
        item.form.kind, item.id, revision, item.program, item.place, item.organisation, item.by.actor, item.subject,
        item.occurred_at, payload,
    )  # fmt: skip


def _origins(item: Prepared) -> tuple[int, int, int, str]:
    if not item.prefilled:
        return 0, 0, item.typed + len(item.personal), ""
    origins = prefilling.origins(item.form, item.answers, item.prefilled)
    said = canon.dumps(_said(origins))
    return len(origins.confirmed), len(origins.changed), origins.typed + len(item.personal), said


def _said(origins: Origins) -> dict[str, list[str]]:
    return {"confirmed": list(origins.confirmed), "changed": list(origins.changed)}


def _about(form: str, version: str, channel: str, participants: tuple[str, ...]) -> dict[str, Any]:
    """What the payload of a record says beside its answers."""
    said = {"form": form, "version": version, "channel": channel, "participants": list(participants)}
    return {**said, "sample": True} if channel == "sample" else said


@lru_cache(maxsize=1_000)
def _plainly(form: str, version: str, channel: str, participants: tuple[str, ...]) -> str:
    return canon.dumps(_about(form, version, channel, participants))
