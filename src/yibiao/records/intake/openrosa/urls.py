"""Addresses of OpenRosa, once plain and once below the token of a field client."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from django.http import HttpResponse
from django.urls import URLPattern, path
from django.views.decorators.http import require_safe

from yibiao.records.intake.openrosa import listing, posting, projects, scripts

_FORM = "forms/<str:form>/<str:version>/"


_READ: Final[Mapping[str, Callable[..., HttpResponse]]] = {
    "user": projects.mine, "projects": projects.projects, "project": projects.project, "forms": projects.forms,
    "form": projects.form, "xml": projects.form_xml,
}  # fmt: skip


def _below(prefix: str, name: str) -> list[URLPattern]:
    return [
        path(f"{prefix}formList", listing.form_list, name=f"openrosa_{name}list"),
        path(f"{prefix}{_FORM}form.xml", listing.form_xml, name=f"openrosa_{name}form"),
        path(f"{prefix}{_FORM}manifest", listing.manifest, name=f"openrosa_{name}manifest"),
        path(f"{prefix}{_FORM}media/<str:name>", listing.media, name=f"openrosa_{name}media"),
        path(f"{prefix}{_FORM}integrity/<str:register>", listing.integrity, name=f"openrosa_{name}integrity"),
        path(f"{prefix}submission", posting.submission, name=f"openrosa_{name}submission"),
    ]


def _for_scripts(prefix: str, name: str) -> list[URLPattern]:
    sent = f"{prefix}projects/<str:program>/forms/<str:form>/submissions"
    told = {one: scripts.told(require_safe(view)) for one, view in _READ.items()}
    return [
        path(f"{prefix}users/current", told["user"], name=f"openrosa_{name}user"),
        path(f"{prefix}projects", told["projects"], name=f"openrosa_{name}projects"),
        path(f"{prefix}projects/<str:program>", told["project"], name=f"openrosa_{name}project"),
        path(f"{prefix}projects/<str:program>/forms", told["forms"], name=f"openrosa_{name}forms"),
        path(f"{prefix}projects/<str:program>/forms/<str:form>.xml", told["xml"], name=f"openrosa_{name}form_xml"),
        path(f"{prefix}projects/<str:program>/forms/<str:form>", told["form"], name=f"openrosa_{name}form_of"),
        path(sent, scripts.submissions, name=f"openrosa_{name}submissions"),
        path(f"{sent}/<str:id>", scripts.submission, name=f"openrosa_{name}one"),
        path(f"{sent}/<str:id>/attachments", scripts.listed, name=f"openrosa_{name}attachments"),
        path(f"{sent}/<str:id>/attachments/<str:name>", scripts.attachment, name=f"openrosa_{name}attachment"),
    ]


urlpatterns = [
    path("v1/sessions", scripts.session, name="openrosa_session"),
    *_below("openrosa/", ""),
    *_below("openrosa/key/<str:token>/", "key_"),
    *_for_scripts("v1/", "script_"),
    *_for_scripts("v1/key/<str:token>/", "script_key_"),
]
