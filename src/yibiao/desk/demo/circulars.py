"""The notices of the holiday: issued by three offices, signed for down the tree, some of them not yet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Final

from yibiao.desk.demo.plan import moment
from yibiao.desk.demo.stories import Story
from yibiao.desk.demo.world import CHANGCHUN, ERDAO, NANGUAN, PROVINCE, clerk_of
from yibiao.desk.operating import everything
from yibiao.notices import actions, queries
from yibiao.notices.types import NoticeDraft, Receipt, Receiver, Upload, WarningDraft
from yibiao.people import queries as people
from yibiao.people.types import Account, Right, Warrant
from yibiao.places import queries as places

PROGRAM: Final = "holiday-safety"
# User name → (organisation, its name): the offices that issue.
OFFICES: Final[Mapping[str, tuple[str, str]]] = {
    "anweiban": ("220000-awb", "省安委办"),
    "fangxunban": ("220000-fxb", "省防汛办"),
    "senfangban": ("220000-sfb", "省森防办"),
    "yingjiting": ("220000-yjt", "省应急管理厅"),
}


@dataclass(frozen=True, slots=True)
class Circular:
    """One notice of the demo. ``asleep`` are the prefectures that have not signed for it."""

    number: str
    title: str
    office: str
    kind: str
    occasion: str
    at: str
    text: str
    asleep: tuple[str, ...] = ()
    forwarded: bool = False
    withdrawn: str = ""
    attachment: str = ""


_SAFETY: Final = (
    "各市（州）安委会，省安委会成员单位：\n\n中秋节假期将至，请做好以下工作。\n\n"
    "一、节前对危险化学品、矿山、消防、道路交通等重点行业领域开展一次检查，发现隐患立即整改；不能立即整改的，"
    "明确责任人和时限。\n\n二、落实领导带班和关键岗位24小时值班，9月10日至12日每日报送平安情况。\n\n"
    "三、发生突发事件，按规定时限报告。\n\n（样例文字，用于演示）"
)
_FLOOD: Final = (
    "各市（州）防汛抗旱指挥部：\n\n请对照水毁工程台账，抓紧落实汛期工程整改措施，9月12日前报送进展。\n\n（样例文字）"
)
_FOREST: Final = (
    "各市（州）森林草原防灭火指挥部：\n\n假期进入林区人员增多，请加强入山管理、火源管控和巡护。\n\n（样例文字）"
)
_PLAIN: Final = "各市（州）有关单位：\n\n请按往年要求办理，按时报送。\n\n（样例文字）"
CIRCULARS: Final = (
    Circular("样防汛〔2022〕8号", "关于做好汛期值班工作的通知（样例）", "fangxunban", "notice", "routine",
             "2022-06-01 09:00", _PLAIN),
    Circular("样应急〔2022〕30号", "关于报送季度隐患统计的通知（样例）", "yingjiting", "notice", "routine",
             "2022-07-05 14:00", _PLAIN),
    Circular("样安办〔2022〕20号", "关于假期值班安排的通知（样例）", "anweiban", "notice", "mid-autumn",
             "2022-09-07 16:40", _PLAIN, withdrawn="附表有误，另行印发"),
    Circular("样安办〔2022〕21号", "关于中秋假期安全防范的通知（样例）", "anweiban", "notice", "mid-autumn",
             "2022-09-08 10:20", _SAFETY, forwarded=True, attachment="平安情况报送表.txt"),
    Circular("样防汛〔2022〕17号", "关于抓紧落实工程整改措施的通知（样例）", "fangxunban", "notice", "mid-autumn",
             "2022-09-08 15:05", _FLOOD, asleep=("220800000000",)),
    Circular("样森防函〔2022〕9号", "关于假期森林草原防火的提示函（样例）", "senfangban", "letter", "mid-autumn",
             "2022-09-09 09:40", _FOREST, asleep=(CHANGCHUN, "220700000000", "222400000000")),
)  # fmt: skip
_ASLEEP_BELOW: Final = 4


def stories(accounts: Mapping[str, Account]) -> Iterator[Story]:
    """Every notice that has not been issued, and the warnings."""
    held = {one.number for one in queries.page(scope=everything(), program=PROGRAM, size=500).items}
    for circular in CIRCULARS:
        if circular.number not in held:
            yield _Notice(accounts, circular).story()
    if not queries.warnings(scope=everything(), program=PROGRAM):
        yield _warnings(accounts)


def _warnings(accounts: Mapping[str, Account]) -> Story:
    """A warning of forest fires over the holiday, and the drill of a month before, which nothing counts."""
    drill = WarningDraft(
        PROGRAM, "暴雨", "Met", "Severe", "Expected", "Possible", "暴雨橙色预警演练（样例）",
        "演练：假定6小时内降雨量将达50毫米以上。", (CHANGCHUN,), moment("2022-08-20 12:00"), status="Exercise",
        sample=True,
    )  # fmt: skip
    yield (at := moment("2022-08-20 09:00"))
    by = people.warrant(accounts["fangxunban"].key, "review", place=PROVINCE, program=PROGRAM)
    made = actions.issue_warning(drill, by=by, at=at)
    yield (at := moment("2022-08-20 11:00"))
    actions.cancel_warning(made.warning, reason="演练结束", by=by, at=at)
    fires = WarningDraft(
        PROGRAM, "森林火险", "Fire", "Moderate", "Future", "Likely", "森林火险黄色预警（样例）",
        "9月10日至12日，东部林区气温偏高、风力较大，森林火险等级较高。",
        ("220200000000", "220600000000", "222400000000"),
        moment("2022-09-13 08:00"), "严禁野外用火，加强入山检查和巡护。", ("Prepare", "Monitor"), sample=True,
    )  # fmt: skip
    yield (at := moment("2022-09-09 17:00"))
    by = people.warrant(accounts["senfangban"].key, "review", place=PROVINCE, program=PROGRAM)
    actions.issue_warning(fires, by=by, at=at)


class _Notice:
    """One notice from its issue to what was signed by the end of the holiday."""

    def __init__(self, accounts: Mapping[str, Account], circular: Circular) -> None:
        self.accounts, self.circular = accounts, circular
        self.random = Random(f"yibiao/{circular.number}")  # noqa: S311 (invented facts, not secrets)
        self.at = moment(circular.at)

    def story(self) -> Story:
        one = self.circular
        files = [Upload(one.attachment, "单位、日期、有无情况\n（样例）\n".encode())] if one.attachment else []
        draft = NoticeDraft(
            PROGRAM, one.kind, one.number, one.title, one.text,
            tuple(Receiver(place.code) for place in places.children(PROVINCE)),
            occasion=one.occasion, attachments=tuple(files), sample=True,
        )  # fmt: skip
        yield self.at
        by = self._warrant(one.office, "review", PROVINCE)
        notice = actions.issue(draft, by=by, at=self.at)
        if one.withdrawn:
            yield (at := self.at + timedelta(hours=2))
            actions.withdraw(notice.id, reason=one.withdrawn, by=by, at=at)
            return
        yield from self._signed(
            [one for one in queries.receipts(notice.id, scope=everything()) if one.place not in self.circular.asleep],
            hours=20,
        )
        if one.forwarded:
            yield from self._forward(notice.id)
        if one.asleep:
            yield (at := self.at + timedelta(hours=30))
            actions.remind(notice.id, by=by, at=at)

    def _forward(self, notice: str) -> Story:
        """长春 passes it on to its counties; 二道 answers, 南关 and a few others have not signed."""
        yield (at := self.at + timedelta(hours=21))
        held = {one.place: one for one in queries.receipts(notice, scope=everything())}
        by = self._warrant(clerk_of(CHANGCHUN), "fill", CHANGCHUN)
        below = actions.forward(
            held[CHANGCHUN].id,
            [Receiver(place.code) for place in places.children(CHANGCHUN)],
            addendum="请各县（市、区）转到街道和重点企业，9月9日17时前签收。（样例）",
            by=by,
            at=at,
        )
        asleep = self._asleep(below)
        yield from self._signed([one for one in below if one.place not in asleep], hours=16)
        erdao = next(one for one in below if one.place == ERDAO)
        said = "已转到各街道和82家重点企业，值班安排已报备。（样例）"
        own = self._warrant(clerk_of(ERDAO), "fill", ERDAO)
        yield (at := self.at + timedelta(hours=40))
        actions.answer(erdao.id, said, by=own, at=at)
        yield (at := self.at + timedelta(hours=46))
        actions.remind(notice, by=by, at=at)

    def _asleep(self, below: Sequence[Receipt]) -> set[str]:
        others = sorted(one.place for one in below if one.place not in (ERDAO, NANGUAN))
        return {NANGUAN, *self.random.sample(others, _ASLEEP_BELOW - 1)}

    def _signed(self, receipts: Sequence[Receipt], *, hours: int) -> Story:
        """Every one of them read and signed for, each at its time."""
        acts: list[tuple[datetime, datetime, Receipt]] = []
        for receipt in receipts:
            read = receipt.received_at + timedelta(minutes=self.random.randrange(5, hours * 50))
            acts.append((read + timedelta(minutes=self.random.randrange(1, 60)), read, receipt))
        for signed, read, receipt in sorted(acts, key=lambda act: act[0]):
            yield signed
            by = self._warrant(clerk_of(receipt.place), "fill", receipt.place)
            actions.read(receipt.id, by=by, at=read)
            actions.sign(receipt.id, by=by, at=signed)

    def _warrant(self, username: str, right: Right, place: str) -> Warrant:
        return people.warrant(self.accounts[username].key, right, place=place, program=PROGRAM)
