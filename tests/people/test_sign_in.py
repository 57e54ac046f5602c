"""Coming in and going out, over HTTP."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from django.utils.translation import override

from tests.people.conftest import PASSWORD, World
from yibiao.core.problems import Refusal
from yibiao.ledger import actions as sealing
from yibiao.ledger import queries as ledger
from yibiao.people import actions, queries
from yibiao.people.models import Person

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh_limits(db: None) -> None:
    cache.clear()


def try_in(client: Client, username: str, password: str) -> tuple[int, str]:
    answer = client.post("/account/login/", {"login": username, "password": password})
    return answer.status_code, answer.content.decode()


def kinds() -> list[str]:
    checkpoint = sealing.seal()
    assert checkpoint is not None
    return [fact.kind for fact in ledger.entries(0, checkpoint.size) if fact.kind.startswith("people.sign")]


def test_in_and_out(world: World, client: Client) -> None:
    assert try_in(client, "Erdao-Tianbao", PASSWORD)[0] == 302, "capitals in the user name do not matter"
    page = client.get("/account/")
    assert "示例二道应急局" in page.content.decode()
    assert "在二道区填报（专项 holiday-2022）" in page.content.decode()
    assert client.get("/account/logout/").status_code == 200, "leaving needs a POST"
    assert client.get("/account/").status_code == 200
    assert client.post("/account/logout/").status_code == 302
    assert client.get("/account/").status_code == 302
    assert kinds() == ["people.signed-in", "people.signed-out"]


def test_wrong_password_and_unknown_name_get_the_same_answer(world: World, client: Client) -> None:
    wrong, unknown = try_in(client, "erdao-tianbao", "Wrong-Pass-1"), try_in(client, "nobody-here", "Wrong-Pass-1")
    text = "用户名或密码不对。连续 5 次不对，账号将锁定 10 分钟。"
    assert text in wrong[1]
    assert text in unknown[1]
    assert wrong[0] == unknown[0] == 200
    checkpoint = sealing.seal()
    assert checkpoint is not None
    facts = [fact for fact in ledger.entries(0, checkpoint.size) if fact.kind == "people.sign-in-failed"]
    assert [fact.subject for fact in facts] == [world.erdao_clerk.key, ""]
    assert not any(bare in str(fact.payload) for fact in facts for bare in ("127.0.0.1", "nobody", "erdao"))


def test_the_fifth_failure_locks_even_the_right_password_out(world: World, client: Client) -> None:
    for _ in range(5):
        assert "用户名或密码不对" in try_in(client, "erdao-tianbao", "Wrong-Pass-1")[1]
    status, text = try_in(client, "erdao-tianbao", PASSWORD)
    assert status == 200
    assert "账号已锁定 10 分钟" in text
    assert try_in(Client(REMOTE_ADDR="10.9.8.7"), "erdao-tianbao", PASSWORD)[0] == 200, "from any address"
    assert try_in(Client(), "nanguan-tianbao", PASSWORD)[0] == 302, "others are not locked out"
    checkpoint = sealing.seal()
    assert checkpoint is not None
    failed = [fact for fact in ledger.entries(0, checkpoint.size) if fact.kind == "people.sign-in-failed"]
    assert [fact.payload["locked"] for fact in failed] == [False] * 4 + [True], "attempts while locked add no facts"


def test_the_lock_opens_after_ten_minutes(world: World, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(5):
        try_in(client, "erdao-tianbao", "Wrong-Pass-1")
    from allauth.core.internal import ratelimit

    real = ratelimit.time.time
    monkeypatch.setattr(ratelimit.time, "time", lambda: real() + 599)
    assert try_in(client, "erdao-tianbao", PASSWORD)[0] == 200
    monkeypatch.setattr(ratelimit.time, "time", lambda: real() + 601)
    assert try_in(client, "erdao-tianbao", PASSWORD)[0] == 302


@pytest.mark.django_db(transaction=True)
def test_the_lock_is_seen_by_every_process(world: World, client: Client) -> None:
    """The limits live in the database, so a second server process refuses as well."""
    for _ in range(5):
        try_in(client, "erdao-tianbao", "Wrong-Pass-1")
    from django.conf import settings
    from django.db import connection

    name = connection.settings_dict["NAME"]
    code = (
        "import django; from django.conf import settings; django.setup();"
        f"settings.DATABASES['default']['NAME'] = {str(name)!r};"
        "settings.PASSWORD_HASHERS = ['django.contrib.auth.hashers.MD5PasswordHasher'];"
        "from django.test import Client;"
        f"sent = {{'login': 'erdao-tianbao', 'password': {PASSWORD!r}}};"
        "answer = Client().post('/account/login/', sent);"
        "print(answer.status_code, '已锁定' in answer.content.decode())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, env=_environment(settings)
    )
    assert done.stdout.split() == ["200", "True"], done.stderr


def _environment(settings: object) -> dict[str, str]:
    import os

    return {**os.environ, "DJANGO_SETTINGS_MODULE": "yibiao.site.settings", "PYTHONPATH": "src"}


def test_nobody_signs_up(client: Client, world: World) -> None:
    for path in ("signup/", "email/", "password/reset/", "password/set/", "login/code/", "2fa/webauthn/"):
        assert client.get(f"/account/{path}").status_code == 404, path


def test_pages_of_the_account_need_a_sign_in(client: Client, world: World) -> None:
    for path in ("", "password/change/", "2fa/", "2fa/totp/activate/", "people/", "people/add/", "organisations/"):
        answer = client.get(f"/account/{path}")
        assert answer.status_code == 302, path
        assert "/account/login/" in answer["Location"], path


def test_a_deactivated_account_is_out_at_once(world: World, signed_in: Callable[..., Client]) -> None:
    client = signed_in(world.erdao_clerk)
    actions.deactivate(key=world.erdao_clerk.key, by=None)
    assert client.get("/account/").status_code == 302, "an open session ends"
    assert client.post("/account/login/", {"login": "erdao-tianbao", "password": PASSWORD}, follow=True).redirect_chain[
        -1
    ][0] in ("/account/inactive/", "/account/login/")
    assert client.get("/account/").status_code == 302


def change(client: Client, old: str, new: str, again: str | None = None) -> tuple[int, str]:
    sent = {"oldpassword": old, "password1": new, "password2": new if again is None else again}
    answer = client.post("/account/password/change/", sent)
    return answer.status_code, answer.content.decode()


def test_changing_the_password(world: World, signed_in: Callable[..., Client]) -> None:
    client = signed_in(world.erdao_clerk)
    assert "当前密码不对" in change(client, "Wrong-Pass-1", "Qiu-Tian-2022")[1]
    assert "至少 3 类" in change(client, PASSWORD, "onlysmallletters")[1]
    assert "最近 5 次" in change(client, PASSWORD, PASSWORD)[1]
    assert change(client, PASSWORD, "Qiu-Tian-2022")[0] == 302
    home = client.get("/account/")
    assert home.status_code == 200, "the own session goes on"
    assert "密码已更换。" in home.content.decode()
    assert try_in(Client(), "erdao-tianbao", PASSWORD)[0] == 200
    assert try_in(Client(), "erdao-tianbao", "Qiu-Tian-2022")[0] == 302


def test_rules_of_passwords_are_said_in_chinese(world: World, signed_in: Callable[..., Client]) -> None:
    client = signed_in(world.erdao_clerk)
    short = change(client, PASSWORD, "Ab1")[1]
    assert "密码至少 8 个字符" in short
    assert "This password" not in short
    assert "用户名" in change(client, PASSWORD, "Erdao-Tianbao-1")[1]
    for _ in range(3):
        change(client, "Wrong-Pass-1", "Qiu-Tian-2022")
    status, page = change(client, PASSWORD, "Qiu-Tian-2022")
    assert status == 429, "five tries a minute"
    assert "操作过于频繁" in page


def test_none_of_the_last_five_passwords(world: World) -> None:
    key, used = world.erdao_clerk.key, [PASSWORD]
    for number in range(5):
        with pytest.raises(Refusal, match="最近 5 次"):
            actions.reset_password(key=key, password=used[0], by=None)
        used.append(f"Xin-Mima-{number}")
        actions.reset_password(key=key, password=used[-1], by=None)
    actions.reset_password(key=key, password=PASSWORD, by=None)
    for recent in used[-4:]:
        with pytest.raises(Refusal, match="最近 5 次"):
            actions.reset_password(key=key, password=recent, by=None)


def test_an_old_password_bars_everything_else(world: World, signed_in: Callable[..., Client]) -> None:
    client = signed_in(world.erdao_clerk)
    old = timezone.now() - timedelta(days=91)
    Person.objects.filter(key=world.erdao_clerk.key).update(password_changed_at=old)
    assert client.get("/account/")["Location"] == "/account/password/change/"
    refused = client.post("/account/2fa/totp/activate/", {})
    assert refused.status_code == 403
    assert refused.json()["problems"][0]["code"] == "people.password.due"
    assert client.get("/account/", headers={"Accept": "application/json"}).status_code == 403
    assert change(client, PASSWORD, "Qiu-Tian-2022")[0] == 302
    assert client.get("/account/").status_code == 200


def test_the_age_of_passwords_is_a_setting(world: World, signed_in: Callable[..., Client], settings: object) -> None:
    client = signed_in(world.erdao_clerk)
    Person.objects.filter(key=world.erdao_clerk.key).update(password_changed_at=timezone.now() - timedelta(days=91))
    settings.YIBIAO_PASSWORD_DAYS = 0  # type: ignore[attr-defined]
    assert client.get("/account/").status_code == 200, "0 switches the rule off"
    settings.YIBIAO_PASSWORD_DAYS = 120  # type: ignore[attr-defined]
    assert client.get("/account/").status_code == 200


def code_now(secret: str, step: int = 0) -> str:
    import time

    from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value

    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + step))


def test_second_factor(world: World, signed_in: Callable[..., Client]) -> None:
    client = signed_in(world.erdao_clerk)
    assert "再次确认身份" in client.get("/account/2fa/totp/activate/", follow=True).content.decode()
    assert "密码不对" in client.post("/account/reauthenticate/", {"password": "Wrong-Pass-1"}).content.decode()
    assert client.post("/account/reauthenticate/", {"password": PASSWORD}).status_code == 302
    page = client.get("/account/2fa/totp/activate/").content.decode()
    found = re.search(r"<code>([A-Z2-7]+)</code>", page)
    assert found
    secret = found[1]
    assert "验证码不对" in client.post("/account/2fa/totp/activate/", {"code": "000000"}).content.decode()
    assert client.post("/account/2fa/totp/activate/", {"code": code_now(secret)}).status_code == 302
    from allauth.mfa.models import Authenticator

    seeds = [row.data for row in Authenticator.objects.filter(type="totp")]
    assert secret not in str(seeds), "the seed is encrypted at rest"
    spare = re.findall(r"<code>(\w+)</code>", client.get("/account/2fa/recovery-codes/").content.decode())
    assert len(spare) == 10
    assert spare[0] in client.get("/account/2fa/recovery-codes/download/").content.decode()

    fresh = Client()
    asked = fresh.post("/account/login/", {"login": "erdao-tianbao", "password": PASSWORD})
    assert asked["Location"].startswith("/account/2fa/authenticate/")
    assert fresh.get("/account/").status_code == 302, "the password alone does not let in"
    assert "验证码不对" in fresh.post("/account/2fa/authenticate/", {"code": "000000"}).content.decode()
    assert fresh.post("/account/2fa/authenticate/", {"code": spare[0]}).status_code == 302
    assert fresh.get("/account/").status_code == 200
    again = Client()
    again.post("/account/login/", {"login": "erdao-tianbao", "password": PASSWORD})
    assert again.post("/account/2fa/authenticate/", {"code": spare[0]}).status_code == 200, "a spare code works once"

    assert fresh.post("/account/2fa/totp/deactivate/")["Location"].startswith("/account/reauthenticate/")
    assert fresh.post("/account/2fa/reauthenticate/", {"code": "000000"}).status_code == 200
    assert fresh.post("/account/2fa/reauthenticate/", {"code": spare[1]}).status_code == 302
    assert fresh.post("/account/2fa/recovery-codes/generate/")["Location"] == "/account/2fa/recovery-codes/"
    assert spare[2] not in fresh.get("/account/2fa/recovery-codes/").content.decode()
    assert fresh.post("/account/2fa/totp/deactivate/")["Location"] == "/account/2fa/"
    assert try_in(Client(), "erdao-tianbao", PASSWORD)[0] == 302


PAGES = ("", "password/change/", "2fa/", "2fa/totp/activate/", "logout/", "people/", "people/add/", "organisations/")


@pytest.mark.parametrize("path", PAGES)
def test_every_page_speaks_chinese_and_is_ours(world: World, signed_in: Callable[..., Client], path: str) -> None:
    client = signed_in(world.province_admin)
    page = client.get(f"/account/{path}", follow=True)
    assert page.status_code == 200
    named = {template.name for template in page.templates if template.name}
    assert "desk/base.html" in named or "desk/bare.html" in named
    assert not any(name.startswith("allauth/") for name in named)
    with override("zh-hans"):
        text = re.sub(r"(?s)<(script|style|code).*?</\1>|<[^>]+>", " ", page.content.decode())
    assert not re.search(r"\b(Sign|Password|Current|New|Your|Please|Enter|Username|Confirm|Code)\b", text), path


def test_english_at_a_click(world: World, client: Client) -> None:
    first = client.get("/account/login/", headers={"Accept-Language": "en"})
    assert first.headers["Content-Language"] == "zh-hans", "Chinese first, whatever the browser says"
    client.post("/i18n/setlang/", {"language": "en", "next": "/account/login/"})
    page = client.get("/account/login/")
    assert page.headers["Content-Language"] == "en"


def test_account_keys_cannot_be_guessed(world: World, signed_in: Callable[..., Client]) -> None:
    client = signed_in(world.erdao_admin)
    outside = client.get(f"/account/people/{world.nanguan_clerk.key}/")
    unknown = client.get("/account/people/0123456789abcdef0123456789abcdef/")
    assert outside.status_code == unknown.status_code == 404
    assert queries.account(world.nanguan_clerk.key).name not in outside.content.decode()
