"""``yibiao serve`` and ``yibiao demo``."""

from __future__ import annotations

import click
from django.conf import settings
from django.utils.translation import gettext

from yibiao.desk import preparing, serving
from yibiao.desk.commands import terminal
from yibiao.desk.commands.terminal import options
from yibiao.desk.demo import accounts as posts
from yibiao.desk.demo import build as sample
from yibiao.desk.demo import replaying

DEFAULT_PORT = 8000
DEFAULT_SPEED = 600.0
_port = click.option("--port", type=click.IntRange(1, 65535), default=DEFAULT_PORT, show_default=True)
_host = click.option("--host", default="127.0.0.1", show_default=True, help=gettext("监听的地址。"))


@click.command(help=gettext("启动网站，并不断封存新的事实。"))
@_host
@_port
@click.option("--workers", type=click.IntRange(1, 64), default=1, show_default=True, help=gettext("网页进程的个数。"))
@options
def serve(host: str, port: int, workers: int) -> int:
    preparing.prepare()
    _address(host, port)
    return serving.serve(host=host, port=port, workers=workers)


@click.command(help=gettext("准备五个专项的样例数据（只做一次），然后启动网站。"))
@click.option("--no-serve", is_flag=True, help=gettext("只准备数据，不启动网站。"))
@_host
@_port
@click.option(
    "--replay", is_flag=True, help=gettext("按小时重演假日安全和夜间巡查两个专项，看数、报送率和逾期事项如何变化。")
)
@click.option(
    "--speed",
    type=click.FloatRange(1, 100_000),
    default=DEFAULT_SPEED,
    show_default=True,
    help=gettext("重演的速度：一秒当作多少秒。"),
)
@options
def demo(no_serve: bool, replay: bool, speed: float, host: str, port: int) -> int:
    if replay:
        replaying.forget()
    preparing.prepare()
    if replay:
        opened = replaying.prepare(_progress)
    else:
        sample.build(_progress)
    _seats("" if no_serve else f"http://{host}:{port}/")
    if no_serve:
        return 0
    _address(host, port)
    if not replay:
        return serving.serve(host=host, port=port, workers=1)
    pace = replaying.begin(speed)
    return serving.serve(
        host=host, port=port, workers=1, speed=speed,
        beside=lambda stop: replaying.play(opened, pace, stop, _progress),
    )  # fmt: skip


def _seats(address: str) -> None:
    """Where the data lie, and with which accounts to sign in."""
    terminal.out(
        {
            "data": str(settings.DATA),
            "address": address,
            "accounts": [
                {"username": seat.username, "password": posts.PASSWORD, "what": seat.shown} for seat in posts.SHOWN
            ],
        },
        [
            gettext("样例数据已就绪：%(folder)s") % {"folder": settings.DATA},
            gettext("演示账号："),
            *terminal.table([("  " + seat.username, posts.PASSWORD, seat.shown) for seat in posts.SHOWN]),
        ],
    )


def _progress(message: str) -> None:
    click.echo(message, err=terminal.wants_json())


def _address(host: str, port: int) -> None:
    click.echo(
        gettext("网站地址：%(address)s（按 Ctrl+C 停止）") % {"address": f"http://{host}:{port}/"},
        err=terminal.wants_json(),
    )
