"""The pages of docs/reference, written from the code: problems, kinds of facts, settings, commands, packs."""

from __future__ import annotations

import ast
import dataclasses
import inspect
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any, Final, get_args

import click

from yibiao.bulletins import problems as bulletins
from yibiao.cases import problems as cases
from yibiao.citizens import problems as citizens
from yibiao.citizens.open311 import problems as open311
from yibiao.core import alerts, expressions, periods, quantities, spans, trees, wording
from yibiao.core.draws import rules as lots
from yibiao.core.lifecycles import answering, checking, moving
from yibiao.core.lifecycles import types as lifecycles
from yibiao.core.problems import Rule
from yibiao.desk import explained
from yibiao.desk import problems as desk
from yibiao.desk.explained import DUTY_PARTS, FACT_KINDS, FORM_COLUMNS, LIFECYCLE_PARTS, SETTINGS
from yibiao.draws import problems as draws
from yibiao.duty import problems as duty
from yibiao.figures import problems as figures
from yibiao.figures.types import Indicator, Measure
from yibiao.forms import problems as forms
from yibiao.ledger import problems as ledger
from yibiao.notices import problems as notices
from yibiao.packs import problems as packs
from yibiao.packs import queries as pack_queries
from yibiao.people import problems as people
from yibiao.places import problems as places
from yibiao.records import problems as records
from yibiao.records.intake import problems as sheets
from yibiao.records.intake.openrosa import problems as openrosa
from yibiao.records.odata import problems as odata

CATALOGUES: Final[Mapping[str, tuple[ModuleType, ...]]] = {
    "core": (lots, alerts, answering, checking, expressions, moving, periods, quantities, spans, trees, wording),
    "ledger": (ledger,),
    "places": (places,),
    "people": (people,),
    "packs": (packs,),
    "forms": (forms,),
    "records": (records, sheets, openrosa, odata),
    "duty": (duty,),
    "cases": (cases,),
    "citizens": (citizens, open311),
    "draws": (draws,),
    "notices": (notices,),
    "figures": (figures,),
    "bulletins": (bulletins,),
    "desk": (desk,),
}
VARIABLE: Final = re.compile(r"YIBIAO_[A-Z]+(_[A-Z]+)*|DATABASE_URL")
NOTE: Final = "<!-- Written by `yibiao reference` from the code; do not edit. -->\n\n"


def write(folder: Path) -> list[Path]:
    """Write the pages; gives those that changed."""
    folder.mkdir(parents=True, exist_ok=True)
    changed = []
    for name in PAGES:
        path, text = folder / name, page(name)
        if not path.is_file() or path.read_text("utf-8") != text:
            path.write_text(text, "utf-8")
            changed.append(path)
    return changed


def rules(room: str) -> tuple[Rule, ...]:
    """The rules of a room, by code."""
    found = {
        value.code: value for module in CATALOGUES[room] for value in vars(module).values() if isinstance(value, Rule)
    }
    return tuple(found[code] for code in sorted(found))


def problems_page() -> str:
    lines = ["# Problems / 问题代码", "", "Each says what the rule is and what to do. 每条写明规则和处理办法。", ""]
    for room in CATALOGUES:
        if not rules(room):
            continue
        lines += [f"## {room}", "", "| code | HTTP | 规则 · 处理 | rule · remedy |", "|---|---|---|---|"]
        for rule in rules(room):
            cells = (f"`{rule.code}`", str(rule.status), f"{rule.zh}{rule.do_zh}", f"{rule.en} {rule.do_en}")
            lines.append(_row(cells))
        lines.append("")
    return "\n".join(lines)


def fact_kinds_page() -> str:
    lines = ["# Kinds of facts / 事实类别", "", "| kind | 含义 | meaning |", "|---|---|---|"]
    lines += [_row((f"`{kind}`", zh, en)) for kind, (zh, en) in FACT_KINDS.items()]
    lines += ["", "## Forms of the shipped packs / 自带包的表单", "", "| kind | form |", "|---|---|"]
    lines += [_row((f"`record.{pack}.{form}`", f"`{pack}/forms/{form}.md`")) for pack, form in _shipped_forms()]
    return "\n".join(lines)


def settings_page() -> str:
    found = {name: default for name, default in environment(Path(inspect.getfile(desk)).parents[1]) if default}
    lines = ["# Settings / 设置", "", "All are environment variables. 均为环境变量。", ""]
    lines += ["| variable | default | 含义 | meaning |", "|---|---|---|---|"]
    for name, (zh, en) in SETTINGS.items():
        lines.append(_row((f"`{name}`", f"`{found[name]}`" if name in found else "", zh, en)))
    return "\n".join(lines)


