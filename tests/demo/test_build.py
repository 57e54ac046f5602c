"""The build itself: it goes on after an accident, does nothing twice, and leaves a log that verifies."""

from __future__ import annotations

import pytest

from tests.demo.conftest import Demo
from yibiao.bulletins import queries as bulletins
from yibiao.desk.demo import accounts, build, world
from yibiao.desk.operating import everything
from yibiao.forms import queries as forms
from yibiao.ledger import queries as ledger
from yibiao.people import queries as people
from yibiao.places import queries as places
from yibiao.records import queries as records

pytestmark = [pytest.mark.django_db]


def test_a_build_that_was_cut_off_goes_on(demo: Demo) -> None:
    assert any("接着做" in line for line in demo.said)


def test_a_second_build_does_nothing(demo: Demo) -> None:
    said: list[str] = []
    build.build(said.append)
    assert said == ["示例数据已经齐全。"]
    assert ledger.counts().entries == demo.size


def test_the_log_verifies(demo: Demo) -> None:
    verdict = ledger.verify()
    assert verdict.sound, verdict.faults[:5]
    assert verdict.entries == demo.size


def test_five_bulletins_are_issued_and_stand(demo: Demo) -> None:
    issued = [each for each in bulletins.bulletins(everything()) if each.status == "issued"]
    assert {each.program for each in issued} == set(build.PROGRAMS)
    for each in issued:
        assert not each.problems
        assert bulletins.verify(each.id).sound


def test_what_was_corrected_and_withdrawn_keeps_its_history(demo: Demo) -> None:
    plan = build.PROGRAMS["night-patrol"](_counties())
    corrected, withdrawn = plan.corrections[0].id, plan.withdrawals[0].id
    assert [each.act for each in records.history(corrected, scope=everything())] == ["received", "corrected"]
    assert records.record(withdrawn, scope=everything()).state == "withdrawn"


def test_what_clerks_find_filled_in_is_what_the_site_knows(demo: Demo) -> None:
    compared = set()
    for program in build.PROGRAMS:
        for id, tally in (records.tally(program=program, scope=everything()) or {}).items():
            if not tally.confirmed + tally.changed:
                continue
            form = forms.form(id)
            # Of the last record about the same thing the site knows by now the record itself.
            held = {field.name for field in form.fields if "." in field.prefill}
            for record in records.each(scope=everything(), program=program, form=id, limit=5):
                known = records.known(form, record.answers, program=program, scope=everything())
                origins = records.came_about(record.id)
                assert origins is not None
                for name in held & set(known):
                    same = known[name].value == record.answers.get(name)
                    assert name in (origins.confirmed if same else origins.changed), (record.id, name)
                    compared.add((id, name))
    assert len(compared) >= 12


def test_the_places_of_the_page_are_there(demo: Demo) -> None:
    for code, name in ((world.SHIWEI, "十委社区"), (world.MINFENG, "民丰社区")):
        assert places.place(code).name == name
        assert [each.name for each in places.ancestors(code)][1:3] == ["长春市", "二道区"]


def test_a_county_clerk_fills_in_her_county_only(demo: Demo) -> None:
    clerk = people.account_of("erdao")
    assert people.allows(clerk.key, "fill", world.SHIWEI, "night-patrol").allowed
    assert not people.allows(clerk.key, "fill", world.NANGUAN, "night-patrol").allowed
    assert not people.allows(people.account_of("lingdao").key, "fill", world.PROVINCE, "night-patrol").allowed
    assert all(people.account_of(seat.username).sample for seat in accounts.SHOWN)


def _counties() -> world.World:
    prefectures = places.children(world.PROVINCE)
    return world.World(prefectures, [county for each in prefectures for county in places.children(each.code)])
