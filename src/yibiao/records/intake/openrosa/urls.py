"""Addresses of OpenRosa, once plain and once below the token of a field client."""

from __future__ import annotations

from django.urls import URLPattern, path

from yibiao.records.intake.openrosa import listing, submitting

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


urlpatterns = [*_below("openrosa/", ""), *_below("openrosa/key/<str:token>/", "key_")]
