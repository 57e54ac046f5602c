"""Writes of duty: each act is one transaction with its row and its fact."""

from __future__ import annotations

from yibiao.duty.calendars import renew as renew_calendar
from yibiao.duty.filings import chase, chase_all, escalate, escalate_overdue, exempt, file_nil
from yibiao.duty.follow import step as follow
from yibiao.duty.lapsing import note_missed
from yibiao.duty.rostering import add_staff, assign, file_roster, open_roster, release, remove_staff
from yibiao.duty.shifts import arrive, confirm, leave, offer_handover, sign_handover
from yibiao.duty.spots import draw_spot_checks, record_spot_check
from yibiao.duty.swaps import accept_swap, approve_swap, ask_swap, decline_swap, withdraw_swap

__all__ = [
    "accept_swap", "add_staff", "approve_swap", "arrive", "ask_swap", "assign", "chase",
    "chase_all", "confirm", "decline_swap", "draw_spot_checks", "escalate", "escalate_overdue", "exempt", "file_nil",
    "file_roster", "follow", "leave", "note_missed", "offer_handover", "open_roster", "record_spot_check",
    "release", "remove_staff", "renew_calendar", "sign_handover", "withdraw_swap",
]  # fmt: skip
