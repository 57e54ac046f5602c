"""Notices go down the tree: who may issue, sign, forward, press; what each act leaves in the log."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from tests.notices.conftest import CHANGCHUN, ERDAO, JILIN, NANGUAN, SAFETY, SIPING, STREET, World, draft
from yibiao.core import canon
from yibiao.core.problems import Refusal
from yibiao.ledger import queries as ledger
from yibiao.notices import actions, models, queries, rows
from yibiao.notices.types import Notice, Receipt, Receiver, Upload


def receipt_of(world: World, notice: Notice, place: str, organisation: str = "") -> Receipt:
    held = queries.receipts(notice.id, scope=world.scope(world.province))
    return next(one for one in held if (one.place, one.organisation) == (place, organisation))


def assert_rows_are_folds() -> None:
    """Every row is the fold of its facts, and every act is a revision without a gap."""
    for row in models.Notice.objects.all():
        facts = ledger.history(row.id, kind=rows.NOTICE)
        assert [fact.revision for fact in facts] == list(range(1, row.revision + 1))
        assert rows.folded(facts) == canon.plain(rows.notice_answers(row))
        assert facts[-1].withdrawn == (row.state == "withdrawn")
    for receipt in models.Receipt.objects.all():
        facts = ledger.history(receipt.id, kind=rows.RECEIPT)
        assert [fact.revision for fact in facts] == list(range(1, receipt.revision + 1))
        assert rows.folded(facts) == canon.plain(rows.receipt_answers(receipt))


def test_a_notice_walks_down_the_tree(world: World, issued: Notice) -> None:
    held = {one.place: one for one in queries.receipts(issued.id, scope=world.scope(world.province))}
    assert set(held) == {CHANGCHUN, SIPING}
    assert issued.due_at == issued.issued_at + timedelta(hours=48)
    city = world.warrant(world.city, "review")
    assert actions.read(held[CHANGCHUN].id, by=city).state == "read"
    assert actions.sign(held[CHANGCHUN].id, by=city).state == "signed"
    below = actions.forward(
        held[CHANGCHUN].id,
        [Receiver(ERDAO), Receiver("", "ed-fire"), Receiver(NANGUAN)],
        addendum="请各区当日转发到街道。",
        due_at=issued.issued_at + timedelta(hours=20),
        by=city,
    )
    assert [(one.place, one.organisation, one.depth) for one in below] == [
        (NANGUAN, "", 2), (ERDAO, "", 2), (ERDAO, "ed-fire", 2),
    ]  # fmt: skip
    erdao = next(one for one in below if one.place == ERDAO and not one.organisation)
    assert erdao.addendum == "请各区当日转发到街道。"
    actions.sign(erdao.id, by=world.warrant(world.erdao, "fill"))
    (street,) = actions.forward(erdao.id, [Receiver(STREET)], by=world.warrant(world.erdao, "fill"))
    assert (street.depth, street.due_at) == (3, erdao.due_at)
    actions.answer(erdao.id, "已部署到 12 个街道。", by=world.warrant(world.erdao, "fill"))
    tally = queries.notice(issued.id, scope=world.scope(world.province)).tally
    assert (tally.receivers, tally.signed, tally.answered, tally.unsigned) == (6, 1, 1, 4)
    moves = [step.move for step in queries.history(issued.id, scope=world.scope(world.province))]
    assert moves == ["issued", "read", "signed", "forwarded", "signed", "forwarded", "answered"]
    assert_rows_are_folds()


def test_the_tree_of_receipts_is_walked_downwards(world: World, issued: Notice) -> None:
    changchun = receipt_of(world, issued, CHANGCHUN)
    actions.sign(changchun.id, by=world.warrant(world.city, "fill"))
    actions.forward(changchun.id, [Receiver(NANGUAN)], by=world.warrant(world.city, "fill"))
    seen = queries.receipts(issued.id, scope=world.scope(world.province))
    assert [one.place for one in seen] == [CHANGCHUN, NANGUAN, SIPING]


def test_a_notice_is_open_to_its_issuer_and_its_receivers_only(world: World, issued: Notice) -> None:
    assert queries.notice(issued.id, scope=world.scope(world.city)).title == issued.title
    assert queries.notice(issued.id, scope=world.scope(world.leader)).title == issued.title
    for stranger in (world.erdao, world.nanguan, world.street):
        with pytest.raises(Refusal) as refused:
            queries.notice(issued.id, scope=world.scope(stranger))
        assert refused.value.codes == ("notices.notice.unknown",)
        assert queries.page(scope=world.scope(stranger), program=SAFETY).total == 0
    # A receiver sees the own branch, not who else was slow.
    assert [one.place for one in queries.receipts(issued.id, scope=world.scope(world.siping))] == [SIPING]
    assert queries.notice(issued.id, scope=world.scope(world.siping)).tally.receivers == 1
    changchun = receipt_of(world, issued, CHANGCHUN)
    actions.sign(changchun.id, by=world.warrant(world.city, "fill"))
    actions.forward(changchun.id, [Receiver(ERDAO)], by=world.warrant(world.city, "fill"))
    assert queries.notice(issued.id, scope=world.scope(world.erdao)).tally.receivers == 1
    assert queries.page(scope=world.scope(world.erdao), program=SAFETY).total == 1


def test_nobody_signs_for_another(world: World, issued: Notice) -> None:
    changchun = receipt_of(world, issued, CHANGCHUN)
    for who in (world.province, world.siping, world.erdao):
        with pytest.raises(Refusal) as refused:
            actions.sign(changchun.id, by=world.warrant(who, "fill"))
        assert refused.value.codes == ("notices.receipt.not-own",)
    with pytest.raises(Refusal) as refused:
        actions.sign(changchun.id, by=world.warrant(world.leader, "analyse"))
    assert refused.value.codes == ("notices.receipt.not-own",)
    actions.sign(changchun.id, by=world.warrant(world.city, "fill"))
    with pytest.raises(Refusal) as refused:
        actions.sign(changchun.id, by=world.warrant(world.city, "fill"))
    assert refused.value.codes == ("notices.receipt.signed",)


def test_an_organisation_is_not_its_place(world: World) -> None:
    notice = actions.issue(draft(receivers=(Receiver("", "ed-fire"),)), by=world.warrant(world.province, "review"))
    (fire,) = queries.receipts(notice.id, scope=world.scope(world.province))
    assert (fire.place, fire.organisation) == (ERDAO, "ed-fire")
    with pytest.raises(Refusal) as refused:
        actions.sign(fire.id, by=world.warrant(world.erdao, "fill"))
    assert refused.value.codes == ("notices.receipt.not-own",)
    assert actions.sign(fire.id, by=world.warrant(world.fire, "fill")).state == "signed"


def test_who_does_not_review_does_not_issue(world: World) -> None:
    for by in (world.warrant(world.province, "fill"), world.warrant(world.leader, "analyse")):
        with pytest.raises(Refusal) as refused:
            actions.issue(draft(CHANGCHUN), by=by)
        assert refused.value.codes == ("notices.permit.outside",)
    # A right over the own district does not make the city's letterhead one's own.
    notice = actions.issue(draft(STREET), by=world.warrant(world.erdao, "review"))
    assert (notice.place, notice.organisation) == (ERDAO, "ed")


def test_everything_wrong_with_a_draft_is_said_at_once(world: World) -> None:
    wrong = draft(
        number="示安办[2022]021号", title=" ", text="", kind="poem", occasion="no-such",
        due_at=timezone.now() - timedelta(hours=1),
        receivers=(Receiver(JILIN), Receiver("", "jl")),
        attachments=(Upload("工作方案.exe", b"MZ"), Upload("图.png", b"GIF89a"), Upload("../a.txt", b"x")),
    )  # fmt: skip
    with pytest.raises(Refusal) as refused:
        actions.issue(wrong, by=world.warrant(world.province, "review"))
    assert sorted(refused.value.codes) == sorted([
        "notices.number.shape", "notices.title.missing", "notices.text.missing", "notices.kind.unknown",
        "notices.occasion.unknown", "notices.due.wrong", "notices.receivers.outside", "notices.receivers.outside",
        "notices.attachment.type", "notices.attachment.type", "notices.attachment.name",
    ])  # fmt: skip
    assert not models.Notice.objects.exists()
    with pytest.raises(Refusal) as refused:
        actions.issue(draft(), by=world.warrant(world.province, "review"))
    assert refused.value.codes == ("notices.receivers.none",)
    with pytest.raises(Refusal) as refused:
        actions.issue(draft(SIPING), by=world.warrant(world.city, "review"))
    assert refused.value.codes == ("notices.receivers.outside",)


@pytest.mark.parametrize(
    ("number", "good"),
    [
        ("示安办〔2022〕21号", True), ("吉示发〔2022〕1号", True), ("示安办〔22〕21号", False),
        ("示安办〔2022〕第21号", False), ("示安办〔2022〕021号", False), ("示安办(2022)21号", False),
        ("〔2022〕1号", False),
    ],
)  # fmt: skip
def test_document_numbers(number: str, good: bool) -> None:
    assert bool(actions.NUMBER.fullmatch(number)) is good


def test_a_number_is_used_once(world: World, issued: Notice) -> None:
    by = world.warrant(world.province, "review")
    with pytest.raises(Refusal) as refused:
        actions.issue(draft(CHANGCHUN), by=by)
    assert refused.value.codes == ("notices.number.taken",)
    # Another organisation has numbers of its own.
    assert actions.issue(draft(ERDAO), by=world.warrant(world.city, "review")).number == issued.number


def test_a_replaced_and_a_withdrawn_notice_are_closed(world: World, issued: Notice) -> None:
    by = world.warrant(world.province, "review")
    changchun = receipt_of(world, issued, CHANGCHUN)
    new = actions.issue(draft(CHANGCHUN, replaces=issued.id, title="示例更正后的通知"), by=by)
    old = queries.notice(issued.id, scope=world.scope(world.province))
    assert (old.state, old.replaced_by, new.replaces) == ("replaced", new.id, old.id)
    with pytest.raises(Refusal) as refused:
        actions.sign(changchun.id, by=world.warrant(world.city, "fill"))
    assert refused.value.codes == ("notices.notice.closed",)
    with pytest.raises(Refusal) as refused:
        actions.withdraw(new.id, reason="", by=by)
    assert refused.value.codes == ("notices.reason.missing",)
    with pytest.raises(Refusal) as refused:
        actions.withdraw(new.id, reason="印错了", by=world.warrant(world.city, "review"))
    assert refused.value.codes == ("notices.permit.outside",)
    assert actions.withdraw(new.id, reason="印错了", by=by).state == "withdrawn"
    assert ledger.history(new.id, kind=rows.NOTICE)[-1].withdrawn
    with pytest.raises(Refusal) as refused:
        actions.withdraw(new.id, reason="再来一次", by=by)
    assert refused.value.codes == ("notices.notice.closed",)
    assert queries.waiting(world.bodies(world.city), scope=world.scope(world.city)) == ()
    assert_rows_are_folds()


def test_forwarding_has_its_limits(world: World, issued: Notice) -> None:
    changchun, by = receipt_of(world, issued, CHANGCHUN), world.warrant(world.city, "fill")
    with pytest.raises(Refusal) as refused:
        actions.forward(changchun.id, [Receiver(ERDAO)], by=by)
    assert refused.value.codes == ("notices.receipt.unsigned",)
    actions.sign(changchun.id, by=by)
    assert issued.due_at is not None
    with pytest.raises(Refusal) as refused:
        actions.forward(
            changchun.id, [Receiver(SIPING), Receiver(CHANGCHUN)], due_at=issued.due_at + timedelta(hours=1), by=by
        )
    assert sorted(refused.value.codes) == [
        "notices.due.wrong", "notices.receivers.outside", "notices.receivers.outside",
        "notices.receivers.repeated", "notices.receivers.repeated",
    ]  # fmt: skip
    actions.forward(changchun.id, [Receiver(ERDAO)], by=by)
    with pytest.raises(Refusal) as refused:
        actions.forward(changchun.id, [Receiver(ERDAO)], by=by)
    assert refused.value.codes == ("notices.receivers.repeated",)


def test_reminders_reach_who_has_not_signed(world: World, issued: Notice) -> None:
    by, now = world.warrant(world.province, "review"), issued.issued_at
    changchun = receipt_of(world, issued, CHANGCHUN)
    actions.sign(changchun.id, by=world.warrant(world.city, "fill"))
    actions.forward(changchun.id, [Receiver(ERDAO), Receiver(NANGUAN)], by=world.warrant(world.city, "fill"))
    groups = queries.unsigned(issued.id, scope=world.scope(world.province))
    assert [(one.level, [r.place for r in one.receipts], one.receivers) for one in groups] == [
        ("prefecture", [SIPING], 2), ("county", [NANGUAN, ERDAO], 2),
    ]  # fmt: skip
    # Who forwarded presses those below; nobody presses sideways.
    pressed = actions.remind(issued.id, by=world.warrant(world.city, "fill"), at=now + timedelta(hours=1))
    assert {one.place for one in pressed} == {ERDAO, NANGUAN}
    with pytest.raises(Refusal) as refused:
        actions.remind(issued.id, by=world.warrant(world.siping, "fill"))
    assert refused.value.codes == ("notices.permit.outside",)
    again = actions.remind(issued.id, by=by, at=now + timedelta(hours=1, minutes=5))
    assert [one.place for one in again] == [SIPING], "those pressed five minutes ago are left in peace"
    with pytest.raises(Refusal) as refused:
        actions.remind(issued.id, by=by, at=now + timedelta(hours=1, minutes=6))
    assert refused.value.codes == ("notices.reminder.too-soon",)
    all_of_them = actions.remind(issued.id, by=by, at=now + timedelta(hours=3))
    assert {(one.place, one.reminders) for one in all_of_them} == {(SIPING, 2), (ERDAO, 2), (NANGUAN, 2)}
    assert_rows_are_folds()


def test_nobody_is_pressed_when_all_have_signed(world: World) -> None:
    by = world.warrant(world.province, "review")
    notice = actions.issue(draft(CHANGCHUN), by=by)
    actions.sign(receipt_of(world, notice, CHANGCHUN).id, by=world.warrant(world.city, "fill"))
    with pytest.raises(Refusal) as refused:
        actions.remind(notice.id, by=by)
    assert refused.value.codes == ("notices.reminder.none",)


def test_what_waits_for_whom(world: World, issued: Notice) -> None:
    scope, bodies = world.scope(world.city), world.bodies(world.city)
    assert [one.notice.id for one in queries.waiting(bodies, scope=scope)] == [issued.id]
    assert [one.notice.id for one in queries.waiting(world.bodies(world.leader), scope=scope)] == [issued.id]
    assert queries.waiting(world.bodies(world.erdao), scope=world.scope(world.erdao)) == ()
    actions.sign(receipt_of(world, issued, CHANGCHUN).id, by=world.warrant(world.city, "fill"))
    assert queries.waiting(bodies, scope=scope) == ()
    asked = actions.issue(
        draft(CHANGCHUN, number="示安办〔2022〕22号", wants_feedback=True), by=world.warrant(world.province, "review")
    )
    mine = receipt_of(world, asked, CHANGCHUN)
    actions.sign(mine.id, by=world.warrant(world.city, "fill"))
    assert [one.notice.id for one in queries.waiting(bodies, scope=scope)] == [asked.id], "it still asks for an answer"
    actions.answer(mine.id, "已落实。", by=world.warrant(world.city, "fill"))
    assert queries.waiting(bodies, scope=scope) == ()
    pressing = queries.pressing(scope=world.scope(world.province), program=SAFETY)
    assert [(one.id, one.tally.unsigned) for one in pressing] == [(issued.id, 1)]


def test_attachments_are_kept_and_held_against_their_digest(world: World) -> None:
    plan = Upload("方案.pdf", b"%PDF-1.7\n" + b"x" * 1000)
    notice = actions.issue(draft(CHANGCHUN, attachments=(plan,)), by=world.warrant(world.province, "review"))
    (kept,) = queries.notice(notice.id, scope=world.scope(world.city)).attachments
    assert (kept.name, kept.size) == ("方案.pdf", 1009)
    fact = ledger.fact(notice.id, kind=rows.NOTICE)
    assert fact is not None
    assert fact.payload["answers"]["attachments"][0]["digest"] == kept.digest
    assert queries.attachment(notice.id, kept.digest, scope=world.scope(world.city)) == (kept, plan.content)
    with pytest.raises(Refusal) as refused:
        queries.attachment(notice.id, kept.digest, scope=world.scope(world.nanguan))
    assert refused.value.codes == ("notices.notice.unknown",)
    path = settings.DATA / "notices" / kept.digest[:2] / kept.digest
    path.write_bytes(b"%PDF-1.7\nsomething else")
    with pytest.raises(Refusal) as refused:
        queries.attachment(notice.id, kept.digest, scope=world.scope(world.city))
    assert refused.value.codes == ("notices.attachment.damaged",)
    path.unlink()


def test_a_late_signature_is_late(world: World, issued: Notice) -> None:
    assert issued.due_at is not None
    changchun = receipt_of(world, issued, CHANGCHUN)
    signed = actions.sign(changchun.id, by=world.warrant(world.city, "fill"), at=issued.due_at + timedelta(seconds=1))
    assert signed.late(timezone.now())
    tally = queries.notice(issued.id, scope=world.scope(world.province)).tally
    assert tally.late == 1
