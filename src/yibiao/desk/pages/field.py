"""The field app: its shell, which holds nothing of anybody, and what it asks for once somebody has signed in.

The shell is kept by the phone and opens without a network, so it is the same for everybody.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from yibiao.core import clock
from yibiao.core.periods import SHANGHAI
from yibiao.core.problems import Problem, Refusal, refuse
from yibiao.desk import border
from yibiao.desk.pages import field_choices, field_forms, field_tasks, field_words
from yibiao.desk.problems import NO_PAGE, NOT_THE_APP, OTHER_ACCOUNT
from yibiao.forms.types import FormVersion
from yibiao.people import queries as people
from yibiao.records.intake.openrosa import asking, foreknown, lists, posting, serving

WORKER: Final = field_forms.SHEETS.parent / "field-worker.js"
# A header of our own: no other site can make a browser send it.
MARK: Final = "X-Yibiao-Field"
# Whose drafts an open app holds: somebody else may have signed in beside it since.
OWNER: Final = "X-Yibiao-Account"


@require_safe
def shell(request: HttpRequest) -> HttpResponse:
    """The empty page in which the app runs."""
    answer = HttpResponse(render_to_string("desk/field.html"))
    answer["Cache-Control"] = "no-cache"
    return answer


@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker: it may only look after addresses below its own."""
    answer = HttpResponse(WORKER.read_bytes(), content_type="text/javascript; charset=utf-8")
    answer["Cache-Control"] = "no-cache"
    return answer


@require_safe
def manifest(request: HttpRequest) -> HttpResponse:
    """What a phone needs to know to install the app."""
    told = {
        "name": gettext("一表 · 手机填报"),
        "short_name": gettext("一表"),
        "start_url": reverse("desk_field"),
        "scope": reverse("desk_field"),
        "display": "standalone",
        "background_color": "#faf9f6",
        "theme_color": "#14509b",
        "icons": [{"src": reverse("desk_icon"), "sizes": "any", "type": "image/svg+xml"}],
    }
    return JsonResponse(told, content_type="application/manifest+json")


@require_safe
def me(request: HttpRequest) -> HttpResponse:
    """Who has signed in, in which language, and the texts of the app."""
    account = people.account(border.actor(request))
    if account is None:
        raise refuse(NO_PAGE.at())
    told = {
        "key": account.key,
        "name": account.name,
        "organisation": account.organisation_name,
        "role": account.role,
        "place": account.place,
        "language": border.language(),
        "csrf": get_token(request),
        "words": field_words.words(),
    }
    return _fresh(told)


@require_safe
def forms(request: HttpRequest) -> HttpResponse:
    """The forms that the person may fill in, with digests by which the app knows what it holds already."""
    asker = _asker(request)
    held: dict[tuple[str, str], str] = {}

    def digest(program: str, name: str) -> str:
        if (program, name) not in held:
            held[program, name] = lists.stamp(name, asker, program)
        return held[program, name]

    told: list[dict[str, object]] = []
    for form, program in serving.open_to(asker):
        served = serving.served(form, program)
        told.append({
            "id": served.id,
            "version": served.version,
            "title": {"zh": form.title.zh, "en": form.title.en},
            "program": program.code,
            "programTitle": {"zh": program.title.zh, "en": program.title.en},
            "digest": field_forms.digest(served),
            "lists": [
                *({"name": name, "digest": digest(program.code, name)} for name in served.lists),
                *_own(form, served),
            ],
            "knows": foreknown.wanted(form),
            "keeps": foreknown.keeping(form),
        })  # fmt: skip
    return _fresh({"forms": told})


@require_safe
def form(request: HttpRequest, id: str, version: str) -> HttpResponse:
    """One version of a form, ready to be filled in; also an old one."""
    shown = field_forms.shown(serving.served(*serving.resolve(_asker(request), id, version)))
    return _fresh({"form": shown.form, "model": shown.model, "digest": shown.digest})


@require_safe
def listing(request: HttpRequest, id: str, version: str, name: str) -> HttpResponse:
    """One list of a form: the code and the label of each row."""
    asker = _asker(request)
    version_of, program = serving.resolve(asker, id, version)
    own = name.removeprefix(field_choices.PREFIX)
    if own != name:
        columns = field_forms.shown(serving.served(version_of, program)).taken.get(own)
        if columns is None:
            raise refuse(NO_PAGE.at())
        return _fresh({"rows": field_choices.listed(version_of, own, columns, border.language())})
    if name not in serving.served(version_of, program).lists:
        raise refuse(NO_PAGE.at())
    return _fresh({"rows": lists.spelled(lists.listed(name, asker, program.code))})


@require_safe
def known(request: HttpRequest, id: str, version: str) -> HttpResponse:
    """What a form need not ask at the person's own places: kept on the phone, and told back with what is sent."""
    asker = _asker(request)
    of, program = serving.resolve(asker, id, version)
    found = foreknown.sources(of, program=program.code, scope=asker.scope(program.code))
    return _fresh({"sources": [one.told() for one in found]})


@require_safe
def tasks(request: HttpRequest) -> HttpResponse:
    """What waits for the person today."""
    at = clock.now().astimezone(SHANGHAI).isoformat(timespec="minutes")
    return _fresh({"at": at, "tasks": field_tasks.waiting(request, _asker(request))})


@csrf_exempt
@require_POST
def submissions(request: HttpRequest) -> HttpResponse:
    """Takes what the app sends, as any phone sends it: again and again if need be, stored once.

    The body is read as a stream, so the token of a form cannot be looked for in it; the header says the same.
    Raises: desk.field.not-the-app, desk.field.other-account
    """
    origin = request.headers.get("Origin", "")
    if request.headers.get(MARK) != "1" or (origin and urlsplit(origin).netloc != request.get_host()):
        raise refuse(NOT_THE_APP.at())
    try:
        receipt = posting.take(request, _asker(request))
    except Refusal as refusal:
        return JsonResponse({"problems": [_spoken(one) for one in refusal.problems[:50]]}, status=refusal.status)
    if receipt is None:
        return JsonResponse({}, status=202)
    return JsonResponse({"id": receipt.id, "repeated": receipt.repeated}, status=201)


def _own(form: FormVersion, served: serving.Served) -> list[dict[str, object]]:
    """Lists of the form itself that left it; a phone keeps each version and language apart."""
    if not field_choices.names(form):
        return []
    digest = f"{field_forms.digest(served)}-{border.language()}"
    found = field_forms.shown(served).taken
    return [{"name": f"{field_choices.PREFIX}{name}", "digest": digest, "own": True} for name in found]


def _asker(request: HttpRequest) -> asking.Asker:
    """Raises: desk.field.other-account"""
    actor = border.actor(request)
    if request.headers.get(OWNER, actor) != actor:
        raise refuse(OTHER_ACCOUNT.at())
    return asking.Asker(actor, "")


def _spoken(problem: Problem) -> dict[str, object]:
    """A problem with the question that it is about, in each language, as the phone may speak another later.

    ``text`` is for apps of before.
    """
    return {
        "code": problem.code,
        "text": problem.text(border.language()),
        "texts": {language: problem.text(language) for language in ("zh", "en")},
        "field": str(problem.values.get("field", "")),
        "repeat": str(problem.values.get("repeat", "")),
        "index": problem.values.get("index", 0),
    }


def _fresh(told: Mapping[str, object]) -> JsonResponse:
    answer = JsonResponse(told)
    answer["Cache-Control"] = "no-store"
    return answer
