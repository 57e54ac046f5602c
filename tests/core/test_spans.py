"""Spans end where the rules say: hours to the minute, days with their midnight, working days by the dated table."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yibiao.core import workdays
from yibiao.core.periods import SHANGHAI, local_day
from yibiao.core.problems import Refusal
from yibiao.core.spans import Span

MOMENTS = st.datetimes(datetime(2021, 1, 1), datetime(2023, 10, 1), timezones=st.just(SHANGHAI))  # noqa: DTZ001


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("span", "anchor", "until"),
    [
        ("30m", "2022-09-10T23:50", "2022-09-11T00:20"),
        ("2h", "2022-09-10T10:00", "2022-09-10T12:00"),
        ("1d", "2022-09-10T23:59", "2022-09-12T00:00"),
        ("30d", "2022-08-20T09:30", "2022-09-20T00:00"),
        # 9 September is a Friday; the holiday 10–12 follows, then two working days.
        ("2wd", "2022-09-09T15:00", "2022-09-15T00:00"),
        # 8 and 9 October 2022 are a weekend on which people work for the National Day.
        ("2wd", "2022-09-30T15:00", "2022-10-10T00:00"),
    ],
)
def test_when_a_span_has_run_out(span: str, anchor: str, until: str) -> None:
    assert Span.parse(span).after(at(anchor)) == at(until)


@pytest.mark.parametrize("text", ["", "0d", "-1d", "1", "d", "1 d", "1w", "1.5h", "999999d"])
def test_what_is_no_span_is_refused(text: str) -> None:
    with pytest.raises(Refusal) as refused:
        Span.parse(text)
    assert refused.value.codes == ("core.span.unreadable",)


def test_a_span_in_words() -> None:
    assert Span.parse("10wd").words("zh") == "10个工作日"
    assert (Span.parse("1d").words("en"), Span.parse("10wd").words("en")) == ("1 day", "10 working days")


@given(st.integers(1, 60), MOMENTS)
def test_working_days_between_are_counted_one_by_one(count: int, anchor: datetime) -> None:
    last = local_day(Span(count, "wd").after(anchor) - timedelta(seconds=1))
    days = [local_day(anchor) + timedelta(days=n) for n in range(1, (last - local_day(anchor)).days + 1)]
    assert sum(map(workdays.is_workday, days)) == count
    assert workdays.is_workday(last)


@given(
    st.integers(1, 500),
    st.sampled_from(["m", "h", "d", "wd"]),
    MOMENTS,
)
def test_a_span_ends_after_it_begins_and_is_read_back(count: int, unit: str, anchor: datetime) -> None:
    span = Span(count, unit)  # type: ignore[arg-type]
    assert span.after(anchor) > anchor
    assert Span.parse(str(span)) == span
