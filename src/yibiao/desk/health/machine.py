"""The machine: room on the disk, keys, the pages, and settings that are unsafe where others can reach the site."""

from __future__ import annotations

import ctypes
import os
import shutil
import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from django.conf import settings
from django.utils.translation import get_language, gettext

from yibiao.core import clock
from yibiao.desk import serving
from yibiao.desk.health.findings import Finding, fault_unless, found, odd_unless
from yibiao.records.intake.openrosa import keys as form_keys

ENOUGH_DISK: Final = 1 << 30
LITTLE_DISK: Final = 10 << 30
LEAST_SECRET: Final = 32
# A bit of what the Linux kernel says of its clock (STA_UNSYNC).
UNSET: Final = 0x40
HERE: Final = frozenset({"127.0.0.1", "localhost", "[::1]", "testserver", ""})


def examine() -> Iterator[Finding]:
    yield _disk()
    yield from _clock()
    yield from _keys()
    built = any(settings.STATICFILES_DIRS)
    yield found(
        "machine.pages", gettext("页面"), "desk/dist", fault_unless(built),
        gettext("已构建") if built else gettext("未构建"), gettext("请运行 make setup。"),
    )  # fmt: skip
    running = serving.running()
    yield found(
        "machine.serving", gettext("服务"), settings.DATA / "serve.lock", odd_unless(running),
        gettext("正在运行") if running else gettext("在这个数据文件夹上没有运行"), gettext("请运行 yibiao serve。"),
    )  # fmt: skip
    yield from _unsafe()


def _disk() -> Finding:
    folder = Path(settings.DATA)
    free = shutil.disk_usage(folder).free
    well = free > ENOUGH_DISK and os.access(folder, os.W_OK)
    return found(
        "machine.disk", gettext("数据文件夹"), folder,
        fault_unless(well) if not well else odd_unless(free > LITTLE_DISK),
        gettext("可用 %(free)s GB") % {"free": f"{free / (1 << 30):.1f}"}
        if os.access(folder, os.W_OK)
        else gettext("不可写"),
        gettext("请腾出磁盘空间（至少 1 GB，最好 10 GB），并让运行程序的账号可以写入。"),
    )  # fmt: skip


class _Adjusted(ctypes.Structure):
    """The beginning of Linux's ``struct timex``; the kernel writes no more than what ``rest`` has room for."""

    _fields_ = (
        ("modes", ctypes.c_uint), ("offset", ctypes.c_long), ("frequency", ctypes.c_long),
        ("most", ctypes.c_long), ("about", ctypes.c_long), ("status", ctypes.c_int), ("rest", ctypes.c_char * 256),
    )  # fmt: skip


def _clock() -> Iterator[Finding]:
    """Whether anything keeps this machine's clock right, where the system can tell."""
    if sys.platform != "linux":
        return
    told = _Adjusted()
    answered = ctypes.CDLL(None).adjtimex(ctypes.byref(told)) >= 0
    kept = answered and not told.status & UNSET
    yield found(
        "machine.clock", gettext("本机时钟"), "NTP", odd_unless(kept or not answered),
        gettext("有服务在校时") if kept else gettext("没有服务在校时"),
        gettext("期限、签收和存证的时间都取自本机：请启用 chrony 或 systemd-timesyncd。"),
    )  # fmt: skip


def _keys() -> Iterator[Finding]:
    """Keys that others on the machine can read protect nothing."""
    for name in ("secret.key", "personal.key"):
        path = Path(settings.DATA) / name
        if path.is_file():
            mode = stat.S_IMODE(path.stat().st_mode)
            yield found(
                f"machine.key.{name.partition('.')[0]}", gettext("密钥文件"), path, fault_unless(not mode & 0o077),
                gettext("权限 %(mode)s") % {"mode": oct(mode)[2:]},
                gettext("请运行 chmod 600，只让运行程序的账号读取。"),
            )  # fmt: skip
    if settings.YIBIAO_FORM_KEYS:
        why = form_keys.unfit()
        yield found(
            "machine.key.forms", gettext("表单密钥"), settings.YIBIAO_FORM_KEYS, fault_unless(why is None),
            gettext("可用") if why is None else why.parts(get_language() or "zh")[0],
            gettext("请看 YIBIAO_FORM_KEYS：要加密的表单现在发不到手机上，加密的填报也收不下。"),
        )  # fmt: skip


def _unsafe() -> Iterator[Finding]:
    hosts = set(settings.ALLOWED_HOSTS)
    public = bool(hosts - HERE)
    https = settings.SECURE_SSL_REDIRECT
    yield found(
        "settings.hosts", gettext("主机名"), "YIBIAO_HOSTS", fault_unless("*" not in hosts),
        ",".join(sorted(hosts - {"testserver"})), gettext("请写明网站的名称，不要用 *。"),
    )  # fmt: skip
    yield found(
        "settings.https", gettext("加密传输"), "YIBIAO_HTTPS", odd_unless(https or not public),
        gettext("只经 HTTPS") if https else gettext("未要求 HTTPS"),
        gettext("网站可从别的机器访问：请在前面加上 TLS，并设 YIBIAO_HTTPS=1。"),
    )  # fmt: skip
    layers = settings.ALLAUTH_TRUSTED_PROXY_COUNT
    yield found(
        "settings.proxies", gettext("反向代理"), "YIBIAO_PROXIES", odd_unless(layers > 0 or not https),
        gettext("%(count)s 层") % {"count": layers},
        gettext("TLS 由代理终结时请设层数，否则所有来访者共用一个登录限额。"),
    )  # fmt: skip
    secret = len(str(settings.SECRET_KEY))
    yield found(
        "settings.secret", gettext("签名密钥"), "YIBIAO_SECRET_KEY", fault_unless(secret >= LEAST_SECRET),
        gettext("%(count)s 个字符") % {"count": secret}, gettext("请换成至少 32 个字符的随机串。"),
    )  # fmt: skip
    if clock.replayed():
        yield found(
            "settings.replay", gettext("时钟"), "YIBIAO_REPLAY", "fault", gettext("按重演的时间走"),
            gettext("请去掉这个环境变量。"),
        )  # fmt: skip
