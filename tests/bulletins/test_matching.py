"""Which indicator a claim speaks of: by words and units, one to one, and never by its value."""

from __future__ import annotations

import dataclasses
import inspect
import itertools
import random
import re
import tomllib
from datetime import date
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from yibiao.bulletins import assigning, bearings, lexicons, matching, phrasing, units
from yibiao.bulletins.lexicons import Learned
from yibiao.bulletins.matching import Asked, Proposal
from yibiao.core.periods import Period
from yibiao.core.texts import Text
from yibiao.figures import queries as figures
from yibiao.figures.types import Figure, Indicator
from yibiao.packs import queries as packs

PERIOD = Period.days(date(2022, 9, 10), date(2022, 9, 12))
SEED = Path(__file__).resolve().parents[3] / "shared" / "seed"
PROGRAMS = {
    "A1": "holiday-safety", "A2": "night-patrol", "A3": "cyber-week", "A5": "community-desk", "A6": "happy-community",
}  # fmt: skip


@cache
def indicators(pack: str) -> tuple[Indicator, ...]:
    """The indicators of a shipped pack as its file has them: labels and aliases are all that matching looks at."""
    folder = next(one for one in packs.shipped() if one.name == pack)
    given = tomllib.loads((folder / "indicators.toml").read_text(encoding="utf-8"))["indicator"]
    fields = {field.name for field in dataclasses.fields(Indicator)} - {"label", "counts", "aliases", "valid_from"}
    return tuple(
        Indicator(
            pack=pack,
            label=Text(**one["label"]),
            counts=Text(**one["counts"]),
            aliases=tuple(one.get("aliases", ())),
            **{name: value for name, value in one.items() if name in fields},
        )
        for one in given
    )


def matched(text: str, pack: str, learned: tuple[Learned, ...] = (), **given_: object) -> list[Proposal]:
    claims = phrasing.claims(text).claims
    asked = [Asked("220000000000", PERIOD)] * len(claims)
    return matching.propose(claims, asked, lexicons.lexicon(indicators(pack), learned), **given_)  # type: ignore[arg-type]


def names(found: list[Proposal]) -> list[str | None]:
    return [one.match.indicator.id if one.match else None for one in found]


@pytest.mark.parametrize(
    ("claimed", "indicator", "agree"),
    [
        ("户", "家", True), ("个", "户", True), ("家", "个", True), ("台次", "辆次", True), ("场", "场次", True),
        ("项", "个", True), ("处", "起", True), ("位", "名", True), ("册", "份", True), ("次", "场次", True),
        ("矿次", "矿次", True), ("%", "%", True), ("大", "个", True), ("栋", "个", True), ("次", "户次", True),
        ("人", "人次", False), ("人次", "人", False), ("户", "户次", False), ("人", "户", False), ("人", "个", False),
        ("%", "个", False), ("个", "%", False), ("天", "个月", False), ("元", "个", False), ("级", "个", False),
        ("次", "人次", False), ("台次", "人次", False), ("天", "个", False), ("个", "人次", False),
        ("", "个", True), ("", "人", True), ("", "人次", False), ("", "%", False), ("", "天", False),
    ],
)  # fmt: skip
def test_units_that_may_speak_of_one_thing(claimed: str, indicator: str, agree: bool) -> None:
    assert units.agree(units.dimension(claimed), indicator) is agree


def test_where_no_unit_is_written_the_noun_says_it() -> None:
    assert units.agree(units.dimension(None, "累计参与人数"), "人")
    assert not units.agree(units.dimension(None, "累计参与人数"), "户")
    assert units.agree(units.dimension(None, "覆盖人次"), "人次")


