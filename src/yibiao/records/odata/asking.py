"""Who reads a feed: a signed-in page, a password over https, or the token of a field client."""

from __future__ import annotations

from dataclasses import replace

from django.http import HttpRequest

from yibiao.core.problems import Refusal, refuse
from yibiao.forms import queries as forms
from yibiao.packs import queries as packs
from yibiao.people import queries as people
from yibiao.people.types import Grant, Scope
from yibiao.records import border
from yibiao.records.intake.openrosa import asking
from yibiao.records.odata import problems


def scope(request: HttpRequest, form: str, program: str = "") -> Scope:
    """What the reader may see of a form, in all programs or in one.

    Raises: ``records.odata.sign-in|no-right``, ``forms.form.unknown``, what signing in refuses.
    """
    found = _scope(request)
    if program:
        grants = (one for one in found.grants if one.over(program))
        found = Scope(found.actor, found.right, tuple(replace(one, programs=frozenset({program})) for one in grants))
    pack = forms.form(form).pack
    if not any(found.places(program.code) for program in packs.programs() if program.pack == pack):
        raise refuse(problems.NO_RIGHT.at(form=form))
    return found


def _scope(request: HttpRequest) -> Scope:
    given = request.headers.get("Authorization", "")
    scheme, _, token = given.partition(" ")
    try:
        if scheme.lower() == "bearer":
            asker = asking.asker(request, token.strip())
        elif given or request.GET.get("st"):
            asker = asking.asker(request, "")
        elif request.user.is_authenticated:
            return border.reading(request)
        else:
            raise refuse(problems.SIGN_IN.at())
    except asking.Unknown:
        raise refuse(problems.SIGN_IN.at()) from None
    except Refusal as refusal:
        if scheme.lower() == "bearer" and refusal.status == 403:
            raise refuse(problems.SIGN_IN.at()) from None
        raise
    if asker.client is None:
        held = (grant for right in border.READING for grant in people.scope(asker.person, right).grants)
        return Scope(asker.person, "analyse", tuple(held))
    open_to = {program.code: asker.warrants(program.code) for program in packs.programs()}
    grants = (Grant("fill", one.place, frozenset({code})) for code, held in open_to.items() for one in held)
    return Scope(asker.person, "fill", tuple(grants))
