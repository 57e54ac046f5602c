"""账号管理: what administrators of a place see and do. Everything is limited to their own range."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, Final, ParamSpec, TypeVar, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext

from yibiao.core.problems import Refusal, refuse
from yibiao.people import actions, problems, queries, words
from yibiao.people.adapter import ClosedSignup
from yibiao.people.inputs import GrantInput, OrganisationInput, PasswordInput, PersonInput, PostInput
from yibiao.people.models import Person
from yibiao.people.types import EVERY_PROGRAM, Grant, Holder, Scope, Warrant
from yibiao.people.views import spoken
from yibiao.places import queries as places

P = ParamSpec("P")
T = TypeVar("T")
PAGE_SIZE: Final = 50


def manager(view: Callable[Concatenate[HttpRequest, Scope, P], HttpResponse]) -> Callable[..., HttpResponse]:
    """Only for those with the right to manage anywhere; others are told what is missing and who can give it."""

    @login_required
    @wraps(view)
    def checked(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        key = cast(Person, request.user).key
        return view(request, queries.required_scope(key, "manage"), *args, **kwargs)

    return checked


@manager
def people(request: HttpRequest, scope: Scope) -> HttpResponse:
    """The accounts in range, searched and paged."""
    text, state = request.GET.get("q", "").strip(), request.GET.get("state", "")
    active = {"active": True, "closed": False}.get(state)
    page = queries.holders(scope=scope, text=text, active=active, number=_number(request), size=PAGE_SIZE)
    language = get_language() or "zh"
    rows = [
        (holder, [said.of(language) for post in holder.posts for said in words.grants(post.grants)])
        for holder in page.items
    ]
    return render(request, "people/list.html", {"page": page, "rows": rows, "q": text, "state": state})


@manager
def add(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Open an account, with a first grant where one is filled in."""
    form = PersonInput(request.POST or None)
    if request.method == "POST" and form.is_valid():
        taken = _tried(form, lambda: _add(scope, form.cleaned_data))
        if taken:
            messages.success(request, gettext("账号已开通，请接着授权。"))
            return redirect("people_person", key=taken)
    return render(request, "people/add.html", {"form": form}, status=_status(form))


@manager
def person(request: HttpRequest, scope: Scope, key: str) -> HttpResponse:
    """One account: its posts and rights, and what can be done with it."""
    return _person_page(request, scope, key)


@manager
def act(request: HttpRequest, scope: Scope, key: str, act: str) -> HttpResponse:
    """One act on an account; refusals come back on its page, beside the form they belong to."""
    if request.method != "POST":
        return redirect("people_person", key=key)
    if act not in ACTS:
        raise refuse(problems.POST_UNKNOWN.at())
    holder = queries.holder(key, scope=scope)
    form = FORMS.get(act, Form)(request.POST, auto_id=f"{act}-%s")
    number = request.POST.get("post", "")
    post = int(number) if number.isdecimal() else None
    if form.is_valid() and _tried(form, lambda: _done(act, scope, holder, post, form)):
        if act == "password":
            ClosedSignup(request).unlock(request, holder.account.username)
        messages.success(request, gettext("已办理。"))
        return redirect("people_person", key=key)
    return _person_page(request, scope, key, {act: form})


@manager
def organisations(request: HttpRequest, scope: Scope) -> HttpResponse:
    """The organisations in range, and a form for a new one."""
    form = OrganisationInput(request.POST or None)
    if (
        request.method == "POST"
        and form.is_valid()
        and _tried(form, lambda: _add_organisation(scope, form.cleaned_data))
    ):
        messages.success(request, gettext("机构已登记。"))
        return redirect("people_organisations")
    text = request.GET.get("q", "").strip()
    page = queries.organisation_page(scope=scope, text=text, number=_number(request), size=PAGE_SIZE)
    names = places.names([body.place for body in page.items])
    rows = [(body, names.get(body.place, "")) for body in page.items]
    shown = {"form": form, "page": page, "rows": rows, "q": text}
    return render(request, "people/organisations.html", shown, status=_status(form))


Act = Callable[[str, int | None, Warrant, dict[str, Any]], None]


def _grant(key: str, post: int | None, by: Warrant, data: dict[str, Any]) -> None:
    actions.grant(key=key, given=data["given"], by=by, post=post)


def _revoke(key: str, post: int | None, by: Warrant, data: dict[str, Any]) -> None:
    actions.revoke(key=key, given=data["given"], by=by, post=post)


def _add_post(key: str, post: int | None, by: Warrant, data: dict[str, Any]) -> None:
    actions.add_post(key=key, organisation=data["organisation"], role=data["role"], by=by)


def _reset(key: str, post: int | None, by: Warrant, data: dict[str, Any]) -> None:
    actions.reset_password(key=key, password=data["password"], by=by)