@pytest.mark.parametrize(
    ("text", "pack", "expected"),
    [
        ("检查企业85户，发现问题隐患198个，其中责令立即整改153项。", "holiday-safety",
         ["enterprises", "hazards", "hazards-at-once"]),
        ("消防救援队伍派出309个检查组，检查674家单位。", "holiday-safety", ["fire-teams", "fire-units"]),
        ("在危化领域检查企业352户，在煤矿领域检查170矿次。", "holiday-safety", ["hazchem-enterprises", "coal-visits"]),
        ("查处酒驾684起、醉驾113起、炸街扰民38起。", "night-patrol",
         ["drink-driving", "drunk-driving", "street-racing"]),
        ("出动警力6.2万人次、车辆1.7万台次。", "night-patrol", ["police", "vehicles"]),
        ("共有9个小区、4个独栋楼。", "community-desk", ["quarters", "stand-alone"]),
        ("评定薄弱小区41个。", "happy-community", ["weak"]),
        ("全年降水量450毫米，参加培训300人。", "night-patrol", [None, None]),
        ("检查场所同比增长12.5%。", "night-patrol", [None]),
        ("出动警力6.2万人。", "night-patrol", [None]),
    ],
)  # fmt: skip
def test_a_claim_finds_its_indicator(text: str, pack: str, expected: list[str | None]) -> None:
    assert names(matched(text, pack)) == expected


def test_what_fails_on_its_unit_alone_is_said() -> None:
    (found,) = matched("出动警力6.2万人。", "night-patrol")
    assert found.mistaken is not None
    assert found.mistaken.indicator.id == "police"
    assert not found.found


def test_the_same_words_share_an_indicator_and_others_do_not() -> None:
    twice = matched("共检查场所2.8万余个。\n共检查场所2.8万余个。", "night-patrol")
    assert names(twice) == ["venues", "venues"]
    both = names(matched("全省检查场所300个，各地复查场所20个。", "night-patrol"))
    assert both.count("venues") <= 1


def test_a_part_is_never_taken_for_its_whole() -> None:
    found = names(matched("排查整改安全隐患3891处，其中当场整改2964处。", "night-patrol"))
    assert found == ["hazards", "hazards-fixed"]


def test_what_was_learned_rejected_and_settled_counts() -> None:
    text = "走访风险苗头12处。"
    assert names(matched(text, "night-patrol")) == [None]
    phrase = phrasing.claims(text).claims[0].phrase
    taught = (Learned("night-patrol.hazards", phrase),)
    (found,) = matched(text, "night-patrol", taught)
    assert found.match is not None
    assert (found.match.indicator.id, found.match.score, found.match.alias) == ("hazards", 1.0, True)
    assert names(matched("走访风险苗头12人。", "night-patrol", taught)) == [None]
    rejected = {0: frozenset({"night-patrol.hazards"})}
    assert names(matched(text, "night-patrol", taught, rejected=rejected)) == [None]
    two = "查处酒驾684起，通报酒驾3起。"
    free = names(matched(two, "night-patrol"))
    assert free[0] == "drink-driving"
    settled = matched(two, "night-patrol", settled={1: "night-patrol.drink-driving"})
    assert settled[0].match is None


def numbers_shuffled(text: str, seed: int) -> str:
    """The same text with its digits changed, but no number made longer or shorter."""
    chance = random.Random(seed)
    return re.sub(r"(?<![\d.])[1-9](?=\d*[处个户家起人份场册矿台]|\.\d)", lambda _: str(chance.randint(1, 9)), text)


@pytest.mark.parametrize("seed", range(20))
def test_other_values_give_the_same_matches(seed: int) -> None:
    text = (
        "累计检查28个县（市、区）、40个行业部门、85户企业（单位），发现问题隐患198个，责令立即整改153项。"
        "消防救援队伍派出检查组309个，检查单位674家，排查治理隐患1268处。领导在岗带班345人次，干部值班备勤1237人次。"
    )
    other = numbers_shuffled(text, seed)
    assert other != text
    assert names(matched(other, "holiday-safety")) == names(matched(text, "holiday-safety"))


