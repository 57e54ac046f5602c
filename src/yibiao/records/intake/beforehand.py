"""Prefilled answers on the web form: found, marked with where they come from, and carried to the posting and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.core import signing
from django.http import HttpRequest
from django.utils.translation import gettext

from yibiao.forms.types import FormVersion
from yibiao.packs.types import Program
from yibiao.records import border, prefilling
from yibiao.records.types import Known

SALT: Final = "records.prefilled"


def found(
    request: HttpRequest, form: FormVersion, answers: Mapping[str, Any], program: Program, entity: str = ""
) -> dict[str, Known]:
    """What the person may read of what is known."""
    return prefilling.known(form, answers, program=program.code, scope=border.reading(request), entity=entity)


def missing(given: Mapping[str, Any], first: Mapping[str, Any], known: Mapping[str, Known]) -> dict[str, Known]:
    """Of what is known, that which the person has not answered herself; a proposal of the page is no answer."""
    return {name: one for name, one in known.items() if name not in given or given[name] == first.get(name)}


def values(known: Mapping[str, Known]) -> dict[str, Any]:
    return {name: one.value for name, one in known.items()}


def sources(known: Mapping[str, Known]) -> dict[str, str]:
    """Where each comes from, in words."""
    said = {"register": gettext("来自台账：%(of)s"), "last": gettext("来自上次填报")}
    return {name: said[one.source] % {"of": one.of} for name, one in known.items()}


def written(known: Mapping[str, Known]) -> str:
    """What was prefilled, signed: the page brings it back, and nobody can make it up."""
    plain = {name: [one.value, one.source, one.of] for name, one in known.items()}
    return signing.dumps(plain, salt=SALT, compress=True) if plain else ""


def read(token: str) -> dict[str, Known]:
    """The same from the posting. Missing: nothing where it was tampered with."""
    try:
        held = signing.loads(token, salt=SALT) if token else {}
    except signing.BadSignature:
        return {}
    return {name: Known(*one) for name, one in held.items()}
