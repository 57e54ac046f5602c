"""An answer that was kept is no answer after a merge, nor after its undoing; only outside a transaction is any kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.figures.test_merged import build, by_hand, counted, sealed
from tests.records.town import GOOD, KEPT, THIRD
from yibiao.desk import followers
from yibiao.figures import caching
from yibiao.records import actions


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_nothing_kept")
def test_an_answer_that_was_kept_is_found_anew_after_a_merge_and_its_undoing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(caching, "MOST", 1_000)
    town = build(tmp_path / KEPT)
    sealed()
    followers.catch_up()
    first = counted()
    assert first["firms"] == 3
    ruling = actions.merge("firm", kept=GOOD, merged=THIRD, reason="同一家", by=town.rule())
    sealed()
    assert counted()["firms"] == 2
    actions.undo(ruling.id, reason="看错了", by=town.rule())
    sealed()
    assert counted() == first == by_hand(town)
