"""What carries a message out of the site. A sender is one class with one verb; SMS and WeCom plug in here.

A sender is a class with ``send(address, letter)`` that raises one of ``FAULTS`` when it did not get through. For a
gateway that takes HTTPS the webhook sender is enough: name its address for the channel in ``YIBIAO_SMS`` or
``YIBIAO_WECHAT``. Until then the console sender stands in: it says that something went out, and neither to whom nor
what.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import sys
from collections.abc import Mapping
from http.client import HTTPException
from smtplib import SMTPException
from typing import Final, Protocol
from urllib.error import HTTPError
from urllib.request import Request

from django.conf import settings
from django.core.mail import send_mail

from yibiao.core import clock, outward
from yibiao.notices.types import Letter

TIMEOUT: Final = 10.0
SIGNATURE: Final = "X-Yibiao-Signature"


class GatewayError(OSError):
    """A gateway answered, and did not take the message; carries the status and nothing of the answer."""


FAULTS: Final = (OSError, SMTPException, HTTPException)


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


class WebhookSender:
    """Posts a message as signed JSON to a gateway; any answer but 2xx means that it did not get through.

    The signature is HMAC-SHA256 over ``<timestamp>.<body>``, so that a gateway can tell an old message from a new one;
    ``id`` stays the same when a message is tried again, so that it can drop what it has already sent.
    """

    def __init__(self, channel: str) -> None:
        self._channel = channel
        self._open = outward.opener()

    def send(self, address: str, letter: Letter) -> None:
        url, secret = settings.YIBIAO_GATEWAYS[self._channel]
        held = {"id": letter.id, "channel": self._channel, "to": address, "text": letter.text}
        body = json.dumps(held, ensure_ascii=False, sort_keys=True).encode()
        stamp = str(int(clock.now().timestamp()))
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "X-Yibiao-Timestamp": stamp,
            SIGNATURE: f"sha256={signature(secret, stamp, body)}",
        }
        try:
            # Only http(s): the settings refuse any other scheme.
            with self._open.open(Request(url, body, headers), timeout=TIMEOUT) as answer:  # noqa: S310
                answer.read(1)
        except HTTPError as error:
            error.close()
            raise GatewayError(error.code) from None


def signature(secret: str, stamp: str, body: bytes) -> str:
    """What a gateway computes as well, to know that a message is this site's."""
    return hmac.new(secret.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()


SENDERS: Final[Mapping[str, Sender]] = {
    "console": ConsoleSender(),
    "email": EmailSender(),
    "sms-webhook": WebhookSender("sms"),
    "wechat-webhook": WebhookSender("wechat"),
}


def of(channel: str) -> Sender:
    """The sender of a channel: what the settings name, otherwise the console."""
    return SENDERS[settings.YIBIAO_SENDERS.get(channel, "console")]
