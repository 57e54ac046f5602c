"""Addresses of the pages. Every one of them asks for a signed-in person but the icon."""

from __future__ import annotations

from typing import Any

from django.urls import URLPattern, include, path

from yibiao.desk.api import api
from yibiao.desk.border import View, signed_in
from yibiao.desk.pages import (
    board,
    bulletins,
    checks,
    claims,
    drafts,
    duty,
    duty_acts,
    figures,
    log,
    owing,
    places,
    records,
    registers,
    shell,
)


def page(route: str, view: View, name: str) -> URLPattern:
    return path(route, signed_in(view), name=name)


_FIGURE = "figures/<str:program>/<str:indicator>/"

urlpatterns: list[Any] = [
    path("icon.svg", shell.icon, name="desk_icon"),
    page("", board.board, "desk_board"),
    page("board/live/", board.live, "desk_board_live"),
    page("board/mark/", board.mark, "desk_board_mark"),
    page("looks/", shell.looks, "desk_looks"),
    page("programs/<str:code>/", shell.program, "desk_program"),
    page("packs/", shell.installed, "desk_packs"),
    page("entry/", shell.entry, "desk_entry"),
    page("figures/", figures.listing, "desk_figures"),
    page(_FIGURE, figures.page, "desk_figure"),
    page(f"{_FIGURE}card/", figures.card, "desk_figure_card"),
    page(f"{_FIGURE}facts/", figures.facts, "desk_figure_facts"),
    page(f"{_FIGURE}facts.csv", figures.export, "desk_figure_export"),
    page("records/", records.listing, "desk_records"),
    page("records/<str:id>/", records.page, "desk_record"),
    page("records/<str:id>/proof.json", records.proof, "desk_record_proof"),
    page("duty/", duty.now_page, "desk_duty"),
    page("duty/rosters/", duty.rosters, "desk_duty_rosters"),
    page("duty/rosters/open/", duty_acts.open_roster, "desk_duty_open"),
    page("duty/rosters/<str:id>/", duty.roster, "desk_duty_roster"),
    page("duty/rosters/<str:id>/act/", duty_acts.act, "desk_duty_act"),
    page("duty/coverage/", owing.matrix, "desk_duty_coverage"),
    page("duty/chasing/", owing.chasing, "desk_duty_chasing"),
    page("duty/chasing/act/", duty_acts.chase, "desk_duty_chase"),
    page("duty/chasing/nil/", duty_acts.file_nil, "desk_duty_nil"),
    page("duty/checks/", duty.checks, "desk_duty_checks"),
    page("duty/checks/act/", duty_acts.check, "desk_duty_check"),
    page("duty/things/<str:id>/", duty.thing, "desk_duty_thing"),
    # Calendars are read by programs that cannot sign in: the address itself is the secret.
    path("duty/calendar/<str:secret>.ics", duty.feed, name="desk_duty_feed"),
    page("registers/", registers.listing, "desk_registers"),
    page("registers/<str:register>/", registers.register, "desk_register"),
    page("registers/<str:register>/search/", registers.search, "desk_register_search"),
    page("bulletins/", bulletins.listing, "desk_bulletins"),
    page("bulletins/begin/", bulletins.begin, "desk_bulletin_begin"),
    page("bulletins/<str:id>/", bulletins.page, "desk_bulletin"),
    page("bulletins/<str:id>/edit/", bulletins.edit, "desk_bulletin_edit"),
    page("bulletins/<str:id>/preview/", bulletins.preview, "desk_bulletin_preview"),
    page("bulletins/<str:id>/correct/", bulletins.correct, "desk_bulletin_correct"),
    page("bulletins/<str:id>/verify/", bulletins.verify, "desk_bulletin_verify"),
    page("bulletins/<str:id>/indicators/", bulletins.indicators, "desk_bulletin_indicators"),
    page("bulletins/<str:id>/wordings/", bulletins.wordings, "desk_bulletin_wordings"),
    page("drafts/", drafts.listing, "desk_drafts"),
    page("drafts/begin/", drafts.begin, "desk_draft_begin"),
    page("drafts/aliases/", checks.aliases, "desk_aliases"),
    page("drafts/aliases/<str:id>/withdraw/", checks.withdraw_alias, "desk_alias_withdraw"),
    page("drafts/<str:id>/", drafts.page, "desk_draft"),
    page("drafts/<str:id>/edit/", drafts.edit, "desk_draft_edit"),
    page("drafts/<str:id>/preview/", drafts.preview, "desk_draft_preview"),
    page("drafts/<str:id>/document.docx", drafts.document, "desk_draft_document"),
    page("drafts/<str:id>/decide/", claims.decide, "desk_draft_decide"),
    page("drafts/<str:id>/apply/", claims.apply, "desk_draft_apply"),
    page("drafts/<str:id>/keep/", claims.keep, "desk_draft_keep"),
    page("drafts/<str:id>/indicators/", claims.indicators, "desk_draft_indicators"),
    page("drafts/<str:id>/report/", checks.report, "desk_draft_report"),
    page("drafts/<str:id>/values/", checks.report_values, "desk_draft_values"),
    page("drafts/<str:id>/checks/<int:number>/", checks.kept, "desk_draft_check"),
    page("places/", places.browse, "desk_places"),
    page("places/search/", places.search, "desk_place_search"),
    page("places/organisations/", places.organisations, "desk_organisation_search"),
    page("places/<str:code>/", places.browse, "desk_place"),
    page("ledger/", log.page, "desk_ledger"),
    page("ledger/verify/", log.verify, "desk_ledger_verify"),
    path("api/", api.urls),
    path("", include("yibiao.records.urls")),
]
