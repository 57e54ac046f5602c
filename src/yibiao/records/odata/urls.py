"""Addresses of the feeds: ``/odata/<pack>.<form>.svc``."""

from __future__ import annotations

from django.urls import path

from yibiao.records.odata import views

urlpatterns = [
    path("odata/<str:form>.svc", views.service, name="odata_service"),
    path("odata/<str:form>.svc/", views.service, name="odata_root"),
    path("odata/<str:form>.svc/$metadata", views.described, name="odata_metadata"),
    path("odata/<str:form>.svc/<path:path>", views.entities, name="odata_set"),
]
