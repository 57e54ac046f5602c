"""Addresses: each room keeps its own; pages belong to the desk."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [
    path("account/", include("yibiao.people.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("", include("yibiao.desk.urls")),
]
