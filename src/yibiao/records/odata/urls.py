"""Addresses of the feeds: ``/odata/<pack>.<form>.svc``."""

from __future__ import annotations

from django.urls import path

from yibiao.records.odata import views

# As ODK Central has it: the same sets, of one program.
_CENTRAL = "v1/projects/<str:program>/forms/<str:form>.svc"

urlpatterns = [
    path("odata/<str:form>.svc", views.service, name="odata_service"),
    path("odata/<str:form>.svc/", views.service, name="odata_root"),
    path("odata/<str:form>.svc/$metadata", views.described, name="odata_metadata"),
    path("odata/<str:form>.svc/<path:path>", views.entities, name="odata_set"),
    path(_CENTRAL, views.service, name="odata_script_service"),
    path(f"{_CENTRAL}/$metadata", views.described, name="odata_script_metadata"),
    path(f"{_CENTRAL}/<path:path>", views.entities, name="odata_script_set"),
]
