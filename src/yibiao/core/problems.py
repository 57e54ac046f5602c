"""A problem says where, what the rule is, and what to do, in Chinese and English, with a stable code."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field


class Where(str):
    """A place in the input as it is called in Chinese, such as ``第 3 行“隐患数”``; ``en`` is what English calls it."""

    __slots__ = ("en",)
    en: str

    def __new__(cls, zh: str, en: str) -> Where:
        found = super().__new__(cls, zh)
        found.en = en
        return found

    def __reduce__(self) -> tuple[type[Where], tuple[str, str]]:
        return Where, (str(self), self.en)

    def below(self, part: str) -> Where:
        """A part of it; the same where none is named."""
        return Where(f"{self} › {part}", f"{self.en} › {part}") if part else self


@dataclass(frozen=True, slots=True)
class Rule:
    """One entry of a room's catalogue of problems; texts may hold ``{names}`` filled by ``at``.

    ``status`` is the HTTP status with which a refusal that contains it is answered.
    """

    code: str
    zh: str
    en: str
    do_zh: str
    do_en: str
    status: int = 422

    def at(self, where: str = "", **values: object) -> Problem:
        """The problem of this rule at a place in the input; ``where_en`` is how English calls it."""
        where_en = str(values.pop("where_en", ""))
        return Problem(self, where, values, where_en)


@dataclass(frozen=True, slots=True)
class Problem:
    """``where_en`` is what English calls the place, unless ``where`` knows it (``Where``) or it is called the same."""

    rule: Rule
    where: str = ""
    values: Mapping[str, object] = field(default_factory=dict)
    where_en: str = ""

    @property
    def code(self) -> str:
        return self.rule.code

    def text(self, language: str = "zh") -> str:
        """The whole message: where → what the rule is → what to do."""
        rule, do = self.parts(language)
        colon, space = (": ", " ") if language.startswith("en") else ("：", "")
        where = self.place(language)
        head = f"{where}{colon}" if where else ""
        return f"{head}{rule}{space}{do}"

    def place(self, language: str = "zh") -> str:
        """Where it is, as it is called in a language."""
        if not language.startswith("en"):
            return self.where
        return self.where_en or (self.where.en if isinstance(self.where, Where) else self.where)

    def parts(self, language: str = "zh") -> tuple[str, str]:
        """The rule and the remedy, filled in; a value ``known_en`` stands for ``known`` in English."""
        if language.startswith("en"):
            own = {name.removesuffix("_en"): value for name, value in self.values.items() if name.endswith("_en")}
            said = {**self.values, **own}
            return self.rule.en.format_map(said), self.rule.do_en.format_map(said)
        return self.rule.zh.format_map(self.values), self.rule.do_zh.format_map(self.values)

    def as_json(self) -> dict[str, object]:
        """The form in which APIs and ``--json`` give a problem."""
        zh, do_zh = self.parts("zh")
        en, do_en = self.parts("en")
        return {
            "code": self.code,
            "where": self.where,
            "rule": {"zh": zh, "en": en},
            "remedy": {"zh": do_zh, "en": do_en},
        }


class Refusal(Exception):  # noqa: N818 - it refuses, it is not an error
    """Something was refused, with every reason found; nothing was stored."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(problems)
        super().__init__("\n".join(problem.text() for problem in self.problems))

    @property
    def status(self) -> int:
        return max((problem.rule.status for problem in self.problems), default=422)

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(problem.code for problem in self.problems)


def refuse(*problems: Problem) -> Refusal:
    """``raise refuse(RULE.at(...))`` for a single problem."""
    return Refusal(problems)
