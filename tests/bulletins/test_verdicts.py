"""What is said of a claim beside its exact figure; and the place and period that its own words ask for."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from tests.bulletins.conftest import CHANGCHUN, JILIN
from yibiao.bulletins import bearings, phrasing, verdicts
from yibiao.bulletins.verdicts import Found
from yibiao.core.periods import Period
from yibiao.places import actions as places

ASKED = Period.parse("2022-09-10", "2022-09-12T20:00")


def held(phrase: str, value: str | None, unit: str, *, zero: bool = False, covered: tuple[int, int] | None = None):
    claims = phrasing.claims(f"各地共查处{phrase}。").claims
    assert len(claims) == 1, [claim.run.surface for claim in claims]
    found = Found(None if value is None else Decimal(value), unit, zero, covered)
    return verdicts.hold(claims[0].run, found, units_agree=True)


@pytest.mark.parametrize(
    ("phrase", "value", "unit", "verdict", "difference"),
    [
        ("198个", "198", "个", "supported", None),
        ("198个", "189", "个", "contradicted", "9"),
        ("2.8万余个", "28143", "个", "supported", None),
        ("2.8万余个", "27900", "个", "contradicted", "100"),
        ("2.8万余个", "29500", "个", "contradicted", "-1500"),
        ("近2.8万个", "28143", "个", "contradicted", "-143"),
        ("近3万个", "28143", "个", "supported", None),
        ("6.2万人次", "62037", "人次", "supported", None),
        ("6.2万人次", "61500", "人次", "supported", None),
        ("6.2万人次", "62600", "人次", "stale", "-600"),
        ("6.2万人次", "63400", "人次", "contradicted", "-1400"),
        ("28.6万份", "286450", "份", "supported", None),
        ("28.6万份", "286650", "份", "stale", "-650"),
        ("超1000万人次", "10004812", "人次", "supported", None),
        ("超1000万人次", "20000001", "人次", "stale", None),
        ("超1000万人次", "9999999", "人次", "contradicted", "1"),
        ("超1000万人次", "10000000", "人次", "contradicted", "0"),
        ("300余场", "300", "场", "contradicted", "0"),
        ("300余场", "301", "场", "supported", None),
        ("近100场", "93", "场", "supported", None),
        ("近100场", "89", "场", "contradicted", "11"),
        ("约500人", "520", "人", "supported", None),
        ("约500人", "560", "人", "contradicted", "-60"),
        ("1.1%", "1.135", "%", "supported", None),
        ("1.1%", "1.18", "%", "stale", "-0.08"),
        ("1.2%", "1.135", "%", "contradicted", "0.065"),
        ("60余栋", "64", "栋", "supported", None),
        ("三种", "3", "种", "supported", None),
        ("三种", "4", "种", "contradicted", "-1"),
        ("2986万元", "2986.12", "万元", "supported", None),
        ("3.5亿元", "35890", "万元", "stale", "-8900000"),
        ("3.5亿元", "36000", "万元", "contradicted", "-10000000"),
        ("8.1克", "0.0081", "公斤", "supported", None),
    ],
)
def test_the_table_of_verdicts(phrase: str, value: str, unit: str, verdict: str, difference: str | None) -> None:
    found = held(phrase, value, unit)
    assert found.verdict == verdict
    assert found.difference == (None if difference is None else Decimal(difference))
    assert bool(found.offers) == (verdict != "supported")
    assert found.said.zh
    assert found.said.en
    for offer in found.offers:
        # What is offered in place of a wrong number holds itself.
        assert held(offer.phrase, value, unit).verdict in ("supported", "stale")


def test_what_is_offered_is_written_like_the_claim() -> None:
    near = [offer.phrase for offer in held("近2.8万个", "28143", "个").offers]
    assert near[0] == "近2.9万个"
    assert "2.8万余个" in near
    assert held("189个", "198", "个").offers[0].phrase == "198个"
    assert held("6.3万人次", "62037", "人次").offers[0].phrase == "6.2万人次"


@pytest.mark.parametrize(
    ("value", "zero", "covered", "verdict"),
    [
        ("0", True, (6, 6), "supported"),
        (None, True, (6, 5), "zero-uncovered"),
        (None, True, (0, 0), "zero-uncovered"),
        ("2", True, (6, 6), "contradicted"),
        ("2", True, (6, 1), "contradicted"),
        ("0", False, None, "zero-uncovered"),
    ],
)
def test_a_nought_needs_every_report(
    value: str | None, zero: bool, covered: tuple[int, int] | None, verdict: str
) -> None:
    (claim,) = phrasing.claims("各地未发生亡人事故。").claims
    found = Found(None if value is None else Decimal(value), "起", zero, covered)
    assert verdicts.hold(claim.run, found, units_agree=True).verdict == verdict


def test_a_wrong_unit_goes_before_the_value() -> None:
    (claim,) = phrasing.claims("出动警力6.2万人。").claims
    found = verdicts.hold(claim.run, Found(Decimal(62037), "人次", False), units_agree=False)
    assert (found.verdict, found.offers[0].phrase) == ("wrong-unit", "6.2万人次")


def test_no_figure_is_no_verdict() -> None:
    assert held("198个", None, "个").verdict == "unmatched"


def test_red_is_for_what_a_person_said() -> None:
    for how, shown in (("bound", "red"), ("confirmed", "red"), ("alias", "amber"), ("label", "amber")):
        assert verdicts.colour("contradicted", how) == shown  # type: ignore[arg-type]
    assert verdicts.colour("stale", "bound") == "amber"
    assert verdicts.colour("supported", "label") == "green"
    assert verdicts.colour("unmatched", None) == verdicts.colour("unread", None) == "grey"


def asked(text: str, place: str = JILIN) -> bearings.Asked:
    claims = phrasing.claims(text).claims
    return bearings.bearings(text, claims, place, ASKED)[-1]


@pytest.mark.parametrize(
    ("text", "period"),
    [
        ("全省检查企业85户。", ASKED),
        ("9月10日至12日，全省检查企业85户。", ASKED),
        ("9月10日，全省检查企业85户。", Period.day(date(2022, 9, 10))),
        ("9月9日至11日，全省检查企业85户。", Period.days(date(2022, 9, 9), date(2022, 9, 11))),
        ("9月9日至11日，各地开展行动。共检查企业85户。", Period.days(date(2022, 9, 9), date(2022, 9, 11))),
        ("9月9日至11日，各地开展行动。\n共检查企业85户。", ASKED),
        ("9月9日，各地召开会议。共检查企业85户。", ASKED),
        ("截至9月11日20时，检查企业85户。", Period.parse("2022-09-10", "2022-09-11T20:00")),
        ("截至9月12日20时，检查企业85户。", ASKED),
        ("今年以来，检查企业85户。", Period.parse("2022-01-01", "2022-09-12T20:00")),
        ("今年以来形势平稳。节日期间，检查企业85户。", ASKED),
        ("9月10日检查甲地，9月11日检查企业85户。", ASKED),
        ("省安委办9月8日下发通知，检查企业85户。", ASKED),
        ("本报9月12日讯 全省检查企业85户。", ASKED),
        ("2021年，检查企业85户。", Period.year(2021)),
        ("2021年以来，检查企业85户。", ASKED),
        ("检查企业85户，9月9日结束。", ASKED),
    ],
)
def test_dates_shift_the_period_where_they_are_clear(db: None, text: str, period: Period) -> None:
    assert asked(text).period == period


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("长春市检查企业85户。", CHANGCHUN),
        ("全省检查企业85户，其中长春市12户。", CHANGCHUN),
        ("长春市和延边州检查企业85户。", JILIN),
        ("长春市部署在先，全省检查企业85户。", JILIN),
        ("长春市召开会议。检查企业85户。", JILIN),
        ("二道区检查企业85户。", "220105000000"),
        ("延边州检查企业85户。", "222400000000"),
        ("长白山下检查企业85户。", JILIN),
        ("北京市检查企业85户。", JILIN),
    ],
)
def test_one_place_that_is_named_is_asked_for(db: None, text: str, place: str) -> None:
    places.install_jilin()
    assert asked(text).place == place
