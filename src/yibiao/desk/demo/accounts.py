"""The posts of the demo: seven to sign in with, and one that files for every county, prefecture and the province."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from yibiao.core.problems import Refusal
from yibiao.desk.demo import world as where
from yibiao.desk.demo.circulars import OFFICES
from yibiao.desk.demo.world import World, clerk_of, organisation_of
from yibiao.people import actions as people
from yibiao.people import queries as known
from yibiao.people.types import EVERY_PROGRAM, Account, Grant, Right

PASSWORD: Final = "Yibiao-2022"  # noqa: S105 (the documented password of the demo accounts)
EVERY: Final = frozenset({EVERY_PROGRAM})
WRITER: Final = "sheng"


@dataclass(frozen=True, slots=True)
class Seat:
    """One account of the demo. ``shown`` says what it is for, in Chinese, where people are told to use it."""

    username: str
    name: str
    role: str
    organisation: str
    place: str
    rights: tuple[Right, ...]
    programs: frozenset[str] = EVERY
    shown: str = ""


_ALL: Final[tuple[Right, ...]] = ("fill", "review", "analyse")
_FILL: Final[tuple[Right, ...]] = ("fill", "analyse")
_SHIWEI: Final = frozenset({"community-desk", "happy-community"})
SHOWN: Final = (
    Seat(WRITER, "样例·省级编审", "通报编审", "220000", where.PROVINCE, _ALL, EVERY, "看全省，编写和签发通报"),
    Seat(where.CHANGCHUN_CLERK, "样例·长春审核员", "审核", "220100", where.CHANGCHUN, _ALL, EVERY, "长春市填报和审核"),
    Seat("erdao", "样例·二道区填报员", "填报", "220105", where.ERDAO, _FILL, EVERY, "二道区填报，看本区"),
    Seat("nanguan", "样例·南关区填报员", "填报", "220102", where.NANGUAN, _FILL, EVERY, "南关区填报，看本区"),
    Seat(
        where.COMMUNITY_CLERK, "样例·社区工作者", "社区工作者", "shiwei", where.SHIWEI, _FILL, _SHIWEI, "十委社区台账"
    ),
    Seat("lingdao", "样例·带班领导", "带班领导", "220000", where.PROVINCE, ("analyse",), EVERY, "看全省的数，不填报"),
    Seat(
        "guanli",
        "样例·系统管理员",
        "系统管理员",
        "220000",
        where.PROVINCE,
        ("manage",),
        EVERY,
        "管账号和授权，不看业务数据",
    ),
)


def open_all(world: World) -> dict[str, Account]:
    """Adds organisations and accounts that are not there yet; gives every account by user name."""
    _organisations(world)
    accounts: dict[str, Account] = {}
    for seat in [*SHOWN, *_clerks(world)]:
        try:
            accounts[seat.username] = known.account_of(seat.username)
        except Refusal:
            accounts[seat.username] = _open(seat)
    return accounts


def _open(seat: Seat) -> Account:
    return people.add_person(
        username=seat.username,
        name=seat.name,
        # Only those that people are told of sign in; hashing a password for each of the others takes most of a minute.
        password=PASSWORD if seat.shown else None,
        organisation=seat.organisation,
        role=seat.role,
        grants=[Grant(right, seat.place, seat.programs) for right in seat.rights],
        sample=True,
    )


def _organisations(world: World) -> None:
    top = organisation_of(where.PROVINCE)
    people.add_organisation(code=top, name="省级综合填报单位（样例）", place=where.PROVINCE)
    for code, name in OFFICES.values():
        people.add_organisation(code=code, name=f"{name}（样例）", parent=top, place=where.PROVINCE)
    for place in world.prefectures:
        code = organisation_of(place.code)
        people.add_organisation(code=code, name=f"{place.name}综合填报单位（样例）", parent=top, place=place.code)
    for place in world.counties:
        code, parent = organisation_of(place.code), organisation_of(place.parent)
        people.add_organisation(code=code, name=f"{place.name}综合填报单位（样例）", parent=parent, place=place.code)
    parent = organisation_of(where.ERDAO)
    people.add_organisation(code="shiwei", name="十委社区（样例）", parent=parent, place=where.SHIWEI)


def _clerks(world: World) -> Sequence[Seat]:
    taken = {seat.username for seat in SHOWN}
    seats = [
        Seat(where.PROVINCE_CLERK, "样例·省级填报员", "填报", organisation_of(where.PROVINCE), where.PROVINCE, _FILL)
    ]
    for username, (code, office) in OFFICES.items():
        seats.append(Seat(username, f"样例·{office}文秘", "文秘", code, where.PROVINCE, _ALL))
    for place in [*world.prefectures, *world.counties]:
        # What a county returns is reviewed by its prefecture.
        role, rights = ("填报", _FILL) if place.level == "county" else ("审核", _ALL)
        name = f"样例·{place.name}{role}员"
        seats.append(Seat(clerk_of(place.code), name, role, organisation_of(place.code), place.code, rights))
    return [seat for seat in seats if seat.username not in taken]
