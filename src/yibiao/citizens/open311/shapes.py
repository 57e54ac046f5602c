"""Our services and cases as GeoReport v2 says them: two states outside, ours in the notes and the extension."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from yibiao.cases.types import Case
from yibiao.citizens.open311.asking import Jurisdiction
from yibiao.citizens.types import Counter, Service
from yibiao.core.periods import SHANGHAI

SPECIFICATION: Final = "http://wiki.open311.org/GeoReport_v2"
CHANGED: Final = "2026-11-26T00:00:00+08:00"
Plain = dict[str, Any]


def service(where: Jurisdiction, one: Service) -> Plain:
    return {
        "service_code": where.code(one),
        "service_name": one.label.zh,
        "description": one.about.zh,
        "metadata": True,
        "type": "realtime",
        "keywords": ",".join(one.keywords),
        "group": one.group.zh,
    }


def definition(where: Jurisdiction, one: Service) -> Plain:
    """What is asked beside the usual; nothing, and then the promise and its source."""
    return {
        "service_code": where.code(one),
        "attributes": [
            {
                "variable": False, "code": "promise", "datatype": "string", "required": False,
                "datatype_description": "", "order": 1,
                "description": f"{one.unit.zh}，{one.limit.words()}内办结。依据：{one.source}", "values": [],
            }
        ],
    }  # fmt: skip


def taken(id: str, one: Service, token: str, address: str) -> Plain:
    return {
        "service_request_id": id,
        "service_notice": f"{one.unit.zh}，{one.limit.words()}内办结。凭 token 查看进展、补充、评价和重开。",
        "account_id": None,
        "token": token,
        "extended_attributes": {"follow_url": address},
    }


def standing(counter: Counter, case: Case) -> tuple[str, str]:
    """``open`` or ``closed``, and in words how a case stands, with its answer where that is public."""
    public, label = case.lifecycle.public, case.lifecycle.state(case.state)
    open_to_all = public is not None and case.state in public.states and counter.answer in public.fields
    said = [label.label.zh if label else case.state, str(case.answers.get(counter.answer) or "") if open_to_all else ""]
    return "open" if case.open else "closed", "：".join(part for part in said if part)


def update(where: Jurisdiction, case: Case) -> Plain:
    """How a case stands as an update of it, by the extension that several systems of reports share."""
    status, notes = standing(where.counter, case)
    return {
        "update_id": f"{case.id}-{case.revision}",
        "service_request_id": case.id,
        "status": status,
        "updated_datetime": written(case.moved_at),
        "description": notes,
        "media_url": None,
    }


def request(where: Jurisdiction, case: Case, names: Mapping[str, str]) -> Plain:
    """A case. Nothing of it is told that its lifecycle does not make public."""
    public = case.lifecycle.public
    shown = public is not None and case.state in public.states
    told = public.fields if public is not None and shown else ()

    def value(name: str) -> Any:
        return case.answers.get(name) if name in told else None

    asked, label = where.counter.questions, case.lifecycle.state(case.state)
    code = str(case.answers.get(asked.service) or "")
    known = where.counter.service(code)
    state = label.label.zh if label else case.state
    status, notes = standing(where.counter, case)
    lat, _, lon = str(value(asked.position) or "").partition(" ")
    return {
        "service_request_id": case.id,
        "status": status,
        "status_notes": notes,
        "service_name": known.label.zh if known else "",
        "service_code": f"{where.counter.program}.{code}",
        "description": value(where.counter.summary),
        "agency_responsible": value(asked.unit),
        "service_notice": None,
        "requested_datetime": written(case.standing.occurred_at),
        "updated_datetime": written(case.moved_at),
        "expected_datetime": _text(case.answers.get(asked.promised)),
        "address": names.get(case.place, ""),
        "address_id": case.place,
        "zipcode": None,
        "lat": float(lat) if lat else None,
        "long": float(lon) if lon else None,
        "media_url": None,
        "extended_attributes": {
            "status": case.state, "status_label": state, "round": case.standing.round, "withdrawn": case.withdrawn,
        },
    }  # fmt: skip


def discovery(root: str) -> Plain:
    return {
        "changeset": CHANGED,
        "contact": "POST: api_key is the token of a field client; without one, answer a challenge of challenge.json.",
        "key_service": f"{root}challenge.json",
        "endpoints": [
            {
                "specification": SPECIFICATION, "url": root.rstrip("/"), "changeset": CHANGED, "type": "production",
                "formats": ["text/xml", "application/json"],
            }
        ],
    }  # fmt: skip


def errors(found: Sequence[tuple[int, str]]) -> list[Plain]:
    return [{"code": code, "description": said} for code, said in found]


def written(at: datetime) -> str:
    """A moment as ISO 8601 with its zone."""
    return at.astimezone(SHANGHAI).isoformat(timespec="seconds")


def _text(held: Any) -> str | None:
    return written(datetime.fromisoformat(str(held))) if held else None