def _deactivate(key: str, post: int | None, by: Warrant, data: dict[str, Any]) -> None:
    actions.deactivate(key=key, by=by)


def _reactivate(key: str, post: int | None, by: Warrant, data: dict[str, Any]) -> None:
    actions.reactivate(key=key, by=by)


ACTS: Final[dict[str, Act]] = {
    "grant": _grant,
    "revoke": _revoke,
    "post": _add_post,
    "password": _reset,
    "deactivate": _deactivate,
    "reactivate": _reactivate,
}
FORMS: Final[dict[str, type[Form]]] = {
    "grant": GrantInput,
    "revoke": GrantInput,
    "post": PostInput,
    "password": PasswordInput,
}


def _done(act: str, scope: Scope, holder: Holder, post: int | None, form: Form) -> bool:
    """Carry an act out under the warrant that reaches where it acts."""
    data: dict[str, Any] = dict(form.cleaned_data)
    if isinstance(form, GrantInput):
        given = data["given"] = form.grant()
        body = next((one.organisation for one in holder.posts if post in (None, one.number)), "")
        by = _over(scope, given, queries.organisation(body).place if body else given.place)
    else:
        named = data["organisation"].strip() if isinstance(form, PostInput) else holder.account.organisation
        by = _any_program(scope, queries.organisation(named).place)
    ACTS[act](holder.account.key, post, by, data)
    return True


def _over(scope: Scope, given: Grant, served: str) -> Warrant:
    """A warrant over a right and over the place that its holder's organisation serves, which may lie apart."""
    program = _program(given)
    for grant in scope.grants:
        if grant.over(program) and all(places.descends(place, grant.place) for place in (given.place, served)):
            return queries.warrant(scope.actor, "manage", place=grant.place, program=program)
    return queries.warrant(scope.actor, "manage", place=given.place, program=program)


def _program(given: Grant) -> str:
    """The program to ask a warrant for: the single one named, otherwise all."""
    return next(iter(given.programs)) if len(given.programs) == 1 else EVERY_PROGRAM


def _add(scope: Scope, data: dict[str, Any]) -> str:
    body = queries.organisation(data["organisation"].strip())
    by = _any_program(scope, body.place)
    account = actions.add_person(
        username=data["username"], name=data["name"], password=data["password"], organisation=body.code,
        role=data["role"], must_change=True, by=by,
    )  # fmt: skip
    return account.key


def _add_organisation(scope: Scope, data: dict[str, Any]) -> bool:
    by = _any_program(scope, data["place"].strip())
    actions.add_organisation(
        code=data["code"].strip(), name=data["name"], parent=data["parent"].strip(), place=data["place"].strip(), by=by
    )
    return True


def _any_program(scope: Scope, place: str) -> Warrant:
    """A warrant over a place for whichever programs the manager has there, all programs first."""
    for grant in sorted(scope.grants, key=lambda grant: EVERY_PROGRAM not in grant.programs):
        if places.descends(place, grant.place):
            return queries.warrant(scope.actor, "manage", place=place, program=min(grant.programs))
    return queries.warrant(scope.actor, "manage", place=place, program=EVERY_PROGRAM)


def _tried(form: Form, run: Callable[[], T]) -> T | None:
    """What the act gives; where it is refused, every reason stands on the form."""
    language = get_language() or "zh"
    try:
        return run()
    except Refusal as refusal:
        for problem in refusal.problems:
            form.add_error(None, problem.text(language))
        form.status = refusal.status  # type: ignore[attr-defined]
        return None


def _status(form: Form) -> int:
    """The HTTP status of a page that shows a form: 422 for what could not be read, otherwise as it was refused."""
    if not form.errors:
        return 200
    return int(getattr(form, "status", 422))


def _number(request: HttpRequest) -> int:
    given = request.GET.get("page", "1")
    return int(given) if given.isdecimal() and len(given) < 7 else 1


def _person_page(request: HttpRequest, scope: Scope, key: str, tried: dict[str, Form] | None = None) -> HttpResponse:
    """The page of an account, with the forms as they were sent where something was wrong."""
    holder = queries.holder(key, scope=scope)
    forms: dict[str, Form] = {act: form(auto_id=f"{act}-%s") for act, form in FORMS.items()} | (tried or {})
    shown = {
        "holder": holder,
        "posts": [(post, list(zip(post.grants, said, strict=True))) for post, said in spoken(holder.posts)],
        "forms": forms,
        "own": scope.actor == key,
        "failed": [error for form in (tried or {}).values() for error in form.non_field_errors()],
    }
    status = max((_status(form) for form in (tried or {}).values()), default=200)
    return render(request, "people/person.html", shown, status=status)
