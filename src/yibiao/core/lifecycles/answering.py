"""Answers of a case: read into the types of its fields, every fault at once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from yibiao.core import expressions
from yibiao.core.lifecycles.types import Field, Lifecycle, Move
from yibiao.core.periods import SHANGHAI
from yibiao.core.problems import Problem, Refusal, Rule

UNKNOWN: Final = Rule(
    "core.answer.unknown",
    "这一步不填“{name}”。",
    "This move does not take “{name}”.",
    "请只填页面上列出的项目。",
    "Fill in only what the page lists.",
)
REQUIRED: Final = Rule(
    "core.answer.required",
    "“{name}”必填。",
    "“{name_en}” is required.",
    "请填写后再提交。",
    "Fill it in and send again.",
)
WRONG: Final = Rule(
    "core.answer.wrong",
    "“{name}”应为{type}，填的是“{value}”。",
    "“{name_en}” must be {type_en}; “{value}” was given.",
    "请改正后再提交。",
    "Correct it and send again.",
)
CHOICE: Final = Rule(
    "core.answer.choice",
    "“{name}”没有选项“{value}”。",
    "“{name_en}” has no choice “{value}”.",
    "请从列出的选项里选。",
    "Choose one of those listed.",
)
SMALL: Final = Rule(
    "core.answer.small",
    "“{name}”不能小于 {minimum}。",
    "“{name_en}” cannot be below {minimum}.",
    "请改正后再提交。",
    "Correct it and send again.",
)
LONGEST: Final = 2000
_CALLED: Final[Mapping[str, tuple[str, str]]] = {
    "text": (f"不超过 {LONGEST} 字的文字", f"text of at most {LONGEST} characters"),
    "integer": ("整数", "a whole number"),
    "decimal": ("数字", "a number"),
    "date": ("日期，例如 2022-09-30", "a date such as 2022-09-30"),
    "datetime": ("时间，例如 2022-09-30T08:00", "a time such as 2022-09-30T08:00"),
}
_LARGEST: Final = 10**12


def read(one: Lifecycle, given: Mapping[str, Any]) -> dict[str, Any]:
    """Answers by field as they are kept. Missing: an empty answer is None.

    Raises: core.answer.unknown|wrong|choice|small (all that are found).
    """
    found: list[Problem] = []
    made: dict[str, Any] = {}
    for name, value in given.items():
        field = one.field(name)
        if field is None or field.derived:
            found.append(UNKNOWN.at(name, name=name))
        else:
            made[name] = _value(field, value, found)
    if found:
        raise Refusal(found)
    return made


def asked(one: Lifecycle, move: Move, given: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    """The answers to what a move asks for; what was answered before need not be answered again.

    Raises: core.answer.unknown|required|wrong|choice|small (all that are found).
    """
    names = {ask.field for ask in move.asks}
    found = [UNKNOWN.at(name, name=name) for name in given if name not in names]
    made: dict[str, Any] = {}
    for ask in move.asks:
        field = one.field(ask.field)
        if field is not None and ask.field in given:
            made[ask.field] = _value(field, given[ask.field], found)
    full = {**before, **made}
    for ask in move.asks:
        field = one.field(ask.field)
        needed = ask.required and (ask.when is None or expressions.test(ask.when, full))
        # Evidence is of this round: what was shown the last time proves nothing now.
        held = made.get(ask.field) if ask.evidence else full.get(ask.field)
        if field is not None and needed and held is None:
            found.append(REQUIRED.at(ask.field, **_said(field)))
    if found:
        raise Refusal(found)
    return made


def _value(field: Field, value: Any, found: list[Problem]) -> Any:
    text = value.strip() if isinstance(value, str) else value
    if text is None or text == "":
        return None
    if field.type == "choice":
        if text not in dict(field.choices):
            found.append(CHOICE.at(field.id, **_said(field), value=str(text)[:40]))
            return None
        return str(text)
    try:
        kept = _typed(field, text)
    except (ValueError, TypeError, InvalidOperation):
        zh, en = _CALLED[field.type]
        found.append(WRONG.at(field.id, **_said(field), type=zh, type_en=en, value=str(text)[:40]))
        return None
    if field.minimum is not None and field.type in ("integer", "decimal") and Decimal(kept) < field.minimum:
        found.append(SMALL.at(field.id, **_said(field), minimum=field.minimum))
    return kept


def _typed(field: Field, value: Any) -> Any:
    match field.type:
        case "integer":
            number = int(str(value))
            if abs(number) > _LARGEST:
                raise ValueError
            return number
        case "decimal":
            exact = Decimal(str(value))
            if not exact.is_finite() or abs(exact) > _LARGEST:
                raise ValueError
            return format(exact.normalize(), "f")
        case "date":
            day = value if isinstance(value, date) and not isinstance(value, datetime) else None
            return (day or date.fromisoformat(str(value)[:10])).isoformat()
        case "datetime":
            at = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
            at = at if at.tzinfo else at.replace(tzinfo=SHANGHAI)
            return at.astimezone(SHANGHAI).isoformat(timespec="seconds")
    text = str(value)
    if len(text) > LONGEST or "\0" in text:
        raise ValueError
    return text


def _said(field: Field) -> dict[str, str]:
    return {"name": field.label.zh, "name_en": field.label.of("en")}