def environment(source: Path) -> Iterator[tuple[str, str]]:
    """The environment variables that the code names, with the literal default where it gives one."""
    for path in sorted(source.rglob("*.py")):
        text = path.read_text("utf-8")
        # Most files name none; they need not be taken apart.
        if path in (Path(__file__), Path(inspect.getfile(explained))) or not (
            "environ" in text or VARIABLE.search(text)
        ):
            continue
        nodes = list(ast.walk(ast.parse(text)))
        for node in nodes:
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and VARIABLE.fullmatch(node.value):
                yield node.value, ""
        for node in nodes:
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "os.environ.get" and len(node.args) == 2:
                name, default = node.args
                if isinstance(name, ast.Constant) and isinstance(default, ast.Constant):
                    yield str(name.value), str(default.value)


def cli_page() -> str:
    from yibiao.desk.commands.program import yibiao

    lines = ["# Commands / 命令", "", "Every command takes `--data DIR` and `--json`.", ""]
    lines += _commands("yibiao", yibiao)
    return "\n".join(lines)


def _commands(path: str, command: click.Command) -> Iterator[str]:
    context = click.Context(command, info_name=path)
    usage = " ".join([path, *(piece for piece in command.collect_usage_pieces(context))])
    yield from (f"## `{usage}`", "", (command.help or "").strip(), "")
    options = [parameter for parameter in command.params if isinstance(parameter, click.Option)]
    shown = [option for option in options if not {"--data", "--json", "--help"} & set(option.opts) or path == "yibiao"]
    if shown:
        yield from ("| option | |", "|---|---|")
        yield from (_row((f"`{', '.join(option.opts)}`", _said(option))) for option in shown)
        yield ""
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            if (below := command.get_command(context, name)) is not None:
                yield from _commands(f"{path} {name}", below)


def _said(option: click.Option) -> str:
    default = f"({option.default})" if option.show_default else ""
    return " ".join(part for part in (option.help or "", default) if part)


def pack_page() -> str:
    """Told from the room's own types and from the packs that ship, so that what it shows is what is accepted."""
    folder = next(path for path in pack_queries.shipped() if path.name == "holiday-safety")
    manifest = (folder / "pack.toml").read_text("utf-8").strip()
    indicators = (folder / "indicators.toml").read_text("utf-8")
    lines = [
        "# Packs / 包", "",
        "A folder or zip of plain files. `yibiao pack check FOLDER` says everything that is wrong with it, each with",
        "file, row and remedy; an installed version is frozen.", "",
        "| file | what it holds |", "|---|---|",
        "| `pack.toml` | the manifest: id, version, title, the program to open |",
        "| `forms/<form>.md` or `.xlsx` | a form, as an XLSForm |",
        "| `indicators.toml` | indicators, coverage, checks |",
        "| `lifecycles.toml` | what becomes of a hazard, an incident, a request: states, moves, deadlines, clocks |",
        "| `duty.toml` | who owes which report by when, types of shifts and what they count as |",
        "| `notices.toml` | kinds of notices with the hours to sign for them, occasions |",
        "| `draws.toml` | registers drawn from at random, with the shares by risk class; plans of inspections |",
        "| `services.toml` | what citizens may report, on which form, what is promised for each |",
        "| `bulletin.<id>.md` | a bulletin's template |", "",
        "## `pack.toml`", "", "```toml", manifest, "```", "",
        "## Forms", "",
        "XLSForm as everywhere, with these additions on the `survey` sheet:", "",
        "| column | meaning |", "|---|---|",
        *(_row((f"`bind::yibiao:{name}`", said)) for name, said in FORM_COLUMNS.items()), "",
        "The `entities` sheet names the register that the form keeps (`list_name`), the key of an entity (`key`)",
        "and its `label`; `save_to` marks the answers kept.", "",
        "## `indicators.toml`", "", "One `[[indicator]]` each. Its keys:", "",
        "| key | type | default |", "|---|---|---|",
        *(_row(cells) for cells in _keys(Indicator)), "",
        f"Kinds: {_listed(quantities.KINDS)}. Measures: {_listed(get_args(Measure))}.", "",
        "A filter may also hold a moment against `cutoff_at` and a day against `cutoff_on`, where the period asked for",
        "ends: `promised_on < cutoff_on` is what was due by then.", "",
        "The first of the shipped pack `holiday-safety`:", "", "```toml", _first_block(indicators), "```", "",
        "`[[coverage]]` says who owes a report (`id`, `form`, `register`, `unit`, `filter`, `every`, `label`);",
        "`[[check]]` says which sums must agree (`id`, `label`, `equal`).", "",
        "## `lifecycles.toml`", "",
        "One `[[lifecycle]]` for each kind of case (`id`, `label`, `valid_from`, `source`, `start`), with these parts.",
        "Indicators count its cases as `source = \"case:<id>\"`; the check finds states that cannot be reached or",
        "left, deadlines that are missing, and names that do not exist.", "",
        "| part | keys | meaning |", "|---|---|---|",
        *(_row(cells) for cells in LIFECYCLE_PARTS), "",
        f"Types of fields: {_listed(lifecycles.FIELD_TYPES)}.",
        "Lengths of time: `30m`, `2h`, `30d`, `10wd` (working days).",
        f"Conditions may also name what every case has: {_listed(lifecycles.STANDARD)}.", "",
        "A move of the shipped pack `holiday-safety`:", "", "```toml", _first_move(folder), "```", "",
        *_duty_lines(),
        *_service_lines(),
        "## `bulletin.<id>.md`", "",
        "Front matter in TOML between `+++` lines (`title`, `issuer`, `number`), then paragraphs and headings.",
        "A number is never typed: it is a citation `{{ indicator | wording | options }}`, for example",
        f"`{_first_mark(folder)}`. A zero is claimed by `{{{{ indicator | zero | sentence }}}}` and printed only",
        "when every unit that owed a report filed one.",
    ]  # fmt: skip
    return "\n".join(lines)


