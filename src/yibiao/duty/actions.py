"""Writes of duty: each act is one transaction with its row and its fact."""

from __future__ import annotations

from yibiao.duty.filings import chase, chase_all, escalate, escalate_overdue, exempt, file_nil
from yibiao.duty.follow import step as follow

__all__ = ["chase", "chase_all", "escalate", "escalate_overdue", "exempt", "file_nil", "follow"]
