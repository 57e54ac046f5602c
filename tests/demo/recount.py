"""Every figure counted a second way: plain Python over the ledger's entries, knowing nothing of indicators."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from yibiao.core.periods import SHANGHAI
from yibiao.desk.demo import patrol
from yibiao.ledger.types import Fact

Answers = Mapping[str, Any]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@dataclass(frozen=True, slots=True)
class Book:
    """What stands of one program: the newest revision of every record that was not withdrawn."""

    program: str
    start: datetime
    end: datetime
    facts: tuple[Fact, ...]

    def forms(self, name: str, *, since: datetime | None = None) -> list[Answers]:
        """Answers of a form that occurred in the window, or from another moment on until its end."""
        kind, start = f"record.{self.program}.{name}", since or self.start
        return [
            fact.payload["answers"] for fact in self.facts if fact.kind == kind and start <= fact.occurred_at < self.end
        ]

    def acts(self, kind: str) -> list[Answers]:
        """The state of the things that a room keeps itself, whenever they began."""
        return [fact.payload["answers"] for fact in self.facts if fact.kind == kind]

    def cases(self, lifecycle: str, *, since: datetime | None = None) -> list[Answers]:
        """All that is known of the cases that began in the window, or from another moment on until its end."""
        kind, start = f"case.{self.program}.{lifecycle}", since or self.start
        return [
            {**fact.payload["answers"], "occurred_at": fact.occurred_at.astimezone(SHANGHAI)}
            for fact in self.facts if fact.kind == kind and start <= fact.occurred_at < self.end
        ]  # fmt: skip

    def items(self, name: str, repeat: str) -> list[Answers]:
        """Items of a repeat, each with the answers of the form that it stands in."""
        return [{**form, **item} for form in self.forms(name) for item in form.get(repeat, ())]

    def newest(self, name: str, key: str) -> list[Answers]:
        """The newest answers per key, whenever they occurred before the end."""
        kind = f"record.{self.program}.{name}"
        found = {}
        for fact in sorted(self.facts, key=lambda fact: (fact.occurred_at, fact.position)):
            if fact.kind == kind and fact.occurred_at < self.end:
                found[fact.payload["answers"][key]] = fact.payload["answers"]
        return list(found.values())


WINDOWS = {
    "holiday-safety": (at("2022-09-10"), at("2022-09-12T20:00")),
    "night-patrol": (at("2022-09-09"), at("2022-09-12")),
    "cyber-week": (at("2022-09-05"), at("2022-09-12")),
    "community-desk": (at("2022-03-11"), at("2022-04-29")),
    "happy-community": (at("2022-01-01"), at("2023-01-01")),
}


def books(entries: Iterable[Fact]) -> dict[str, Book]:
    standing: dict[str, Fact] = {}
    for entry in entries:
        if (entry.kind.startswith("record.") and entry.kind.count(".") == 2) or entry.kind.startswith(ACTS):
            known = standing.get(entry.id)
            if known is None or entry.revision > known.revision:
                standing[entry.id] = entry
    live = [fact for fact in standing.values() if not fact.withdrawn]
    return {
        program: Book(program, start, end, tuple(fact for fact in live if fact.program == program))
        for program, (start, end) in WINDOWS.items()
    }


# Kinds of facts of rooms that keep things themselves; figures that count them are not made by filled forms.
ACTS = ("notice.issued", "case.", "duty.assignment")
BY_ACTS = frozenset({"holiday-safety.documents", "holiday-safety.duty-leaders", "holiday-safety.duty-staff"})
YEAR = at("2022-01-01")
EVER = at("2000-01-01")
DIRECT = {
    "coal", "noncoal", "hazchem", "metallurgy", "nonferrous", "building-materials", "machinery", "light", "textile",
    "tobacco", "commerce",
}  # fmt: skip


def by_team(book: Book, kind: str) -> int:
    return len({f["object"] for f in book.forms("inspection") if f["inspector"] == "team" and f["object_type"] == kind})


def team_hazards(book: Book, *orders: str) -> int:
    found = [each for each in book.cases("hazard") if each["found_by"] == "team"]
    return sum(not orders or each["disposal"] in orders for each in found)


def on_post(book: Book) -> list[Answers]:
    """The duties for which somebody came."""
    return [one for one in book.cases("deployment") if one["state"] not in ("planned", "cancelled")]


def sector(book: Book, name: str) -> list[str]:
    return [form["enterprise"] for form in book.forms("sector-check") if form["sector"] == name]


def person_shifts(book: Book, category: str) -> int:
    """Who came to which shift that began in the window; two posts of one category in one shift are one."""
    start, end = book.start.isoformat(), book.end.isoformat()
    seats = [one for one in book.acts("duty.assignment") if one["category"] == category and one["arrived_at"]]
    return len({(one["shift"], one["person"]) for one in seats if start <= one["begins"] < end})


def incidents(book: Book, test: Callable[[Answers], bool], since: datetime | None = None) -> int:
    return sum(test(case) for case in book.cases("incident", since=since))


def months_without_large(book: Book) -> int:
    large = [
        case["occurred_at"]
        for case in book.cases("incident", since=EVER)
        if case["category"] == "accident"
        and (case["deaths"] >= 3 or case["serious"] >= 10 or float(case["loss"]) >= 1000)
    ]
    last = max(large)
    return (2022 - last.year) * 12 + 9 - last.month - 1


def awards(book: Book, level: str, *, old: bool = False) -> int:
    return len({f["quarter"] for f in book.forms("award") if f["level"] == level and (not old or f["old"] == "yes")})


def total(rows: Iterable[Answers], name: str) -> int:
    return sum(row[name] for row in rows)


def share(part: int, whole: int) -> Decimal:
    exact = Fraction(part * 100, whole)
    return Decimal(exact.numerator) / Decimal(exact.denominator)


RECOUNTS: Mapping[str, Callable[[Book], int | Decimal]] = {
    "holiday-safety.fatal-accidents": lambda b: incidents(b, lambda f: f["category"] == "accident" and f["deaths"] > 0),
    "holiday-safety.fatal-fires": lambda b: incidents(b, lambda f: f["category"] == "fire" and f["deaths"] > 0),
    "holiday-safety.disasters": lambda b: incidents(b, lambda f: f["category"] in {"flood", "disaster", "forest-fire"}),
    "holiday-safety.other-events": lambda b: incidents(b, lambda f: f["category"] == "other"),
    "holiday-safety.direct-accidents": lambda b: incidents(
        b, lambda f: f["category"] == "accident" and f["sector"] in DIRECT
    ),
    "holiday-safety.months-without-large": months_without_large,
    "holiday-safety.flood-deaths": lambda b: incidents(b, lambda f: f["category"] == "flood" and f["deaths"] > 0, YEAR),
    "holiday-safety.forest-fires": lambda b: incidents(b, lambda f: f["category"] == "forest-fire", YEAR),
    "holiday-safety.documents": lambda b: sum(
        f["occasion"] == "mid-autumn" and f["state"] == "issued" for f in b.acts("notice.issued")
    ),
    "holiday-safety.leader-visits": lambda b: sum(
        len(f["leaders"]) for f in b.forms("inspection") if f["inspector"] == "leader"
    ),
    "holiday-safety.teams": lambda b: len({f["team"] for f in b.forms("inspection") if f["inspector"] == "team"}),
    "holiday-safety.counties": lambda b: by_team(b, "county"),
    "holiday-safety.departments": lambda b: by_team(b, "department"),
    "holiday-safety.enterprises": lambda b: by_team(b, "enterprise"),
    "holiday-safety.hazards": lambda b: team_hazards(b),
    "holiday-safety.hazards-at-once": lambda b: team_hazards(b, "at-once"),
    "holiday-safety.hazards-by-deadline": lambda b: team_hazards(b, "by-deadline"),
    "holiday-safety.duty-leaders": lambda b: person_shifts(b, "leader"),
    "holiday-safety.duty-staff": lambda b: person_shifts(b, "staff"),
    "holiday-safety.hazchem-enterprises": lambda b: len(set(sector(b, "hazchem"))),
    "holiday-safety.noncoal-enterprises": lambda b: len(set(sector(b, "noncoal"))),
    "holiday-safety.trade-enterprises": lambda b: len(set(sector(b, "trade"))),
    "holiday-safety.coal-visits": lambda b: len(sector(b, "coal")),
    "holiday-safety.fire-teams": lambda b: len(b.forms("fire-check")),
    "holiday-safety.fire-units": lambda b: len({each["unit_code"] for each in b.items("fire-check", "units")}),
    "holiday-safety.fire-hazards": lambda b: sum(each["found_by"] == "fire" for each in b.cases("hazard")),
    "night-patrol.police": lambda b: total(on_post(b), "police"),
    "night-patrol.vehicles": lambda b: total(on_post(b), "vehicles"),
    "night-patrol.mass": lambda b: total(on_post(b), "mass"),
    "night-patrol.venues": lambda b: len({each["venue"] for each in b.items("venue-check", "venues")}),
    "night-patrol.hazards": lambda b: len(b.cases("hazard")),
    "night-patrol.drink-driving": lambda b: sum(20 <= f.get("bac", 0) < 80 for f in b.forms("offence")),
    "night-patrol.drunk-driving": lambda b: sum(f.get("bac", 0) >= 80 for f in b.forms("offence")),
    "night-patrol.street-racing": lambda b: sum(f["behaviour"] == "street-racing" for f in b.forms("offence")),
    "night-patrol.points": lambda b: len({f["point"] for f in b.forms("session")}),
    "night-patrol.sessions": lambda b: len(b.forms("session")),
    "night-patrol.leaflets": lambda b: total(b.forms("session"), "leaflets"),
    "night-patrol.served": lambda b: total(b.forms("assistance"), "served"),
    "night-patrol.requests": lambda b: len(b.cases("request")),
    "cyber-week.access-points": lambda b: total(b.newest("live", "room"), "endpoints"),
    "cyber-week.participants": lambda b: total(b.newest("live", "room"), "audience"),
    "cyber-week.exhibitors": lambda b: len({f["uscc"] for f in b.forms("exhibitor")}),
    "cyber-week.works": lambda b: len({f["number"] for f in b.forms("work")}),
    "cyber-week.work-fields": lambda b: len({f["work_field"] for f in b.forms("work")}),
    "cyber-week.theme-days": lambda b: len({f["theme_day"] for f in b.forms("event") if "theme_day" in f}),
    "cyber-week.contests": lambda b: sum(f["event_kind"] == "contest" for f in b.forms("event")),
    "cyber-week.offline-events": lambda b: sum(f["event_kind"] == "offline" for f in b.forms("event")),
    "cyber-week.items": lambda b: total(b.forms("handout"), "items"),
    "cyber-week.exposures": lambda b: total(b.newest("reach", "account"), "exposures"),
    "community-desk.quarters": lambda b: sum(f["quarter_type"] == "quarter" for f in b.newest("quarter", "code")),
    "community-desk.stand-alone": lambda b: sum(
        f["quarter_type"] == "stand-alone" for f in b.newest("quarter", "code")
    ),
    "community-desk.households": lambda b: len(b.newest("household", "code")),
    "community-desk.residents": lambda b: total(b.newest("household", "code"), "residents"),
    "community-desk.no-lift": lambda b: sum(f["lift"] == "no" for f in b.newest("building", "code")),
    "community-desk.merchants": lambda b: len(b.newest("merchant", "uscc")),
    "community-desk.workers": lambda b: len(b.newest("worker", "code")),
    "community-desk.modes": lambda b: len({f["management"] for f in b.newest("quarter", "code")}),
    "community-desk.service-days": lambda b: len({f["occurred_at"][:10] for f in b.forms("request")}),
    "community-desk.requests": lambda b: len(b.forms("request")),
    "community-desk.return-visits": lambda b: len(b.forms("return-visit")),
    "happy-community.steps": lambda b: len({f["step"] for f in b.forms("step")}),
    "happy-community.quarters": lambda b: len(b.newest("quarter", "code")),
    "happy-community.applications": lambda b: len({f["quarter"] for f in b.forms("application")}),
    "happy-community.city-awards": lambda b: awards(b, "city"),
    "happy-community.county-awards": lambda b: awards(b, "county"),
    "happy-community.city-old-share": lambda b: share(awards(b, "city", old=True), awards(b, "city")),
    "happy-community.county-old-share": lambda b: share(awards(b, "county", old=True), awards(b, "county")),
    "happy-community.weak": lambda b: len({f["quarter"] for f in b.forms("weak")}),
    "happy-community.city-quota": lambda b: total([f for f in b.forms("quota") if f["level"] == "city"], "places"),
    "happy-community.county-quota": lambda b: total([f for f in b.forms("quota") if f["level"] == "county"], "places"),
}


def _planned_hazards(book: Book, *orders: str) -> int:
    found = [each for each in book.items("inspection", "hazards") if each["inspector"] == "team"]
    return sum(not orders or each["disposal"] in orders for each in found)


def _planned_incidents(book: Book, test: Callable[[Answers], bool], since: datetime | None = None) -> int:
    return sum(test(form) for form in book.forms("incident", since=since))


def _kept_duties(book: Book) -> list[Answers]:
    """Duties but for those of the spare squads, which were called off."""
    return [form for form in book.forms("deployment") if not form["number"].endswith(patrol.CALLED_OFF)]


def _planned_months(book: Book) -> int:
    large = [
        form["occurred_at"][:7]
        for form in book.forms("incident", since=EVER)
        if form["category"] == "accident"
        and (form["deaths"] >= 3 or form["serious"] >= 10 or float(form["loss"]) >= 1000)
    ]
    year, month = map(int, max(large).split("-"))
    return (2022 - year) * 12 + 9 - month - 1


# What is counted from cases, counted once more from the forms that opened them: a third way.
BY_FORMS: Mapping[str, Callable[[Book], int]] = {
    "holiday-safety.fatal-accidents": lambda b: _planned_incidents(
        b, lambda f: f["category"] == "accident" and f["deaths"] > 0
    ),
    "holiday-safety.fatal-fires": lambda b: _planned_incidents(
        b, lambda f: f["category"] == "fire" and f["deaths"] > 0
    ),
    "holiday-safety.disasters": lambda b: _planned_incidents(
        b, lambda f: f["category"] in {"flood", "disaster", "forest-fire"}
    ),
    "holiday-safety.other-events": lambda b: _planned_incidents(b, lambda f: f["category"] == "other"),
    "holiday-safety.direct-accidents": lambda b: _planned_incidents(
        b, lambda f: f["category"] == "accident" and f["sector"] in DIRECT
    ),
    "holiday-safety.months-without-large": _planned_months,
    "holiday-safety.flood-deaths": lambda b: _planned_incidents(
        b, lambda f: f["category"] == "flood" and f["deaths"] > 0, YEAR
    ),
    "holiday-safety.forest-fires": lambda b: _planned_incidents(b, lambda f: f["category"] == "forest-fire", YEAR),
    "holiday-safety.hazards": lambda b: _planned_hazards(b),
    "holiday-safety.hazards-at-once": lambda b: _planned_hazards(b, "at-once"),
    "holiday-safety.hazards-by-deadline": lambda b: _planned_hazards(b, "by-deadline"),
    "holiday-safety.fire-hazards": lambda b: total(b.items("fire-check", "units"), "hazards"),
    "night-patrol.hazards": lambda b: sum(each["fixed"] + each["ordered"] for each in b.items("venue-check", "venues")),
    "night-patrol.requests": lambda b: total(b.forms("assistance"), "requests"),
    "night-patrol.police": lambda b: total(_kept_duties(b), "police"),
    "night-patrol.vehicles": lambda b: total(_kept_duties(b), "vehicles"),
    "night-patrol.mass": lambda b: total(_kept_duties(b), "mass"),
}