def _duty_lines() -> list[str]:
    """What duty.toml holds, part by part."""
    return [
        "## `duty.toml`", "",
        "| part | keys | meaning |", "|---|---|---|",
        *(_row(cells) for cells in DUTY_PARTS), "",
        "Facts of duty are counted as `source = \"duty:filing\"`, `duty:assignment`, `duty:handover` and",
        "`duty:spot-check`; a `topic` is a `coverage` for the zeros of `indicators.toml`. `compares` names, by answer",
        "of the form, the indicator that says the same from the facts: returns and facts stand side by side.",
        "`beside` lists a register whose keys begin with the slot, with figures by `column`.", "",
    ]  # fmt: skip


def _service_lines() -> list[str]:
    """What services.toml holds."""
    return [
        "## `services.toml`", "",
        "`[reports]` names the form, the kind of case that it opens, and what their questions and fields are called;",
        "the questions for `name` and `phone` must be personal, the others must not. Each `[[service]]` (`code`, a",
        "choice of the form's question; `about`, `group`, `keywords`, `unit`, `limit`, `valid_from`, `valid_until`,",
        "`source`) is offered on the report page and by Open311 while it is valid.", "",
    ]  # fmt: skip


def _keys(kind: type[Any]) -> Iterator[tuple[str, str, str]]:
    for field in dataclasses.fields(kind):
        if field.name in {"pack", "valid_from", "rule_source"}:
            continue
        required = field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
        default = "required" if required else f"`{field.default!r}`"
        yield f"`{field.name}`", str(field.type).replace("Text", "{ zh, en }"), default


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _first_block(text: str) -> str:
    return "[[indicator]]" + text.split("[[indicator]]")[1].rstrip()


def _first_move(folder: Path) -> str:
    moves = (folder / "lifecycles.toml").read_text("utf-8").split("[[lifecycle.move]]")
    return "[[lifecycle.move]]" + next(move for move in moves if 'id = "begin"' in move).rstrip()


def _first_mark(folder: Path) -> str:
    found = re.search(r"\{\{[^{}]+\| exact[^{}]*\}\}", (folder / "bulletin.main.md").read_text("utf-8"))
    return found[0] if found else "{{ indicator | exact }}"


def _shipped_forms() -> Iterator[tuple[str, str]]:
    for folder in pack_queries.shipped():
        for path in sorted(folder.glob("forms/*.*")):
            yield folder.name, path.stem


def _row(cells: tuple[str, ...]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


PAGES: Final[Mapping[str, Callable[[], str]]] = {
    "problems.md": problems_page,
    "fact-kinds.md": fact_kinds_page,
    "settings.md": settings_page,
    "cli.md": cli_page,
    "pack-schema.md": pack_page,
}


def page(name: str) -> str:
    """A page of the reference by its file name."""
    return NOTE + PAGES[name]().rstrip() + "\n"
