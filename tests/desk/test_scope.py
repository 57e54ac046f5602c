"""Who may open which address: every address of the site stands in this matrix, or the first test fails."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from tests.desk.world import ERDAO, JILIN, NANGUAN, PATROL, SAFETY, World
from yibiao.people.types import Account

WHO = ("visitor", "idle", "manager", "clerk", "other", "editor")
SIGN_IN = 302


@dataclass(frozen=True)
class Row:
    """What each of the six gets; ``{…}`` in an address is filled from the world."""

    address: str
    expected: tuple[int, ...]
    method: str = "get"
    data: dict[str, str] | None = None


FIGURE = f"/figures/{SAFETY}/hazards/"
LEADERS = f"/figures/{SAFETY}/leader-visits/"
SEEN = (SIGN_IN, 404, 404, 200, 200, 200)
OWN = (SIGN_IN, 404, 404, 200, 404, 200)
WRITER = (SIGN_IN, 404, 404, 404, 404, 200)
WROTE = (SIGN_IN, 404, 404, 404, 404, SIGN_IN)
OPEN = (SIGN_IN, 200, 200, 200, 200, 200)
FED = (401, 403, 403, 200, 200, 200)
NOBODY = (SIGN_IN, 404, 404, 404, 404, 404)
MATRIX: dict[str, Row] = {
    "desk_icon": Row("/icon.svg", (200,) * 6),
    # The test's browser is on the machine itself; tests/operations asks from elsewhere.
    "desk_metrics": Row("/metrics", (200,) * 6),
    "desk_field": Row("/field/", (200,) * 6),
    "desk_field_worker": Row("/field/worker.js", (200,) * 6),
    "desk_field_manifest": Row("/field/app.webmanifest", (200,) * 6),
    "desk_field_me": Row("/field/api/me/", OPEN),
    "desk_field_forms": Row("/field/api/forms/", OPEN),
    "desk_field_form": Row(f"/field/api/forms/{SAFETY}.inspection/2/", (SIGN_IN, 403, 403, 200, 200, 200)),
    "desk_field_list": Row(f"/field/api/forms/{SAFETY}.inspection/2/lists/places/", (SIGN_IN, 403, 403, 200, 200, 200)),
    "desk_field_known": Row(f"/field/api/forms/{SAFETY}.inspection/2/known/", (SIGN_IN, 403, 403, 200, 200, 200)),
    "desk_field_tasks": Row("/field/api/tasks/", OPEN),
    "desk_field_submissions": Row("/field/api/submissions", (SIGN_IN, 403, 403, 403, 403, 403), "post", {}),
    "desk_day": Row("/", (SIGN_IN, 200, SIGN_IN, 200, 200, 200)),
    "desk_board": Row("/board/", (SIGN_IN, 200, SIGN_IN, 200, 200, 200)),
    "desk_board_live": Row("/board/live/", OPEN),
    "desk_board_mark": Row("/board/mark/", OPEN),
    "desk_board_events": Row("/board/events/", OPEN),
    "desk_looks": Row("/looks/", (SIGN_IN,) * 6, "post", {"large": "1"}),
    "desk_program": Row(f"/programs/{SAFETY}/", SEEN),
    "desk_enrol": Row("/accounts/enrol/", (SIGN_IN, 403, 200, 403, 403, 403)),
    "desk_packs": Row("/packs/", (SIGN_IN, 404, 200, 404, 404, 404)),
    "desk_entry": Row("/entry/", OPEN),
    "desk_figures": Row("/figures/", OPEN),
    "desk_figure": Row(FIGURE, SEEN),
    "desk_figure_card": Row(f"{LEADERS}card/?place={ERDAO}", (SIGN_IN, 404, 404, 200, 403, 200)),
    "desk_figure_facts": Row(f"{LEADERS}facts/?place={NANGUAN}", (SIGN_IN, 404, 404, 403, 200, 200)),
    "desk_records": Row("/records/", OPEN),
    "desk_records_personal": Row(
        f"/records/taking/?program={SAFETY}&form={SAFETY}.inspector", (SIGN_IN, 404, 404, 404, 404, 200)
    ),
    "desk_record": Row("/records/{inspection}/", OWN),
    "desk_record_proof": Row("/records/{elsewhere}/proof.json", (SIGN_IN, 404, 404, 404, 200, 200)),
    "desk_cases": Row("/cases/", OPEN),
    "desk_case_begin": Row("/cases/new/", OPEN),
    "desk_case": Row("/cases/{case}/", OWN),
    "desk_case_paper": Row("/cases/{case}/papers/order.docx", OWN),
    "desk_case_move": Row(
        "/cases/{case}/move/", (SIGN_IN, 404, 404, SIGN_IN, 404, 409), "post", {"move": "begin", "expected": "1"}
    ),
    "desk_registers": Row("/registers/", OPEN),
    "desk_register": Row("/registers/enterprise/", OPEN),
    "desk_register_search": Row("/registers/enterprise/search/", OPEN),
    "desk_catalogue": Row("/catalogue/", OPEN),
    "desk_catalogue_form": Row(f"/catalogue/{SAFETY}/inspection/", SEEN),
    "desk_register_suspects": Row("/registers/enterprise/suspects/", OPEN),
    "desk_register_waiting": Row("/registers/enterprise/waiting/", OPEN),
    "desk_register_release": Row("/registers/enterprise/release/", NOBODY, "post", {"program": SAFETY, "id": "1"}),
    "desk_register_settle": Row("/registers/enterprise/settle/", NOBODY, "post", {"program": SAFETY, "key": "no-such"}),
    "desk_register_act": Row(
        "/registers/enterprise/act/",
        NOBODY,
        "post",
        {"program": SAFETY, "act": "merge", "key": "no-such", "other": "none", "reason": "示例"},
    ),
    "desk_entity": Row("/registers/enterprise/no-such/", (SIGN_IN, 200, 200, 404, 404, 404)),
    "desk_bulletins": Row("/bulletins/", OPEN),
    "desk_bulletin_begin": Row(
        "/bulletins/begin/",
        (SIGN_IN, 403, 403, 403, 403, SIGN_IN),
        "post",
        {"program": SAFETY, "template": f"{SAFETY}.main"},
    ),
    "desk_bulletin": Row("/bulletins/{bulletin}/", WRITER),
    "desk_bulletin_edit": Row("/bulletins/{bulletin}/edit/", (SIGN_IN, 404, 404, 404, 404, SIGN_IN)),
    "desk_bulletin_preview": Row("/bulletins/{bulletin}/preview/", WRITER, "post", {"source": "示例"}),
    "desk_bulletin_correct": Row("/bulletins/{bulletin}/correct/", (SIGN_IN, 404, 404, 404, 404, SIGN_IN), "post", {}),
    "desk_bulletin_document": Row("/bulletins/{bulletin}/document.docx", WRITER),
    "desk_bulletin_verify": Row("/bulletins/{bulletin}/verify/", WRITER),
    "desk_bulletin_indicators": Row("/bulletins/{bulletin}/indicators/", WRITER),
    "desk_bulletin_wordings": Row("/bulletins/{bulletin}/wordings/?cite-indicator=hazards", WRITER),
    "desk_drafts": Row("/drafts/", OPEN),
    "desk_draft_begin": Row(f"/drafts/begin/?program={SAFETY}", (SIGN_IN, 404, 404, 403, 403, 200)),
    "desk_aliases": Row("/drafts/aliases/", OPEN),
    "desk_alias_withdraw": Row(
        "/drafts/aliases/no-such/withdraw/", (SIGN_IN, 404, 404, 403, 403, 404), "post", {"program": SAFETY}
    ),
    "desk_value_withdraw": Row(
        "/drafts/values/no-such/withdraw/",
        (SIGN_IN, 404, 404, 403, 403, 404),
        "post",
        {"program": SAFETY, "indicator": "teams"},
    ),
    "desk_draft": Row("/drafts/{draft}/", WRITER),
    "desk_draft_edit": Row("/drafts/{draft}/edit/", WRITER),
    "desk_draft_preview": Row("/drafts/{draft}/preview/", WRITER, "post", {"source": "示例"}),
    "desk_draft_document": Row("/drafts/{draft}/document.docx", (SIGN_IN, 404, 404, 404, 404, 409)),
    "desk_draft_decide": Row("/drafts/{draft}/decide/", WROTE, "post", {"key": "x", "act": "release"}),
    "desk_draft_apply": Row("/drafts/{draft}/apply/", WROTE, "post", {"start": "0", "old": "示例", "new": "示例稿"}),
    "desk_draft_keep": Row("/drafts/{draft}/keep/", WROTE, "post", {}),
    "desk_draft_indicators": Row("/drafts/{draft}/indicators/?q=检查", WRITER),
    "desk_draft_report": Row("/drafts/{draft}/report/", WRITER),
    "desk_draft_values": Row("/drafts/{draft}/values/", WRITER),
    "desk_draft_check": Row("/drafts/{draft}/checks/1/", WRITER),
    "desk_inbox": Row("/inbox/?as=csv", OPEN),
    "desk_inbox_mark": Row("/inbox/read/", (SIGN_IN,) * 6, "post", {}),
    "desk_inbox_addresses": Row("/inbox/addresses/", (SIGN_IN,) * 6, "post", {}),
    "desk_inbox_open": Row("/inbox/99999999/", NOBODY),
    "desk_notices": Row("/notices/", OPEN),
    "desk_notice_begin": Row(f"/notices/new/?program={SAFETY}", (SIGN_IN, 404, 404, 403, 403, 200)),
    "desk_notice": Row("/notices/{notice}/", OWN),
    "desk_notice_remind": Row("/notices/{notice}/remind/", (SIGN_IN, 404, 404, 403, 404, SIGN_IN), "post", {}),
    "desk_notice_withdraw": Row("/notices/{notice}/withdraw/", (SIGN_IN, 404, 404, 403, 404, 422), "post", {}),
    "desk_notice_signatures": Row("/notices/{notice}/signatures/?as=csv", OWN),
    "desk_notice_attachment": Row("/notices/{notice}/files/abc/", NOBODY),
    "desk_receipt_read": Row("/notices/{notice}/{receipt}/read/", (SIGN_IN, 404, 404, 204, 404, 403), "post", {}),
    "desk_receipt_sign": Row("/notices/{notice}/{receipt}/sign/", (SIGN_IN, 404, 404, SIGN_IN, 404, 403), "post", {}),
    "desk_receipt_forward": Row("/notices/{notice}/{receipt}/forward/", (SIGN_IN, 404, 404, 409, 404, 403), "post", {}),
    "desk_receipt_answer": Row(
        "/notices/{notice}/{receipt}/answer/", (SIGN_IN, 404, 404, 409, 404, 403), "post", {"text": "示例"}
    ),
    "desk_warning_feed": Row("/warnings/feed.atom", (200,) * 6),
    "desk_warning_cap": Row("/warnings/cap/{cap}.xml", (200,) * 6),
    "desk_warnings": Row("/warnings/", OPEN),
    "desk_warning_begin": Row(f"/warnings/new/?program={SAFETY}", (SIGN_IN, 404, 404, 403, 403, 200)),
    "desk_warning": Row("/warnings/{warning}/", OWN),
    "desk_warning_cancel": Row("/warnings/{warning}/cancel/", (SIGN_IN, 404, 404, 403, 404, 422), "post", {}),
    "desk_inspections": Row("/inspections/", OPEN),
    "desk_inspections_published": Row(f"/inspections/{SAFETY}.json", (200,) * 6),
    "desk_draw_published": Row("/draws/no-such.json", (404,) * 6),
    "desk_draws": Row("/draws/", OPEN),
    "desk_draw_prepare": Row(
        "/draws/new/",
        (SIGN_IN, 404, 404, 403, 403, 422),
        "post",
        {"program": SAFETY, "scheme": "enterprise-check", "title": "示例"},
    ),
    "desk_draw": Row("/draws/no-such/", NOBODY),
    "desk_draw_draw": Row("/draws/no-such/draw/", NOBODY, "post", {}),
    "desk_draw_replace": Row("/draws/no-such/replace/", NOBODY, "post", {}),
    "desk_draw_publish": Row("/draws/no-such/publish/", NOBODY, "post", {}),
    "desk_duty": Row("/duty/", OPEN),
    "desk_duty_rosters": Row("/duty/rosters/", OPEN),
    "desk_duty_open": Row("/duty/rosters/open/", NOBODY, "post", {"program": SAFETY}),
    "desk_duty_roster": Row("/duty/rosters/no-such/", NOBODY),
    "desk_duty_act": Row("/duty/rosters/no-such/act/", NOBODY, "post", {}),
    "desk_duty_coverage": Row("/duty/coverage/", OPEN),
    "desk_duty_chasing": Row("/duty/chasing/", OPEN),
    "desk_duty_chase": Row("/duty/chasing/act/", NOBODY, "post", {"program": SAFETY}),
    "desk_duty_nil": Row("/duty/chasing/nil/", NOBODY, "post", {"program": SAFETY}),
    "desk_duty_checks": Row("/duty/checks/", OPEN),
    "desk_duty_check": Row("/duty/checks/act/", NOBODY, "post", {"program": SAFETY}),
    "desk_duty_thing": Row("/duty/things/no-such/", NOBODY),
    "desk_duty_feed": Row("/duty/calendar/no-such.ics", (404,) * 6),
    "desk_operations": Row("/operations/", OPEN),
    "desk_operations_file": Row("/operations/file/?unit=no-such", NOBODY),
    "desk_operations_approve": Row("/operations/approve/", NOBODY, "post", {"program": SAFETY}),
    # Citizens have no account; no program of this world takes their reports.
    "desk_report": Row(f"/report/{ERDAO}/", (404,) * 6),
    "desk_report_list": Row(f"/report/{ERDAO}/list/", (404,) * 6),
    "desk_report_places": Row(f"/report/{ERDAO}/places/?q=ed", (404,) * 6),
    "desk_report_follow": Row("/report/follow/no-such/", (404,) * 6),
    "open311_discovery": Row("/open311/discovery.json", (200,) * 6),
    "open311_challenge": Row("/open311/v2/challenge.json", (200,) * 6),
    "open311_services": Row("/open311/v2/services.xml", (400,) * 6),
    "open311_service": Row("/open311/v2/services/x.y.json", (404,) * 6),
    "open311_requests": Row(f"/open311/v2/requests.json?jurisdiction_id={ERDAO}", (404,) * 6),
    "open311_updates": Row(f"/open311/v2/servicerequestupdates.json?jurisdiction_id={ERDAO}", (404,) * 6),
    "open311_request": Row("/open311/v2/requests/0.json", (404,) * 6),
    "open311_token": Row("/open311/v2/tokens/no-such.json", (404,) * 6),
    "open311_nowhere": Row("/open311/v2/elsewhere.json", (404,) * 6),
    "desk_reporting": Row("/reporting/", OPEN),
    "desk_report_poster": Row(f"/reporting/{ERDAO}/", NOBODY),
    "desk_places": Row("/places/", OPEN),
    "desk_place": Row(f"/places/{ERDAO}/", OPEN),
    "desk_place_search": Row("/places/search/?q=ed", OPEN),
    "desk_organisation_search": Row("/places/organisations/?q=示例", OPEN),
    "desk_ledger": Row("/ledger/", OPEN),
    "desk_ledger_verify": Row("/ledger/verify/", OPEN),
    "records_enter": Row(f"/entry/{SAFETY}/inspection/", (SIGN_IN, 403, 403, 200, 200, 200)),
    "records_states": Row(f"/entry/{SAFETY}/inspection/states", (SIGN_IN, 403, 403, 200, 200, 200), "post", {}),
    "records_upload": Row(f"/upload/{SAFETY}/inspection/", (SIGN_IN, 403, 403, 200, 200, 200)),
    "records_template": Row(f"/upload/{SAFETY}/inspection/template.xlsx", (SIGN_IN, 403, 403, 200, 200, 200)),
    "records_correct": Row("/records/{inspection}/correct/", OWN),
    "records_withdraw": Row("/records/{inspection}/withdraw/", OWN),
    "records_review": Row("/records/{inspection}/review/", (SIGN_IN, 404, 404, 403, 404, 200)),
    "records_file": Row("/records/{inspection}/files/a.jpg", NOBODY),
    "records_file_small": Row("/records/{inspection}/files/a.jpg/small", NOBODY),
    "records_personal_file": Row(
        "/records/{inspection}/personal/files/a.jpg",
        (SIGN_IN, 404, 404, 404, 404, 404),
        "post",
        {"purpose": "示例用途"},
    ),
    "records_personal": Row("/records/{inspection}/personal/", OWN),
    # Phones bring no session: they are asked to sign in, or their token is looked at.
    "openrosa_list": Row("/openrosa/formList", (401,) * 6),
    "openrosa_form": Row("/openrosa/forms/x/1/form.xml", (401,) * 6),
    "openrosa_manifest": Row("/openrosa/forms/x/1/manifest", (401,) * 6),
    "openrosa_media": Row("/openrosa/forms/x/1/media/places.csv", (401,) * 6),
    "openrosa_integrity": Row("/openrosa/forms/x/1/integrity/site", (401,) * 6),
    "openrosa_submission": Row("/openrosa/submission", (401,) * 6, "post", {}),
    "openrosa_session": Row("/v1/sessions", (401,) * 6, "post", {}),
    "openrosa_script_user": Row("/v1/users/current", (401,) * 6),
    "openrosa_script_projects": Row("/v1/projects", (401,) * 6),
    "openrosa_script_project": Row("/v1/projects/x", (401,) * 6),
    "openrosa_script_forms": Row("/v1/projects/x/forms", (401,) * 6),
    "openrosa_script_form_of": Row("/v1/projects/x/forms/y", (401,) * 6),
    "openrosa_script_form_xml": Row("/v1/projects/x/forms/y.xml", (401,) * 6),
    "openrosa_script_attachments": Row("/v1/projects/x/forms/y/submissions/1/attachments", (401,) * 6),
    "openrosa_script_key_user": Row("/v1/key/no-such/users/current", (403,) * 6),
    "openrosa_script_key_projects": Row("/v1/key/no-such/projects", (403,) * 6),
    "openrosa_script_key_project": Row("/v1/key/no-such/projects/x", (403,) * 6),
    "openrosa_script_key_forms": Row("/v1/key/no-such/projects/x/forms", (403,) * 6),
    "openrosa_script_key_form_of": Row("/v1/key/no-such/projects/x/forms/y", (403,) * 6),
    "openrosa_script_key_form_xml": Row("/v1/key/no-such/projects/x/forms/y.xml", (403,) * 6),
    "openrosa_script_key_attachments": Row("/v1/key/no-such/projects/x/forms/y/submissions/1/attachments", (403,) * 6),
    "openrosa_script_submissions": Row("/v1/projects/x/forms/y/submissions", (401,) * 6),
    "openrosa_script_one": Row("/v1/projects/x/forms/y/submissions/1", (401,) * 6, "put", {}),
    "openrosa_script_attachment": Row("/v1/projects/x/forms/y/submissions/1/attachments/a.jpg", (401,) * 6, "post", {}),
    "openrosa_script_key_submissions": Row("/v1/key/no-such/projects/x/forms/y/submissions", (403,) * 6),
    "openrosa_script_key_one": Row("/v1/key/no-such/projects/x/forms/y/submissions/1", (403,) * 6, "put", {}),
    "openrosa_script_key_attachment": Row(
        "/v1/key/no-such/projects/x/forms/y/submissions/1/attachments/a.jpg", (403,) * 6, "post", {}
    ),
    "openrosa_key_list": Row("/openrosa/key/no-such/formList", (403,) * 6),
    "openrosa_key_form": Row("/openrosa/key/no-such/forms/x/1/form.xml", (403,) * 6),
    "openrosa_key_manifest": Row("/openrosa/key/no-such/forms/x/1/manifest", (403,) * 6),
    "openrosa_key_media": Row("/openrosa/key/no-such/forms/x/1/media/places.csv", (403,) * 6),
    "openrosa_key_integrity": Row("/openrosa/key/no-such/forms/x/1/integrity/site", (403,) * 6),
    "openrosa_key_submission": Row("/openrosa/key/no-such/submission", (403,) * 6, "post", {}),
    # Spreadsheets sign in by a password or a token, or ride on the session of a page.
    "odata_service": Row(f"/odata/{SAFETY}.inspection.svc", FED),
    "odata_root": Row(f"/odata/{SAFETY}.inspection.svc/", FED),
    "odata_metadata": Row(f"/odata/{SAFETY}.inspection.svc/$metadata", FED),
    "odata_set": Row(f"/odata/{SAFETY}.inspection.svc/Submissions", FED),
    "odata_script_service": Row(f"/v1/projects/{SAFETY}/forms/{SAFETY}.inspection.svc", FED),
    "odata_script_metadata": Row(f"/v1/projects/{SAFETY}/forms/{SAFETY}.inspection.svc/$metadata", FED),
    "odata_script_set": Row(f"/v1/projects/{PATROL}/forms/{SAFETY}.inspection.svc/Submissions", (401, *(403,) * 5)),
    "api:openapi-view": Row("/api/docs", OPEN),
    "api:openapi-json": Row("/api/openapi.json", (401, 200, 200, 200, 200, 200)),
}
# The rooms test their own doors: signing in, managing accounts, uploads by number, and the API in the next test.
ELSEWHERE = ("account_", "mfa_", "people_", "set_language", "records_preview", "records_marked", "records_take",
             "records_undo", "records_erase", "api:")  # fmt: skip


def addresses(patterns: Any = None, space: str = "") -> Iterator[str]:
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{pattern.namespace}:" if pattern.namespace else ""
            yield from addresses(pattern.url_patterns, space + inner)
        elif isinstance(pattern, URLPattern) and pattern.name:
            yield space + pattern.name


def test_every_address_stands_in_the_matrix() -> None:
    missing = {name for name in addresses() if name not in MATRIX and not name.startswith(ELSEWHERE)}
    assert not missing
    assert set(MATRIX) <= set(addresses())


def _people(world: World) -> tuple[Account | None, ...]:
    return (None, world.idle, world.manager, world.clerk, world.other, world.editor)


@pytest.mark.parametrize("name", MATRIX)
def test_matrix(site: World, enter: Callable[[Account | None], Client], name: str) -> None:
    row = MATRIX[name]
    address = row.address.format(
        inspection=site.inspection, elsewhere=site.elsewhere, bulletin=site.bulletin, draft=site.draft,
        case=site.case, notice=site.notice, receipt=site.receipt, warning=site.warning, cap=site.cap,
    )  # fmt: skip
    found = []
    for account in _people(site):
        answer = getattr(enter(account), row.method)(address, row.data)
        found.append(answer.status_code)
    assert dict(zip(WHO, found, strict=True)) == dict(zip(WHO, row.expected, strict=True))


API = {
    f"/api/indicators?program={SAFETY}": (401, 404, 404, 200, 200, 200),
    f"/api/indicators?program={PATROL}": (401, 404, 404, 404, 404, 404),
    f"/api/figures/hazards?program={SAFETY}": (401, 404, 404, 200, 200, 200),
    f"/api/figures/hazards?program={SAFETY}&place={NANGUAN}": (401, 404, 404, 403, 200, 200),
    f"/api/figures/hazards/breakdown?program={SAFETY}&place={JILIN}": (401, 404, 404, 403, 403, 200),
    f"/api/figures/hazards/facts?program={SAFETY}&place={ERDAO}": (401, 404, 404, 200, 403, 200),
    "/api/bulletins": (401, 200, 200, 200, 200, 200),
    "/api/bulletins/{bulletin}": (401, 404, 404, 404, 404, 200),
    "/api/bulletins/{bulletin}/verify": (401, 404, 404, 404, 404, 200),
    "/api/places?q=ed": (401, 200, 200, 200, 200, 200),
    f"/api/places/{ERDAO}/children": (401, 200, 200, 200, 200, 200),
    "/api/checkpoint": (401, 200, 200, 200, 200, 200),
}


@pytest.mark.parametrize("address", API)
def test_api_matrix(site: World, enter: Callable[[Account | None], Client], address: str) -> None:
    at = address.format(bulletin=site.bulletin)
    found = [enter(account).get(at).status_code for account in _people(site)]
    assert dict(zip(WHO, found, strict=True)) == dict(zip(WHO, API[address], strict=True))


def test_a_record_out_of_scope_answers_as_an_unknown_one(
    site: World, enter: Callable[[Account | None], Client]
) -> None:
    client = enter(site.other)
    hidden = client.get(f"/records/{site.inspection}/", headers={"Accept": "application/json"})
    unknown = client.get("/records/00000000-0000-4000-8000-000000000000/", headers={"Accept": "application/json"})
    assert hidden.status_code == unknown.status_code == 404
    assert hidden.json()["problems"][0]["code"] == unknown.json()["problems"][0]["code"]


def test_a_list_shows_the_own_county_only(site: World, enter: Callable[[Account | None], Client]) -> None:
    for account, seen, hidden in ((site.clerk, "二道区", "南关区"), (site.other, "南关区", "二道区")):
        page = enter(account).get("/records/").content.decode()
        assert f"<td>{seen}</td>" in page
        assert f"<td>{hidden}</td>" not in page


def test_who_manages_accounts_takes_no_records_away(site: World, enter: Callable[[Account | None], Client]) -> None:
    taken = enter(site.manager).get("/records/?as=csv")
    assert site.inspection not in b"".join(taken).decode()
