"""Settings with only the rooms named in YIBIAO_ROOMS, to test a room without those above it."""

from __future__ import annotations

import os

from tests.settings import *  # noqa: F403

_ROOMS = os.environ.get("YIBIAO_ROOMS", "ledger").split(",")
INSTALLED_APPS = [f"yibiao.{room}" for room in _ROOMS] + ["django.contrib.contenttypes", "django.contrib.auth"]
MIDDLEWARE: list[str] = []
ROOT_URLCONF = "tests.rooms_settings"
urlpatterns: list[object] = []
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
if "people" not in _ROOMS:
    AUTH_USER_MODEL = "auth.User"
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
