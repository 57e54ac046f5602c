"""Whatever comes to the API that its description allows, and whatever does not: never an error of the server's own."""

from __future__ import annotations

import importlib
import json
import os
from collections.abc import Callable
from typing import Any

import pytest
import requests
import schemathesis
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ninja import Schema
from schemathesis import GenerationMode
from schemathesis.core.transport import Response
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance

from tests.desk.world import ERDAO, SAFETY, World
from yibiao.desk.api import api
from yibiao.people.types import Account

Enter = Callable[[Account | None], Client]
SCHEMA: dict[str, Any] = json.loads(json.dumps(api.get_openapi_schema(path_prefix="/api/"), default=str))
# YIBIAO_API_EXAMPLES=300 looks longer.
EXAMPLES = int(os.environ.get("YIBIAO_API_EXAMPLES", "8"))
OPERATIONS = sorted((path, method) for path, found in SCHEMA["paths"].items() for method in found)


def known(site: World) -> dict[str, list[str]]:
    """Values that lead somewhere: random ones alone would only find that nothing is there."""
    return {
        "indicator": ["hazards", "leaders", "teams"],
        "program": [SAFETY],
        "place": [ERDAO, "220000000000"],
        "code": [ERDAO, "220000000000"],
        "name": ["enterprise", "inspection-team"],
        "form": [f"{SAFETY}.inspection"],
        "by": ["place", "hazard_grade"],
        "id": [site.inspection, site.bulletin, f"{SAFETY}.inspection"],
        "from_date": ["2022-09-09"],
        "until": ["2022-09-13"],
        "text": ["示例", "\x00"],
        "q": ["二道", "%"],
        "number": ["1", "0", "99999999999999999999"],
        "size": ["1", "500", "-1"],
        "as_of": ["1", "0", "99999999999999999999"],
    }


def sent(client: Client, case: Any) -> Response:
    """The case as a request, and what came back, in the words of schemathesis."""
    made = case.as_transport_kwargs(base_url="http://testserver")
    asked = requests.Request(
        **{key: value for key, value in made.items() if key in ("method", "url", "params", "data", "json", "headers")}
    ).prepare()
    body = asked.body.encode() if isinstance(asked.body, str) else asked.body or b""
    headers = {key: value for key, value in asked.headers.items() if key.lower() not in ("content-length", "cookie")}
    path = asked.path_url
    answer = client.generic(
        asked.method or "GET", path, body, content_type=headers.pop("Content-Type", "application/json"), headers=headers
    )
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    told = {key.lower(): [value] for key, value in answer.items()}
    return Response(answer.status_code, told, content, asked, 0.1, True)


def _can_be_wrong(operation: Any) -> bool:
    """Whether there is anything in an operation that could be other than described."""
    return bool(operation.query or operation.path_parameters or operation.body)


def walk(path: str, method: str, site: World, client: Client, count: int) -> None:
    operation = schemathesis.openapi.from_dict(SCHEMA)[path][method]
    values = known(site)
    wanted = operation.as_strategy(generation_mode=GenerationMode.POSITIVE)
    unwanted = operation.as_strategy(generation_mode=GenerationMode.NEGATIVE) if _can_be_wrong(operation) else wanted

    @settings(
        max_examples=count, deadline=None, database=None, derandomize=True,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(data=st.data())
    def holds(data: st.DataObject) -> None:
        case = data.draw(data.draw(st.sampled_from([wanted, unwanted])))
        for held in (case.path_parameters, case.query):
            for name in [name for name in held or {} if name in values]:
                if data.draw(st.booleans()):
                    held[name] = data.draw(st.sampled_from(values[name]))
        with transaction.atomic():
            answer = sent(client, case)
            transaction.set_rollback(True)
        assert answer.status_code < 500, (case.as_curl_command(), answer.content[:500])
        if answer.status_code in (200, 201):
            case.validate_response(answer, checks=[response_schema_conformance, content_type_conformance])
        else:
            assert "application/json" in answer.headers["content-type"][0], answer.headers

    holds()


@pytest.mark.parametrize(("path", "method"), OPERATIONS, ids=[f"{method} {path}" for path, method in OPERATIONS])
def test_the_api_keeps_its_word(path: str, method: str, site: World, enter: Enter) -> None:
    walk(path, method, site, enter(site.editor), EXAMPLES)


def test_every_shape_has_a_name_of_its_own() -> None:
    """Two classes of one name: the later one would describe what the earlier one answers."""
    made: dict[str, set[str]] = {}
    for module in ("yibiao.desk.api", "yibiao.desk.api_checks", "yibiao.records.intake.api"):
        for name, one in vars(importlib.import_module(module)).items():
            if isinstance(one, type) and issubclass(one, Schema):
                made.setdefault(name, set()).add(json.dumps(one.json_schema(), sort_keys=True))
    assert [name for name, shapes in made.items() if len(shapes) > 1] == []
