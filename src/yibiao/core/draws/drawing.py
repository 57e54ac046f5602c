"""The draw itself, and what is drawn in the place of something else: by hashes alone."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import ROUND_CEILING, Decimal

from yibiao.core.draws.rules import EMPTY, EXHAUSTED, FEW, KEYS, PAIR, REASON, RECUSED, REPLACED, RISK, SEED, SHARE
from yibiao.core.draws.types import REASONS, Drawn, Frozen, Inspector, Outcome, Replacement, Rules, Subject, commitment
from yibiao.core.problems import Problem, Refusal, refuse


def check(frozen: Frozen) -> list[Problem]:
    """Everything that keeps lists and rules from being drawn from."""
    found = [*_keys("对象", "objects", [one.key for one in frozen.subjects])]
    found += _keys("检查人员", "inspectors", [one.key for one in frozen.inspectors])
    shares = dict(frozen.rules.shares)
    for risk, count in sorted(Counter(one.risk for one in frozen.subjects).items()):
        if risk not in shares:
            found.append(RISK.at(risk=risk, count=count))
    found += [SHARE.at(risk=risk, share=share) for risk, share in frozen.rules.shares if not 0 <= share <= 100]
    if frozen.rules.inspectors < 2:
        found.append(PAIR.at(count=frozen.rules.inspectors))
    return found


def strangers(frozen: Frozen) -> list[Problem]:
    """Recusals of inspectors or objects that are on no list: they would keep nobody from anything."""
    inspectors, subjects = {one.key for one in frozen.inspectors}, {one.key for one in frozen.subjects}
    found = [one.inspector for one in frozen.recusals if one.inspector not in inspectors]
    found += [one.subject for one in frozen.recusals if one.subject not in subjects]
    return [RECUSED.at(keys="、".join(found[:20]))] if found else []


def quota(rules: Rules, risk: str, count: int) -> int:
    """How many of a class are drawn: its share rounded up, at least ``least`` where the share is more than nothing."""
    share = dict(rules.shares).get(risk, Decimal(0))
    exact = int((share * count / 100).to_integral_value(ROUND_CEILING))
    return min(count, max(exact, rules.least)) if share > 0 and count else 0


def draw(frozen: Frozen, seed: str, beacon: str) -> Outcome:
    """The draw itself.

    Raises: core.draw.seed, core.draw.few-inspectors, and all that ``check`` finds.
    """
    found = check(frozen)
    if commitment(seed) != frozen.commitment:
        found.append(SEED.at())
    if found:
        raise Refusal(found)
    lot = _Lot(frozen, seed, beacon)
    chosen = [one for risk, _ in frozen.rules.shares for one in lot.order(risk)[: lot.quota(risk)]]
    drawn: list[Drawn] = []
    short: list[Problem] = []
    for subject in chosen:
        picked = lot.pick(subject, _load(drawn))
        if len(picked) < frozen.rules.inspectors:
            short.append(FEW.at(subject=subject.label, count=len(picked), needed=frozen.rules.inspectors))
        drawn.append(Drawn(subject.key, subject.risk, picked))
    if short:
        raise Refusal(short)
    return Outcome(seed, beacon, tuple(drawn))


def substitute(frozen: Frozen, outcome: Outcome, out: str, *, reason: str, said: str, subject: str = "") -> Outcome:
    """Take the next in line for what was drawn: an object, or with ``subject`` one of its inspectors.

    Raises: core.draw.reason, core.draw.replaced, core.draw.exhausted, core.draw.few-inspectors.
    """
    if reason not in REASONS:
        raise refuse(REASON.at(reason=reason, known="、".join(REASONS)))
    lot = _Lot(frozen, outcome.seed, outcome.beacon)
    one = Replacement(out, reason, said, subject)
    return _other_inspector(lot, outcome, one) if subject else _other_subject(lot, outcome, one)


def _other_subject(lot: _Lot, outcome: Outcome, one: Replacement) -> Outcome:
    at = next((n for n, held in enumerate(outcome.drawn) if held.subject == one.out), None)
    if at is None:
        raise refuse(REPLACED.at(out=one.out))
    used = {held.subject for held in outcome.drawn} | {gone.out for gone in outcome.replacements if not gone.subject}
    line = [held for held in lot.order(outcome.drawn[at].risk) if held.key not in used]
    if not line:
        raise refuse(EXHAUSTED.at(out=one.out))
    rest = [held for held in outcome.drawn if held.subject != one.out]
    picked = lot.pick(line[0], _load(rest))
    if len(picked) < lot.frozen.rules.inspectors:
        raise refuse(FEW.at(subject=line[0].label, count=len(picked), needed=lot.frozen.rules.inspectors))
    drawn = [*outcome.drawn]
    drawn[at] = Drawn(line[0].key, line[0].risk, picked)
    done = replace(one, into=line[0].key)
    return replace(outcome, drawn=tuple(drawn), replacements=(*outcome.replacements, done))


def _other_inspector(lot: _Lot, outcome: Outcome, one: Replacement) -> Outcome:
    at = next((n for n, held in enumerate(outcome.drawn) if held.subject == one.subject), None)
    if at is None or one.out not in outcome.drawn[at].inspectors:
        raise refuse(REPLACED.at(out=one.out))
    held = outcome.drawn[at]
    gone = {past.out for past in outcome.replacements if past.subject == one.subject} | set(held.inspectors)
    line = [key for key in lot.line(lot.subjects[one.subject], _load(outcome.drawn)) if key not in gone]
    if not line:
        raise refuse(EXHAUSTED.at(out=one.out))
    drawn = [*outcome.drawn]
    drawn[at] = replace(held, inspectors=tuple(line[0] if key == one.out else key for key in held.inspectors))
    done = replace(one, into=line[0])
    return replace(outcome, drawn=tuple(drawn), replacements=(*outcome.replacements, done))


class _Lot:
    """The order that seed and beacon give to objects and inspectors."""

    def __init__(self, frozen: Frozen, seed: str, beacon: str) -> None:
        self.frozen = frozen
        self.subjects = {one.key: one for one in frozen.subjects}
        self._root = _hash(seed, beacon, frozen.digest())
        self._recused = {(one.inspector, one.subject) for one in frozen.recusals}

    def order(self, risk: str) -> list[Subject]:
        held = [one for one in self.frozen.subjects if one.risk == risk]
        return sorted(held, key=lambda one: _hash(self._root, "subject", one.key))

    def quota(self, risk: str) -> int:
        return quota(self.frozen.rules, risk, sum(one.risk == risk for one in self.frozen.subjects))

    def line(self, subject: Subject, load: Mapping[str, int]) -> list[str]:
        """Who may check an object: those drawn least so far, then by their hash for this object."""
        held = [one.key for one in self.frozen.inspectors if self._may(one, subject)]
        return sorted(held, key=lambda key: (load.get(key, 0), _hash(self._root, "inspector", subject.key, key)))

    def pick(self, subject: Subject, load: Mapping[str, int]) -> tuple[str, ...]:
        return tuple(self.line(subject, load)[: self.frozen.rules.inspectors])

    def _may(self, one: Inspector, subject: Subject) -> bool:
        fits = not subject.fields or bool(set(subject.fields) & set(one.fields))
        near = bool(subject.owner) and one.employer == subject.owner
        return fits and not near and (one.key, subject.key) not in self._recused


def _hash(*parts: str) -> str:
    return hashlib.sha256("|".join(parts).encode()).hexdigest()


def _load(drawn: Sequence[Drawn]) -> Counter[str]:
    return Counter(key for one in drawn for key in one.inspectors)


def _keys(zh: str, en: str, keys: Sequence[str]) -> Iterator[Problem]:
    if not keys:
        yield EMPTY.at(what=zh, what_en=en)
    wrong = sorted({key or "—" for key in keys if not key or keys.count(key) > 1}) if len(set(keys)) < len(keys) else []
    if wrong or "" in keys:
        yield KEYS.at(keys="、".join(wrong[:10]) or "—")
