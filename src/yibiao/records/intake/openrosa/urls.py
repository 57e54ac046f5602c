"""Addresses of OpenRosa, once plain and once below the token of a field client."""

from __future__ import annotations

from django.urls import URLPattern, path

from yibiao.records.intake.openrosa import listing, scripts, submitting

_FORM = "forms/<str:form>/<str:version>/"


def _below(prefix: str, name: str) -> list[URLPattern]:
    return [
        path(f"{prefix}formList", listing.form_list, name=f"openrosa_{name}list"),
        path(f"{prefix}{_FORM}form.xml", listing.form_xml, name=f"openrosa_{name}form"),
        path(f"{prefix}{_FORM}manifest", listing.manifest, name=f"openrosa_{name}manifest"),
        path(f"{prefix}{_FORM}media/<str:name>", listing.media, name=f"openrosa_{name}media"),
        path(f"{prefix}{_FORM}integrity/<str:register>", listing.integrity, name=f"openrosa_{name}integrity"),
        path(f"{prefix}submission", submitting.submission, name=f"openrosa_{name}submission"),
    ]


def _for_scripts(prefix: str, name: str) -> list[URLPattern]:
    sent = f"{prefix}projects/<str:program>/forms/<str:form>/submissions"
    return [
        path(sent, scripts.submissions, name=f"openrosa_{name}submissions"),
        path(f"{sent}/<str:id>", scripts.submission, name=f"openrosa_{name}one"),
        path(f"{sent}/<str:id>/attachments/<str:name>", scripts.attachment, name=f"openrosa_{name}attachment"),
    ]


urlpatterns = [
    *_below("openrosa/", ""),
    *_below("openrosa/key/<str:token>/", "key_"),
    *_for_scripts("v1/", "script_"),
    *_for_scripts("v1/key/<str:token>/", "script_key_"),
]
