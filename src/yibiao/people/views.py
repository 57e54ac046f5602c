"""The own account."""

from __future__ import annotations

from typing import cast

from allauth.mfa.utils import is_mfa_enabled
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language

from yibiao.people import queries, words
from yibiao.people.models import Person
from yibiao.people.passwords import due
from yibiao.people.types import PostView


def spoken(posts: tuple[PostView, ...]) -> list[tuple[PostView, list[str]]]:
    """Each post with its grants in words of the present language."""
    language = get_language() or "zh"
    return [(post, [words.grant(grant).of(language) for grant in post.grants]) for post in posts]


@login_required
def home(request: HttpRequest) -> HttpResponse:
    """我的账号: who I am, what I may do, and the keys to it."""
    person = cast(Person, request.user)
    shown = {
        "account": queries.account(person.key),
        "posts": spoken(queries.posts(person.key)),
        "changed_at": person.password_changed_at,
        "due": due(person, timezone.now()),
        "second_factor": is_mfa_enabled(person),
        "may_manage": "manage" in queries.rights(person.key),
    }
    return render(request, "people/home.html", shown)
