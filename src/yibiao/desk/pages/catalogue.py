"""表单目录: who asks whom for what, how often, what of it is known already, and what units say of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from yibiao.cases import queries as cases
from yibiao.core.lifecycles.types import Lifecycle
from yibiao.core.problems import Refusal, refuse
from yibiao.desk import border, labels, tables
from yibiao.desk.pages.registers import titles
from yibiao.desk.problems import NO_PAGE
from yibiao.duty import queries as duty
from yibiao.duty.types import Obligation
from yibiao.figures import queries as figures
from yibiao.figures.types import Indicator
from yibiao.forms import queries as forms
from yibiao.forms.types import Field, FormVersion, Held
from yibiao.packs.types import Program
from yibiao.people import queries as people
from yibiao.people.types import Right
from yibiao.places import queries as places
from yibiao.records import actions
from yibiao.records import queries as records
from yibiao.records.types import Complaint, Tally

_NONE: Final = Tally(0, 0, 0, 0, 0)
_EVERY: Final[Mapping[str, object]] = {
    "day": _("每天"), "week": _("每周"), "month": _("每月"), "quarter": _("每季度"), "year": _("每年"),
    "before-holiday": _("每次节假日前"), "once": _("一次"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Demand:
    """One form as a demand: who owes it how often, what its answers are used for, and what of it is known."""

    form: FormVersion
    keeps: str
    duties: tuple[tuple[str, str, str], ...]
    indicators: tuple[Indicator, ...]
    cases: tuple[str, ...]
    held: tuple[Held, ...]
    tally: Tally | None
    complaints: tuple[Complaint, ...]

    @property
    def asked(self) -> int:
        return sum(not field.calculate for field in self.form.fields)

    @property
    def prefilled(self) -> int:
        return sum(bool(field.prefill) for field in self.form.fields)

    @property
    def unanswered(self) -> int:
        return sum(one.replied_at is None for one in self.complaints)


def listing(request: HttpRequest) -> HttpResponseBase:
    """Every form of every program that the person may see anything of, by program."""
    if tables.wanted(request):
        return tables.answer(request, gettext("表单目录"), _lines(request))
    groups = []
    for program in border.programs(request):
        found = demands(request, program)
        place = places.place(program.place)
        groups.append({"program": program, "demands": found, "place": place, "total": _total(found)})
    waiting = any(group["total"] is None for group in groups)
    return render(request, "desk/catalogue.html", {"groups": groups, "waiting": waiting})


def _lines(request: HttpRequest) -> Iterator[list[object]]:
    """The same as rows, the heads first; how answers came about is counted for them, however long that takes."""
    yield [
        gettext("专项"), gettext("表单"), gettext("谁报、多久一次"), gettext("派什么用"), gettext("题数"),
        gettext("台账已有的题"), gettext("核对的答案"), gettext("改正的答案"), gettext("手填的答案"),
        gettext("单位反映"), gettext("待答复"),
    ]  # fmt: skip
    for program in border.programs(request):
        for one in demands(request, program, patient=True):
            tally = one.tally or _NONE
            yield [
                program.title.of(border.language()), one.form.title.of(border.language()), _owed(one), _used(one),
                one.asked, labels.listed(each.field.label.of(border.language()) for each in one.held), tally.confirmed,
                tally.changed, tally.typed, len(one.complaints), one.unanswered,
            ]  # fmt: skip


def _owed(one: Demand) -> str:
    owed = "；".join(gettext("%(who)s：%(every)s") % {"who": who, "every": every} for _, who, every in one.duties)
    return owed or (gettext("有变动时") if one.keeps else gettext("发生时"))


def _used(one: Demand) -> str:
    found = [gettext("登记台账：%(register)s") % {"register": one.keeps}] if one.keeps else []
    found += [gettext("报送率")] if one.duties else []
    found += [gettext("立事项：%(name)s") % {"name": name} for name in one.cases]
    return "；".join([*found, *(each.label.of(border.language()) for each in one.indicators)])


def page(request: HttpRequest, program: str, form: str) -> HttpResponse:
    """One form: its questions, what is known of each, and complaints with their answers."""
    of = border.program(request, program)
    demand = next((one for one in demands(request, of) if one.form.name == form), None) if of else None
    if of is None or demand is None:
        raise refuse(NO_PAGE.at())
    if request.method == "POST":
        return _act(request, of, demand)
    held = {one.field.name: one for one in demand.held}
    known = titles(of)
    closings = records.closings(of.code, form=demand.form.id)
    actors = {one.actor for one in demand.complaints} | {one.replied_by for one in demand.complaints}
    actors |= {one.actor for one in closings} | {one.reopened_by for one in closings}
    bodies = people.organisations(codes=sorted({one.organisation for one in demand.complaints}))
    shown = {
        "program": of,
        "demand": demand,
        "waiting": demand.tally is None,
        "questions": [(field, _known_from(field.name, demand, held, known)) for field in _asked(demand.form)],
        "actors": people.names(actors - {""}),
        "organisations": {one.code: one.name for one in bodies},
        "closings": closings,
        "closed": next((one for one in closings if one.reopened_at is None), None),
        "may_close": border.may(request, "review", place=of.place, program=of.code),
        "may_complain": border.fills(request, of.code),
        "may_answer": {
            one.id
            for one in demand.complaints
            if not one.replied_at
            and one.actor != border.actor(request)
            and border.may(request, "review", place=one.place, program=of.code)
        },
    }
    return render(request, "desk/catalogue_form.html", shown)


def demands(request: HttpRequest, program: Program, *, patient: bool = False) -> list[Demand]:
    """The forms of a program as demands, in the order of their ids.

    To count very many records takes seconds: the page is shown without, and asks again with ``counted``; unless
    somebody is ``patient``.
    """
    patient = patient or "counted" in request.GET
    scope = border.reading(request)
    offered = forms.forms(program.pack)
    keepers = [form for form in forms.forms() if form.entity]
    rules = duty.rules_of(program.pack)
    counted = figures.indicators(program.pack)
    lifecycles = cases.lifecycles(program.pack)
    tallies = records.tally(program=program.code, scope=scope, patient=patient)
    said = records.complaints(program=program.code, scope=scope)
    known = titles(program)
    return [
        Demand(
            form=form,
            keeps=known.get(form.entity.register, form.entity.register) if form.entity else "",
            duties=tuple(_duty(one, known) for one in rules.obligations if one.form == form.name),
            indicators=tuple(one for one in counted if one.source.partition("/")[0] == form.name),
            cases=tuple(_opened(form, lifecycles)),
            held=forms.held(form, keepers),
            tally=tallies.get(form.id, _NONE) if tallies is not None else None,
            complaints=tuple(one for one in said if one.form == form.id),
        )
        for form in offered
    ]


def _opened(form: FormVersion, lifecycles: Sequence[Lifecycle]) -> Iterator[str]:
    """The kinds of cases that records of a form open."""
    for one in lifecycles:
        if any(opening.form == form.name for opening in one.openings):
            yield one.label.en if border.language() == "en" else one.label.zh


def _total(found: Sequence[Demand]) -> Tally | None:
    """The tallies of several forms together: each record is in one of them. None while they are being counted."""
    known = [one.tally for one in found if one.tally is not None]
    names = ("records", "unkept", "confirmed", "changed", "typed")
    return Tally(*(sum(getattr(one, name) for one in known) for name in names)) if len(known) == len(found) else None


def _duty(one: Obligation, known: Mapping[str, str]) -> tuple[str, str, str]:
    """What is owed, by whom, how often."""
    return one.label.of(border.language()), known.get(one.register, one.register), str(_EVERY[one.every])


def _asked(form: FormVersion) -> Sequence[Field]:
    return [field for field in form.fields if not field.calculate]


def _known_from(name: str, demand: Demand, held: Mapping[str, Held], known: Mapping[str, str]) -> tuple[str, str]:
    """The tone and the words of what is known of a question: prefilled, held elsewhere and asked again, or new."""
    field = next(one for one in demand.form.fields if one.name == name)
    if field.prefill == "last":
        return "tag-good", gettext("照上次填好")
    if field.prefill:
        return "tag-good", gettext("照台账填好")
    if name in held:
        return "tag-bad", gettext("“%(register)s”里已有") % {
            "register": known.get(held[name].register, held[name].register)
        }
    return ("", gettext("从台账选")) if field.register else ("", "")


def _act(request: HttpRequest, of: Program, demand: Demand) -> HttpResponse:
    try:
        if request.POST.get("act") in ("close", "open"):
            _close(request, of, demand)
        elif request.POST.get("act") == "answer":
            one = next((each for each in demand.complaints if each.id == request.POST.get("complaint")), None)
            if one is None:
                raise refuse(NO_PAGE.at())
            by = border.warrant(request, "review", place=one.place, program=of.code)
            actions.answer_complaint(one.id, reply=request.POST.get("reply", ""), by=by)
            messages.success(request, gettext("已答复。"))
        else:
            by = border.warrant(request, "fill", place=_where(request, "fill", of), program=of.code)
            actions.complain(demand.form.id, program=of.code, reason=request.POST.get("reason", ""), by=by)
            messages.success(request, gettext("已反映，答复会写在这里。"))
    except Refusal as refusal:
        if refusal.status in (403, 404):
            raise
        for problem in refusal.problems:
            messages.error(request, problem.text(border.language()))
    return redirect("desk_catalogue_form", program=of.code, form=demand.form.name)


def _close(request: HttpRequest, of: Program, demand: Demand) -> None:
    by = border.warrant(request, "review", place=of.place, program=of.code)
    reason = request.POST.get("reason", "")
    if request.POST["act"] == "open":
        actions.open_form(request.POST.get("closing", ""), reason=reason, by=by)
        messages.success(request, gettext("已重新开放。"))
        return
    given = request.POST.get("until", "")
    try:
        until = date.fromisoformat(given) if given else None
    except ValueError:
        until = None
    actions.close_form(demand.form.id, program=of.code, reason=reason, until=until, by=by)
    messages.success(request, gettext("已停止填报。"))


def _where(request: HttpRequest, right: Right, of: Program) -> str:
    """The person's own place where she has the right there, else the first place where she has it."""
    own = people.account(border.actor(request)).place
    if own and border.may(request, right, place=own, program=of.code):
        return own
    return next(iter(people.scope(border.actor(request), right).places(of.code)), of.place)
