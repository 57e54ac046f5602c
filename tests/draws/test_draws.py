"""Draws from registers: frozen, published, made, replaced, made public; each act a fact; run again by a stranger."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.draws.conftest import RISKS, SAFETY, SCHEME, World
from yibiao.core import canon
from yibiao.core import draws as lots
from yibiao.core.problems import Refusal
from yibiao.draws import actions, models, queries, rows
from yibiao.ledger import actions as ledger
from yibiao.ledger import queries as log

ROOT = Path(__file__).parents[2]


def made_public(world: World) -> str:
    by = world.warrant(world.city)
    draw = actions.prepare(SAFETY, SCHEME, "示例抽查", by=by)
    ledger.seal_all()
    drawn = actions.draw(draw.id, by=by)
    assert drawn.outcome is not None
    first = next(one for one in drawn.outcome.drawn if one.risk == "upper")
    actions.replace(draw.id, first.subject, reason="closed", said="已注销", by=by)
    actions.make_public(draw.id, by=by)
    return draw.id


def test_a_draw_from_its_hash_to_its_publication(world: World) -> None:
    by = world.warrant(world.city)
    draw = actions.prepare(SAFETY, SCHEME, "示例抽查", by=by)
    assert (draw.state, draw.outcome, len(draw.frozen.subjects), len(draw.frozen.inspectors)) == (
        "prepared",
        None,
        30,
        6,
    )
    before = queries.published(draw.id)
    assert set(before) == {"title", "state", "digest", "prepared_at", "format", "seed_sha256"}
    with pytest.raises(Refusal) as refused:
        actions.draw(draw.id, by=by)
    assert refused.value.codes == ("draws.draw.unsealed",)
    sealed = ledger.seal_all()
    drawn = actions.draw(draw.id, by=by)
    assert drawn.outcome is not None
    assert sealed is not None
    assert drawn.outcome.beacon == sealed.root, "nobody knew it when the hash was published"
    assert [sum(one.risk == risk for one in drawn.outcome.drawn) for risk in RISKS] == [6, 2, 1, 1, 1]
    assert "seed" not in queries.published(draw.id)
    actions.make_public(draw.id, by=by)
    after = queries.published(draw.id)
    assert after["digest"] == before["digest"]
    assert lots.commitment(after["seed"]) == before["seed_sha256"]
    assert lots.verify(json.loads(canon.dumps(after))) == []


def test_every_act_is_a_revision_and_the_row_is_their_fold(world: World) -> None:
    id = made_public(world)
    row = models.Draw.objects.get(id=id)
    facts = log.history(id, kind=rows.KIND)
    assert [fact.payload["move"] for fact in facts] == ["prepared", "drawn", "replaced", "public"]
    assert [fact.revision for fact in facts] == [1, 2, 3, 4]
    assert facts[-1].payload["answers"] == canon.plain(rows.answers(row))
    assert facts[0].payload["frozen"] == json.loads(row.frozen)
    assert facts[-1].payload["outcome"] == json.loads(row.outcome)
    assert facts[0].payload["answers"]["seed"] == ""


def test_a_stranger_runs_it_again_from_the_file_alone(world: World, tmp_path: Path) -> None:
    content = canon.dumps(queries.published(made_public(world)))
    good, forged = tmp_path / "draw.json", tmp_path / "forged.json"
    good.write_text(content)
    changed = json.loads(content)
    changed["drawn"][0]["inspectors"][0] = changed["drawn"][1]["inspectors"][0]
    if changed == json.loads(content):
        changed["drawn"].pop()
    forged.write_text(json.dumps(changed))
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("YIBIAO_", "DATABASE_URL"))}
    environment |= {"YIBIAO_DATA": str(tmp_path / "empty"), "PYTHONPATH": str(ROOT / "src"), "YIBIAO_LANGUAGE": "zh"}

    def run(path: Path) -> subprocess.CompletedProcess[str]:
        words = [sys.executable, "-m", "yibiao.desk.cli", "draw", "verify", str(path)]
        return subprocess.run(words, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False)

    right = run(good)
    assert right.returncode == 0, right.stderr
    assert "与公示一致" in right.stdout
    assert not list((tmp_path / "empty").glob("*.sqlite3")), "no database is needed"
    wrong = run(forged)
    assert wrong.returncode == 1
    assert "core.draw.result" in wrong.stderr
    good.write_text("not json")
    assert "desk.draw.unreadable" in run(good).stderr


def test_the_order_of_acts_is_kept(world: World) -> None:
    by = world.warrant(world.city)
    draw = actions.prepare(SAFETY, SCHEME, "示例抽查", by=by)
    ledger.seal_all()
    for act in (lambda: actions.make_public(draw.id, by=by),
                lambda: actions.replace(draw.id, "x", reason="closed", said="已注销", by=by)):  # fmt: skip
        with pytest.raises(Refusal) as refused:
            act()
        assert refused.value.codes == ("draws.draw.state",)
    actions.draw(draw.id, by=by)
    with pytest.raises(Refusal) as refused:
        actions.draw(draw.id, by=by)
    assert refused.value.codes == ("draws.draw.state",), "nobody draws until the result pleases"
    with pytest.raises(Refusal) as refused:
        actions.replace(draw.id, "x", reason="closed", said=" ", by=by)
    assert refused.value.codes == ("draws.replacement.reason",)


def test_who_may_draw_and_who_may_look(world: World) -> None:
    with pytest.raises(Refusal) as refused:
        actions.prepare(SAFETY, SCHEME, "示例抽查", by=world.warrant(world.city, "fill"))
    assert refused.value.codes == ("draws.permit.outside",)
    draw = actions.prepare(SAFETY, SCHEME, "示例抽查", by=world.warrant(world.city))
    ledger.seal_all()
    with pytest.raises(Refusal) as refused:
        actions.draw(draw.id, by=world.warrant(world.other))
    assert refused.value.codes == ("draws.permit.outside",)
    assert [one.id for one in queries.page(scope=world.scope(world.city), program=SAFETY)] == [draw.id]
    assert queries.page(scope=world.scope(world.other), program=SAFETY) == ()
    with pytest.raises(Refusal) as refused:
        queries.draw(draw.id, scope=world.scope(world.other))
    assert refused.value.codes == ("draws.draw.unknown",)


def test_what_cannot_be_prepared(world: World) -> None:
    with pytest.raises(Refusal) as refused:
        actions.prepare(SAFETY, "no-such", "示例", by=world.warrant(world.city))
    assert refused.value.codes == ("draws.scheme.unknown",)
    with pytest.raises(Refusal) as refused:
        actions.prepare(SAFETY, SCHEME, " ", by=world.warrant(world.city))
    assert refused.value.codes == ("draws.title.missing",)
    with pytest.raises(Refusal) as refused:
        actions.prepare(SAFETY, SCHEME, "示例", by=world.warrant(world.other))
    assert refused.value.codes == ("core.draw.empty", "core.draw.empty")
