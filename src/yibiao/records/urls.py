"""Addresses of filling in, uploading and acting on records; the desk shows the records themselves."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.urls import include, path

from yibiao.records import files, uploading, views

_FORM = "<str:program>/<str:form>/"
_RECORD = "records/<str:id>/"

urlpatterns = [
    path(f"entry/{_FORM}", login_required(views.enter), name="records_enter"),
    path(f"entry/{_FORM}states", login_required(views.states), name="records_states"),
    path(f"upload/{_FORM}", login_required(uploading.upload), name="records_upload"),
    path(f"upload/{_FORM}template.xlsx", login_required(uploading.template), name="records_template"),
    path(f"upload/{_FORM}<uuid:id>/", login_required(uploading.preview), name="records_preview"),
    path(f"upload/{_FORM}<uuid:id>/marked.xlsx", login_required(uploading.marked), name="records_marked"),
    path(f"upload/{_FORM}<uuid:id>/take", login_required(uploading.take), name="records_take"),
    path(f"upload/{_FORM}<uuid:id>/undo", login_required(uploading.undo), name="records_undo"),
    path(f"{_RECORD}correct/", login_required(views.correct), name="records_correct"),
    path(f"{_RECORD}withdraw/", login_required(views.withdraw), name="records_withdraw"),
    path(f"{_RECORD}review/", login_required(views.review), name="records_review"),
    path(f"{_RECORD}personal/", login_required(views.personal), name="records_personal"),
    path(f"{_RECORD}files/<str:name>", login_required(files.attachment), name="records_file"),
    path(f"{_RECORD}files/<str:name>/small", login_required(files.small), name="records_file_small"),
    path(f"{_RECORD}personal/files/<str:name>", login_required(files.personal), name="records_personal_file"),
    path(f"{_RECORD}erase/", login_required(views.erase), name="records_erase"),
    # A form and its feed differ by the end of the address: the feed is looked for first.
    path("", include("yibiao.records.odata.urls")),
    path("", include("yibiao.records.intake.openrosa.urls")),
]
