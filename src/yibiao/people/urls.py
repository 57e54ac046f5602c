"""Addresses under /account/: only what is restyled here is routed."""

from __future__ import annotations

from allauth.account import views as entrance
from allauth.mfa.base import views as factor
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from django.urls import path

from yibiao.people import managing, phones, views

urlpatterns = [
    path("", views.home, name="people_home"),
    path("login/", entrance.login, name="account_login"),
    path("logout/", entrance.logout, name="account_logout"),
    path("inactive/", entrance.account_inactive, name="account_inactive"),
    path("reauthenticate/", entrance.reauthenticate, name="account_reauthenticate"),
    path("password/change/", entrance.password_change, name="account_change_password"),
    path("2fa/", factor.index, name="mfa_index"),
    path("2fa/authenticate/", factor.authenticate, name="mfa_authenticate"),
    path("2fa/reauthenticate/", factor.reauthenticate, name="mfa_reauthenticate"),
    path("2fa/totp/activate/", totp.activate_totp, name="mfa_activate_totp"),
    path("2fa/totp/deactivate/", totp.deactivate_totp, name="mfa_deactivate_totp"),
    path("2fa/recovery-codes/", codes.view_recovery_codes, name="mfa_view_recovery_codes"),
    path("2fa/recovery-codes/generate/", codes.generate_recovery_codes, name="mfa_generate_recovery_codes"),
    path("2fa/recovery-codes/download/", codes.download_recovery_codes, name="mfa_download_recovery_codes"),
    path("people/", managing.people, name="people_list"),
    path("people/add/", managing.add, name="people_add"),
    path("people/<str:key>/", managing.person, name="people_person"),
    path("clients/", phones.own, name="people_clients"),
    path("people/<str:key>/clients/", phones.of, name="people_clients_of"),
    path("people/<str:key>/<str:act>/", managing.act, name="people_act"),
    path("organisations/", managing.organisations, name="people_organisations"),
]
