"""Requests to other machines: they go to the address that was given, and to no other."""

from __future__ import annotations

from typing import Any
from urllib.request import HTTPRedirectHandler, OpenerDirector, ProxyHandler, build_opener


class _Stay(HTTPRedirectHandler):
    """A redirect could lead to an address inside the own network, or hand what was signed to somebody else."""

    def redirect_request(self, *args: Any, **more: Any) -> None:
        return None


def opener() -> OpenerDirector:
    """What opens an address, without a proxy of the environment and without following a redirect."""
    return build_opener(ProxyHandler({}), _Stay())
