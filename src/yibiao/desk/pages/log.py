"""存证: the newest checkpoint, whether the log stands and has only ever grown, and what the last recount found."""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext

from yibiao.core import merkle
from yibiao.desk import border
from yibiao.desk.pages.frame import part
from yibiao.figures import queries as figures
from yibiao.ledger import queries as ledger
from yibiao.ledger.types import Consistency

SHOWN: Final = 12


def page(request: HttpRequest) -> HttpResponse:
    newest = ledger.checkpoint()
    recounted, astray = figures.recounts(open_only=True)
    shown: dict[str, Any] = {
        "newest": newest, "counts": ledger.counts(), "recounted": recounted, "astray": astray,
    }  # fmt: skip
    if newest is not None:
        numbers = range(newest.number, max(0, newest.number - SHOWN), -1)
        shown["checkpoints"] = [ledger.checkpoint(number) for number in numbers]
        old = border.number(request.GET.get("since"), 1, highest=newest.number)
        proof = ledger.consistency(old, newest.number)
        shown |= {"since": old, "consistency": proof, "grown": _grown(proof)}
    return render(request, "desk/log.html", shown)


def verify(request: HttpRequest) -> HttpResponse:
    """Holds every entry against the log, now."""
    shown = {"verdict": ledger.verify()}
    return part(request, "desk/parts/verdict.html", shown, title=gettext("逐条核验"), back=reverse("desk_ledger"))


def _grown(proof: Consistency) -> bool:
    path = [bytes.fromhex(step) for step in proof.path]
    roots = bytes.fromhex(proof.old.root), bytes.fromhex(proof.new.root)
    return merkle.verify_consistency(proof.old.size, proof.new.size, path, *roots)
