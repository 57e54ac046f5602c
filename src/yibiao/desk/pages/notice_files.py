"""Notices taken away as files: the list, and one notice with each of its receivers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import count
from typing import Any, Final

from django.utils.translation import gettext

from yibiao.core import clock
from yibiao.desk.templatetags.notices import notice_state, receipt_state
from yibiao.notices import queries
from yibiao.notices.types import Notice, Receipt
from yibiao.people import queries as people
from yibiao.people.types import Scope
from yibiao.places import queries as places

_TOGETHER: Final = 300


def listed(program: str, text: str, state: str, kinds: Mapping[str, str], *, scope: Scope) -> Iterator[list[Any]]:
    """Every notice that the filter leaves, in the order of the page."""
    yield [
        gettext("文号"), gettext("标题"), gettext("种类"), gettext("印发单位"), gettext("印发时间"), gettext("状态"),
        gettext("签收时限"), gettext("发给（家）"), gettext("未签（家）"), gettext("逾期（家）"), gettext("编号"),
    ]  # fmt: skip
    for number in count(1):
        found = queries.page(scope=scope, program=program, text=text, state=state, number=number, size=_TOGETHER)
        known = names(found.items)
        for one in found.items:
            tally = one.tally
            yield [
                one.number, one.title, kinds.get(one.kind, one.kind), known.get(one.organisation, one.organisation),
                one.issued_at, notice_state(one.state), one.due_at, tally.receivers, tally.unsigned, tally.late, one.id,
            ]  # fmt: skip
        if number >= found.pages:
            return


def signed(held: Iterable[Receipt], known: Mapping[str, str], actors: Mapping[str, str]) -> Iterator[list[Any]]:
    """Who received a notice and what each did with it, as a tree walked downwards."""
    yield [
        gettext("层级"), gettext("接收单位"), gettext("转发单位"), gettext("签收情况"), gettext("签收时限"),
        gettext("签收时间"), gettext("签收人"), gettext("逾期"), gettext("催签次数"), gettext("反馈"),
        gettext("反馈时间"),
    ]  # fmt: skip
    now, called = clock.now(), dict[str, str]()
    for one in held:
        called[one.id] = receiver(one, known)
        late = gettext("是") if one.late(now) else ""
        yield [
            one.depth, called[one.id], called.get(one.via, ""), receipt_state(one.state), one.due_at, one.signed_at,
            actors.get(one.signed_by, ""), late, one.reminders, one.feedback, one.feedback_at,
        ]  # fmt: skip


def names(held: Iterable[Notice | Receipt]) -> dict[str, str]:
    """Names of places and organisations by code."""
    held = list(held)
    found = places.names(list({one.place for one in held}))
    codes = {one.organisation for one in held if one.organisation}
    return found | ({one.code: one.name for one in people.organisations(codes=codes)} if codes else {})


def receiver(one: Receipt | None, known: Mapping[str, str]) -> str:
    if one is None:
        return ""
    code = one.organisation or one.place
    return known.get(code, code)
