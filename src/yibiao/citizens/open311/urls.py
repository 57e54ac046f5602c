"""Addresses of GeoReport v2: each with .xml or .json at its end, or as the asker prefers."""

from __future__ import annotations

from typing import Any

from django.urls import URLPattern, re_path

from yibiao.citizens.open311 import views

_END = r"(?:\.(?P<form>xml|json))?$"


def _at(pattern: str, view: Any, name: str) -> URLPattern:
    made: URLPattern = re_path(rf"^open311/{pattern}{_END}", view, name=f"open311_{name}")
    return made


urlpatterns = [
    _at("discovery", views.discovery, "discovery"),
    _at("v2/challenge", views.challenge, "challenge"),
    _at("v2/services", views.services, "services"),
    _at(r"v2/services/(?P<code>[a-z0-9.-]{1,160}?)", views.service, "service"),
    _at("v2/requests", views.requests, "requests"),
    _at("v2/servicerequestupdates", views.updates, "updates"),
    _at(r"v2/requests/(?P<id>[^/]{1,200}?)", views.one_request, "request"),
    _at(r"v2/tokens/(?P<token>[^/]{1,200}?)", views.token, "token"),
    # What lies at no address is refused in the format that was asked for too.
    _at(r"v2/(?P<rest>.*?)", views.nowhere, "nowhere"),
]
