"""What carries a message out of the site. A sender is one class with one verb; SMS and WeCom plug in here.

A gateway for SMS or WeCom is a class with ``send(address, letter)`` that raises one of ``FAULTS`` when it did not get
through; put it into ``SENDERS`` under a name and name it for the channel in ``settings.YIBIAO_SENDERS``. Until then the
console sender stands in: it says that something went out, and neither to whom nor what.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from smtplib import SMTPException
from typing import Final, Protocol

from django.conf import settings
from django.core.mail import send_mail

from yibiao.notices.types import Letter

FAULTS: Final = (OSError, SMTPException)


class Sender(Protocol):
    """Carries one letter to one address; raises one of ``FAULTS`` when it cannot."""

    def send(self, address: str, letter: Letter) -> None: ...


class ConsoleSender:
    """Says on the terminal that a message went out, without address and text: a terminal is kept in logs."""

    def send(self, address: str, letter: Letter) -> None:
        sys.stdout.write(f"yibiao: message {letter.id} sent\n")
        sys.stdout.flush()


class EmailSender:
    """By the mail server of the site's settings."""

    def send(self, address: str, letter: Letter) -> None:
        send_mail(f"【一表】{letter.subject}", letter.text, None, [address])


SENDERS: Final[Mapping[str, Sender]] = {"console": ConsoleSender(), "email": EmailSender()}


def of(channel: str) -> Sender:
    """The sender of a channel: what the settings name, otherwise the console."""
    return SENDERS[settings.YIBIAO_SENDERS.get(channel, "console")]
