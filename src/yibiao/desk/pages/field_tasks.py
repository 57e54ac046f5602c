"""What waits for whoever holds the phone: the reports, cases, notices and shifts of 今日, for when there is no network.

A report opens its form with what is known of it. What has a page of its own, and no form, says that it needs a network.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext

from yibiao.core.periods import SHANGHAI
from yibiao.desk import border, watching
from yibiao.desk.pages import day, owing
from yibiao.desk.pages import notices as papers
from yibiao.duty import queries as duty
from yibiao.duty.types import Cell, Obligation
from yibiao.forms import queries as forms
from yibiao.forms.types import FormVersion
from yibiao.notices import queries as notices
from yibiao.packs.types import Program
from yibiao.places import queries as places
from yibiao.records.intake.openrosa import asking, serving

MOST: Final = 60
REPORTS: Final = 8


def waiting(request: HttpRequest, asker: asking.Asker) -> list[dict[str, Any]]:
    """Tasks over all programs that the person files in, what is late first, then by deadline.

    Shape: ``kind`` is report, case, notice or shift; ``form`` says what to fill in, else ``url`` where to look.
    """
    programs = _current(asker.programs())
    found: list[dict[str, Any]] = list(_shifts(request, programs)) if programs else []
    for program in programs:
        at, _ = day.moment(program)
        found += _reports(request, program, at)
        found += _cases(request, program, at)
        found += _notices(request, program, at)
    return sorted(found, key=lambda one: (not one["late"], one["due"] or "9999", one["id"]))[:MOST]


def _current(programs: Sequence[Program]) -> list[Program]:
    """The programs that are not over; where all are, the latest one, as 今日 shows it."""
    standing = [one for one in programs if not day.moment(one)[1]]
    return standing or sorted(programs, key=lambda one: (one.window_from, one.code))[-1:]


def _reports(request: HttpRequest, program: Program, at: datetime) -> Iterator[dict[str, Any]]:
    """Only those of the units for which the person reports herself: who looks after many reminds them instead."""
    own = owing.own_units(request, program.code)
    if not own:
        return
    rules = duty.rules_of(program.pack)
    known = {form.name: form for form in forms.forms(program.pack)}
    missing, due = day.open_reports(program.code, scope=border.reading(request), at=at)
    # Of many that are late, the latest: older ones are settled at a desk.
    for cell in [one for one in (*missing, *due) if one.unit.key in own][-REPORTS:]:
        one = rules.obligation(cell.topic)
        form = known.get(one.form) if one else None
        if one is None or form is None:
            continue
        yield _task(
            "report", f"{program.code}:{cell.topic}:{cell.unit.key}:{cell.slot.key}",
            watching.said(one.label), f"{cell.unit.label} · {owing.slot_said(cell.slot.key)}", cell.slot.due_at,
            cell.state == "missing",
            form={
                "id": serving.form_id(form, program), "version": form.version, "answers": _told(cell, one, form, at)
            },
        )  # fmt: skip


def _told(cell: Cell, one: Obligation, form: FormVersion, at: datetime) -> dict[str, str]:
    """What is known of a report before it is filled in: who reports, where, for when, and what it has to say."""
    roles = {field.role: field for field in form.fields if field.role and not field.repeat}
    found = {one.unit: cell.unit.key, **duty.asked(one, form)}
    if place := roles.get("place"):
        found[place.name] = cell.unit.place
    if when := roles.get("occurred_at"):
        told = at if cell.slot.begins <= at <= cell.slot.due_at else cell.slot.begins
        local = told.astimezone(SHANGHAI)
        found[when.name] = local.date().isoformat() if when.type == "date" else local.isoformat(timespec="minutes")
    return found


def _cases(request: HttpRequest, program: Program, at: datetime) -> Iterator[dict[str, Any]]:
    overdue, soon = day.pressing_cases(program.code, scope=border.reading(request), at=at)
    names = places.names(list({one.place for one in (*overdue.items, *soon.items)}))
    for late, page in ((True, overdue), (False, soon)):
        for one in page.items:
            where = names.get(one.place, one.place)
            yield _task("case", one.id, one.title, where, one.due_at, late, url=reverse("desk_case", args=[one.id]))


def _notices(request: HttpRequest, program: Program, at: datetime) -> Iterator[dict[str, Any]]:
    held = notices.waiting(papers.bodies(request), scope=border.reading(request), program=program.code)
    for one in held[: day.FEW]:
        due, notice = one.receipt.due_at, one.notice
        url = reverse("desk_notice", args=[notice.id])
        yield _task("notice", notice.id, notice.title, notice.number, due, due is not None and due < at, url=url)


def _shifts(request: HttpRequest, programs: Sequence[Program]) -> Iterator[dict[str, Any]]:
    """My own next shifts."""
    kinds = [kind for program in programs for kind in duty.rules_of(program.pack).shift_types]
    labels = {post.id: watching.said(post.label) for kind in kinds for post in kind.posts}
    at = min(day.moment(program)[0] for program in programs)
    for one in duty.shifts_of(border.actor(request), at=at, limit=3):
        begins, ends = (each.astimezone(SHANGHAI).strftime("%m-%d %H:%M") for each in (one.begins, one.ends))
        said = gettext("%(begins)s 至 %(ends)s") % {"begins": begins, "ends": ends}
        yield _task("shift", one.id, labels.get(one.post, one.post), said, one.begins, False, url=reverse("desk_duty"))


def _task(
    kind: str, id: str, title: str, about: str, due: datetime | None, late: bool, *,
    form: Mapping[str, Any] | None = None, url: str = "",
) -> dict[str, Any]:  # fmt: skip
    at = due.astimezone(SHANGHAI).isoformat(timespec="minutes") if due else ""
    return {
        "id": f"{kind}:{id}", "kind": kind, "title": title, "about": about, "due": at, "late": late,
        "form": form, "url": url,
    }  # fmt: skip
