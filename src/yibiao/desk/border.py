"""From a request to what the signed-in person may see: the one place of the desk that knows who asks."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Final

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import get_language

from yibiao.core.problems import refuse
from yibiao.desk.problems import BAD_NUMBER, SIGN_IN
from yibiao.packs import queries as packs
from yibiao.packs.problems import PROGRAM_UNKNOWN
from yibiao.packs.types import Program
from yibiao.people import queries as people
from yibiao.people.types import Right, Scope, Warrant
from yibiao.places import queries as places

View = Callable[..., HttpResponseBase]
READING: Final[tuple[Right, ...]] = ("analyse", "review", "fill")
PROGRAM: Final = "desk_program"


def signed_in(view: View) -> View:
    """Sends visitors to the sign-in page; programs and fragments get a problem instead of a page."""

    @wraps(view)
    def shown(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated:
            return view(request, *args, **kwargs)
        if wants_json(request) or request.headers.get("HX-Request"):
            raise refuse(SIGN_IN.at())
        return redirect_to_login(request.get_full_path())

    return shown


def wants_json(request: HttpRequest) -> bool:
    """Whether the asker is a program: it gets JSON, and no page to sign in on."""
    programs_only = request.path.startswith("/api/") and not request.path.startswith("/api/docs")
    return programs_only or request.headers.get("Accept", "").startswith("application/json")


def language() -> str:
    return "en" if (get_language() or "").startswith("en") else "zh"


def actor(request: HttpRequest) -> str:
    return str(getattr(request.user, "key", ""))


def reading(request: HttpRequest) -> Scope:
    """What the person may read of records, figures and bulletins: all her rights but that of managing accounts."""
    known = getattr(request, "desk_scope", None)
    if isinstance(known, Scope):
        return known
    key = actor(request)
    scope = Scope(key, "analyse", tuple(grant for right in READING for grant in people.scope(key, right).grants))
    request.desk_scope = scope  # type: ignore[attr-defined]
    return scope


def rights(request: HttpRequest) -> frozenset[Right]:
    return people.rights(actor(request)) if request.user.is_authenticated else frozenset()


def warrant(request: HttpRequest, right: Right, *, place: str, program: str, organisation: str = "") -> Warrant:
    """Raises: people.scope.outside, people.organisation.not-own"""
    return people.warrant(actor(request), right, place=place, program=program, organisation=organisation)


def may(request: HttpRequest, right: Right, *, place: str, program: str) -> bool:
    return people.allows(actor(request), right, place, program).allowed


def programs(request: HttpRequest) -> tuple[Program, ...]:
    """The programs of which the person may see anything, the latest first."""
    known = getattr(request, "desk_programs", None)
    if known is None:
        scope = reading(request)
        open_to = [one for one in packs.programs() if scope.places(one.code)]
        known = tuple(sorted(open_to, key=lambda one: (one.window_from, one.code), reverse=True))
        request.desk_programs = known  # type: ignore[attr-defined]
    return tuple(known)


def program(request: HttpRequest, code: str = "") -> Program | None:
    """The program in hand: the one named, else the one chosen last, else the latest; None where there is none to see.

    Raises: packs.program.unknown (for one that the person may not see as well)
    """
    open_to = programs(request)
    named = code or request.GET.get("program", "")
    if named:
        found = next((one for one in open_to if one.code == named), None)
        if found is None:
            # The same answer as for a code that does not exist.
            raise refuse(PROGRAM_UNKNOWN.at(code=named))
        if request.session.get(PROGRAM) != named:
            request.session[PROGRAM] = named
        return found
    chosen = request.session.get(PROGRAM)
    return next((one for one in open_to if one.code == chosen), open_to[0] if open_to else None)


def may_take(request: HttpRequest, code: str) -> bool:
    """Whether the person may take personal answers of a program away anywhere: who reviews may."""
    return bool(people.scope(actor(request), "review").places(code))


def home(request: HttpRequest, of: Program) -> str:
    """The place on which a program's pages open for this person: the whole of it, or the widest that she may see."""
    roots = reading(request).places(of.code)
    if any(places.descends(of.place, root) for root in roots):
        return of.place
    widest = sorted(roots, key=lambda code: len(places.ancestors(code)))
    return widest[0] if widest else of.place


def inside(request: HttpRequest, of: Program, code: str) -> bool:
    """Whether a place is open to this person in a program."""
    return any(places.descends(code, root) for root in reading(request).places(of.code))


def fills(request: HttpRequest, code: str) -> bool:
    """Whether the person may file anything in a program."""
    return bool(people.scope(actor(request), "fill").places(code))


def number(text: str | None, default: int = 1, *, highest: int = 10**9) -> int:
    """A whole number from an address.

    Raises: desk.number.wrong
    """
    if not text:
        return default
    if not text.isascii() or not text.isdigit() or int(text) > highest:
        raise refuse(BAD_NUMBER.at(text=text[:40]))
    return int(text)
