"""Rights and grants in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from yibiao.core.problems import Refusal
from yibiao.people.types import EVERY_PROGRAM, RIGHTS, Grant, Reason, Right
from yibiao.places import queries as places

RIGHT_WORDS: Final[dict[Right, Reason]] = {
    "fill": Reason("填报", "fill in"),
    "review": Reason("审核", "review"),
    "analyse": Reason("分析", "analyse"),
    "manage": Reason("管理账号", "manage accounts"),
}


def place_name(code: str) -> str:
    """The name of a place, or its code where the tree does not know it."""
    if not code:
        return "—"
    try:
        return places.place(code).name
    except Refusal:
        return code


def programs(codes: frozenset[str]) -> Reason:
    if EVERY_PROGRAM in codes:
        return Reason("全部专项", "all programs")
    listed = sorted(codes)
    return Reason(f"专项 {'、'.join(listed)}", f"the program {', '.join(listed)}")


def grant(given: Grant) -> Reason:
    """One grant as a clause: 在二道区填报（全部专项）."""
    right, covered, name = RIGHT_WORDS[given.right], programs(given.programs), place_name(given.place)
    return Reason(f"在{name}{right.zh}（{covered.zh}）", f"{right.en}: {name} ({covered.en})")


def grants(given: Sequence[Grant]) -> list[Reason]:
    """Grants as short clauses, those of one place and the same programs in one: 二道区：填报、分析（全部专项）."""
    found: dict[tuple[str, frozenset[str]], list[Reason]] = {}
    for one in sorted(given, key=lambda one: RIGHTS.index(one.right)):
        found.setdefault((one.place, one.programs), []).append(RIGHT_WORDS[one.right])
    said = []
    for (place, codes), rights in found.items():
        name, covered = place_name(place), programs(codes)
        zh, en = "、".join(one.zh for one in rights), ", ".join(one.en for one in rights)
        said.append(Reason(f"{name}：{zh}（{covered.zh}）", f"{name}: {en} ({covered.en})"))
    return said


def held(right: Right, grants: Sequence[Grant]) -> Reason:
    """What a person may do under a right: 你的岗位只能在二道区填报（全部专项）."""
    if not grants:
        word = RIGHT_WORDS[right]
        return Reason(f"你的岗位没有{word.zh}权限", f"Your post has no right to {word.en}")
    said = [grant(given) for given in grants[:3]]
    more = len(grants) - len(said)
    zh, en = "、".join(item.zh for item in said), "; ".join(item.en for item in said)
    if more:
        zh, en = f"{zh}等 {len(grants)} 处", f"{en}; and {more} more"
    return Reason(f"你的岗位只能{zh}", f"Your post may only {en}")
