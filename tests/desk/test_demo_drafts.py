"""The demo's drafts: an issued bulletin with a few mistakes, which the check then finds."""

from __future__ import annotations

from tests.desk.world import JILIN, SAFETY, World
from yibiao.bulletins import queries as bulletins
from yibiao.desk.demo import drafts
from yibiao.people import queries as people


def test_mistakes_are_put_in_and_found(site: World) -> None:
    scope = people.system_scope(place=JILIN, program=SAFETY)
    issued = bulletins.bulletin(site.bulletin, scope=scope)
    said = drafts.seeded(issued.text, issued.citations)
    assert said == drafts.seeded(issued.text, issued.citations)
    assert said != issued.text
    clean = bulletins.check_text(
        issued.text, SAFETY, JILIN, issued.period, issued.checkpoint, bound=issued.citations, scope=scope
    )
    # In this small world most units have filed nothing, so that a printed nought is no zero report.
    assert {one.verdict for one in clean.judged if one.run.claim} <= {"supported", "zero-uncovered", "unmatched"}
    assert not [one for one in clean.faults if one.certainty == "certain"]
    found = bulletins.check_text(said, SAFETY, JILIN, issued.period, issued.checkpoint, scope=scope)
    assert "duplicate_paragraph" in [one.type for one in found.faults]
    assert "wrong-unit" in [one.verdict for one in found.judged]
