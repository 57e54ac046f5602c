"""A password that is due for a change bars everything else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils import timezone

from yibiao.people import problems
from yibiao.people.models import Person
from yibiao.people.passwords import due

OPEN: Final = frozenset({"account_change_password", "account_logout", "account_reauthenticate", "set_language"})


class PasswordAge:
    """Sends people to the page that changes their password; programs get the problem as JSON."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        person = request.user
        name = request.resolver_match.url_name if request.resolver_match else ""
        if not isinstance(person, Person) or name in OPEN or not due(person, timezone.now()):
            return None
        if request.method in ("GET", "HEAD") and "application/json" not in request.headers.get("Accept", ""):
            return HttpResponseRedirect(reverse("account_change_password"))
        return JsonResponse({"problems": [problems.PASSWORD_DUE.at().as_json()]}, status=403)
