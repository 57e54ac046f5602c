"""How django-allauth is bent to our rules: no sign-up, passwords that age, every coming and going a fact."""

from __future__ import annotations

import base64
import hashlib
from typing import Any, ClassVar, Final, cast

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.internal import ratelimit
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from yibiao.people import actions
from yibiao.people.models import Person

SAID: Final = {
    "account/messages/password_changed.txt": _("密码已更换。"),
    "mfa/messages/totp_activated.txt": _("动态验证码已启用。"),
    "mfa/messages/totp_deactivated.txt": _("动态验证码已停用。"),
    "mfa/messages/recovery_codes_generated.txt": _("新的备用码已生成。"),
}


class ClosedSignup(DefaultAccountAdapter):
    """Accounts are opened by administrators; people only sign in and out."""

    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultAccountAdapter.error_messages,
        "account_inactive": _("此账号已停用。请联系本单位的账号管理员。"),
        "enter_current_password": _("当前密码不对，请重新输入。"),
        "incorrect_password": _("密码不对，请重新输入。"),
        "too_many_login_attempts": _("登录失败次数过多，账号已锁定 10 分钟。请稍后再试，或请账号管理员重设密码。"),
        "username_password_mismatch": _("用户名或密码不对。连续 5 次不对，账号将锁定 10 分钟。"),
        "rate_limited": _("操作过于频繁，请稍后再试。"),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def set_password(self, user: Any, password: str) -> None:
        actions.change_password(cast(Person, user), password)

    def login(self, request: HttpRequest, user: Any) -> None:
        super().login(request, user)
        actions.note_sign_in(user.key, self.get_client_ip(request))

    def logout(self, request: HttpRequest) -> None:
        user = request.user
        super().logout(request)
        if isinstance(user, Person):
            actions.note_sign_out(user.key)

    def unlock(self, request: HttpRequest, username: str) -> None:
        """Forget the failures of a user name: an administrator has given it a new password."""
        self._delete_login_attempts_cached_email(request, username=username)

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Failures are counted per user name, whatever host name the site was called by."""
        return str(credentials.get("username", "")).strip().lower()

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Attempts beyond the limit never come here, so a flood of guesses cannot fill the ledger."""
        key = self._get_login_attempts_cache_key(request, **credentials)
        left = ratelimit.consume(request, app="allauth.account", action="login_failed", key=key, dry_run=True)
        username = str(credentials.get("username", ""))
        actions.note_failed_sign_in(username, self.get_client_ip(request), locked=not left)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("people_home")

    def add_message(
        self, request: HttpRequest, level: int, message_template: str | None = None, *args: Any, **kwargs: Any
    ) -> None:
        """Only what the page that follows does not show by itself."""
        if said := SAID.get(message_template or ""):
            messages.add_message(request, level, str(said))


class SecondFactor(DefaultMFAAdapter):
    """Seeds of authenticator apps are encrypted at rest."""

    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _("验证码不对，或已经用过。请输入应用中的新验证码。"),
        "cannot_generate_recovery_codes": _("请先启用动态验证码，再生成备用码。"),
    }

    def encrypt(self, text: str) -> str:
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _cipher().decrypt(encrypted_text.encode()).decode()


def _cipher() -> Fernet:
    key = hashlib.sha256(b"yibiao.people.second-factor:" + settings.SECRET_KEY.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))