def test_the_matcher_is_given_no_figure() -> None:
    """Its modules know the definitions of indicators only: neither figures nor the value of a claim."""
    for module in (matching, lexicons, assigning, units, bearings):
        held = vars(module).values()
        assert Figure not in held
        assert figures not in held
        source = inspect.getsource(module)
        assert ".value" not in source.replace(".values()", "")
        assert ".interval" not in source
    fields = {field.name for field in dataclasses.fields(Indicator)}
    assert not fields & {"value", "facts"}


@given(
    some.dictionaries(
        some.tuples(some.integers(0, 4), some.integers(0, 4)),
        some.floats(0.01, 1).map(lambda x: round(x, 3)),
        max_size=12,
    )
)
@settings(max_examples=80, deadline=None)
def test_the_assignment_is_one_to_one_and_the_best(scores: dict[tuple[int, int], float]) -> None:
    found = assigning.assign(scores)
    assert len(set(found.values())) == len(found)
    assert all(pair in scores for pair in found.items())
    best = 0.0
    for order in itertools.permutations([*range(5), *[None] * 5], 5):
        pairs = [(row, column) for row, column in enumerate(order) if column is not None]
        if all(pair in scores for pair in pairs):
            best = max(best, sum(scores[pair] for pair in pairs))
        if best and len(scores) < 3:
            break
    if len(scores) >= 3:
        assert abs(sum(scores[pair] for pair in found.items()) - best) < 1e-9


def test_many_claims_are_assigned_in_bounded_time() -> None:
    scores = {(row, column): 1.0 - abs(row - column) / 1000 for row in range(300) for column in range(60)}
    found = assigning.assign(scores)
    assert len(found) == 60
    assert len(set(found.values())) == 60


# What each number of the page speaks of, in the order in which its article states them; several where the
# page itself does not tell which; "" where no indicator of the pack is meant.
GOLD = {
    "A1": (
        " direct-accidents months-without-large flood-deaths forest-fires leader-visits teams counties departments "
        "enterprises hazards hazards-at-once duty-leaders duty-staff  hazchem-enterprises coal-visits "
        "noncoal-enterprises trade-enterprises fire-teams fire-units fire-hazards"
    ),
    "A2": (
        "hazards drink-driving drunk-driving street-racing points sessions leaflets served requests    police vehicles "
        "mass venues venues"
    ),
    "A3": (
        "access-points participants exhibitors work-fields works theme-days contests offline-events items exposures "
        "theme-days"
    ),
    "A5": "quarters stand-alone households residents   modes no-lift merchants workers service-days",
    "A6": "steps city-old-share|county-old-share city-awards|city-quota county-awards|county-quota weak-share",
}


@pytest.mark.skipif(not SEED.is_dir(), reason="the development page is not here")
def test_the_page_finds_its_indicators_by_labels_and_aliases_alone() -> None:
    import json

    text = (SEED / "page.txt").read_text(encoding="utf-8")
    noted = [json.loads(line) for line in (SEED / "claims.jsonl").read_text(encoding="utf-8").splitlines()]
    read = phrasing.claims(text)
    at = {claim.run.num_start: index for index, claim in enumerate(read.claims) if claim.run.num}
    proposed = right = meant = 0
    for article, pack in PROGRAMS.items():
        said = [one for one in noted if one["article"] == article and one["claim"]]
        gold = dict(zip((one["num_start"] for one in said), GOLD[article].split(" "), strict=True))
        own = [index for start, index in sorted(at.items()) if start in gold]
        moved = {index: number for number, index in enumerate(own)}
        claims = [
            dataclasses.replace(one, whole=moved.get(one.whole) if one.whole is not None else None)
            for one in (read.claims[index] for index in own)
        ]
        found = matching.propose(claims, [Asked("", PERIOD)] * len(claims), lexicons.lexicon(indicators(pack)))
        for claim, one in zip(claims, found, strict=True):
            wanted = gold[claim.run.num_start].split("|")
            proposed += one.match is not None
            right += one.match is not None and one.match.indicator.id in wanted
        meant += sum(bool(one) for one in gold.values())
    assert meant == 59
    assert right / proposed >= 0.95, (right, proposed)
    assert right / meant >= 0.80, (right, meant)
