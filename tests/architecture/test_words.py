"""Every text people see: Chinese in the source, complete English in the catalogue."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache

import pytest
from babel.messages.pofile import read_po

from tests.architecture.house import ROOT, SOURCE, calls, modules

GETTEXT = frozenset({"gettext", "gettext_lazy", "ngettext", "ngettext_lazy", "pgettext", "pgettext_lazy", "_"})
HAN = re.compile(r"[\u4e00-\u9fff]")
TRANSLATE = re.compile(r"""\{%-?\s*(?:translate|trans)\s+(?:"([^"]*)"|'([^']*)')""")
STRING_ARGUMENT = re.compile(r"""_\(\s*(?:"([^"]*)"|'([^']*)')\s*\)""")
BLOCK = re.compile(r"\{%\s*blocktrans(?:late)?\b([^%]*)%\}(.*?)\{%\s*endblocktrans(?:late)?\s*%\}", re.S)
PLURAL = re.compile(r"\{%\s*plural\s*%\}")
CATALOGUE = SOURCE / "locale" / "en" / "LC_MESSAGES"


def in_python() -> Iterator[tuple[str, str]]:
    for module in modules():
        for node, name in calls(module):
            if name in GETTEXT:
                for part in node.args:
                    if isinstance(part, ast.Constant) and isinstance(part.value, str):
                        yield module.at(node), part.value


def in_templates() -> Iterator[tuple[str, str]]:
    for path in sorted(SOURCE.rglob("templates/**/*")):
        if path.suffix not in {".html", ".txt"}:
            continue
        where, text = str(path.relative_to(ROOT)), path.read_text("utf-8")
        for match in (*TRANSLATE.finditer(text), *STRING_ARGUMENT.finditer(text)):
            yield where, match[1] if match[1] is not None else match[2]
        for match in BLOCK.finditer(text):
            for part in PLURAL.split(match[2]):
                said = re.sub(r"\{\{\s*([\w.]+)\s*\}\}", r"%(\1)s", part)
                if "trimmed" in match[1].split():
                    said = " ".join(line.strip() for line in said.strip().splitlines() if line.strip())
                yield where, said


def in_scripts() -> Iterator[tuple[str, str]]:
    for path in sorted((ROOT / "frontend" / "src").rglob("*")):
        if path.suffix in {".ts", ".js"}:
            for match in re.finditer(r"""\bgettext\(\s*(?:"([^"]*)"|'([^']*)')""", path.read_text("utf-8")):
                yield str(path.relative_to(ROOT)), match[1] if match[1] is not None else match[2]


@cache
def translated(domain: str) -> dict[str, str]:
    path = CATALOGUE / f"{domain}.po"
    if not path.is_file():
        return {}
    with path.open("rb") as file:
        catalogue = read_po(file, locale="en")
    found: dict[str, str] = {}
    for message in catalogue:
        if message.fuzzy or not message.id:
            continue
        ids = message.id if isinstance(message.id, list | tuple) else [message.id]
        texts = message.string if isinstance(message.string, list | tuple) else [message.string]
        found |= {one: texts[-1] for one in ids if texts[-1]}
    return found


@pytest.mark.parametrize("source", [in_python, in_templates, in_scripts], ids=["python", "templates", "scripts"])
def test_every_chinese_text_has_its_english(source: object) -> None:
    known = translated("django") | (translated("djangojs") if source is in_scripts else {})
    missing = sorted(
        {
            f"{where}: {text}"
            for where, text in source()
            if HAN.search(text) and not known.get(text)  # type: ignore[operator]
        }
    )
    assert not missing, f"{len(missing)} without English:\n" + "\n".join(missing)


def test_english_keeps_the_placeholders() -> None:
    marks = re.compile(r"%\(\w+\)[sd]|\{\w*\}|%[sd]")
    wrong = [
        f"{text!r} → {english!r}" for domain in ("django", "djangojs") for text, english in translated(domain).items()
        if sorted(set(marks.findall(text))) != sorted(set(marks.findall(english)))
    ]  # fmt: skip
    assert not wrong, "\n".join(wrong)


def test_english_is_english() -> None:
    wrong = [
        f"{text!r} → {english!r}" for domain in ("django", "djangojs") for text, english in translated(domain).items()
        if HAN.search(english) and text not in {"中文", "中文 (zh)"}
    ]  # fmt: skip
    assert not wrong, "\n".join(wrong)


def test_no_bare_chinese_in_templates() -> None:
    """Chinese outside translate tags would stay Chinese on the English site; a language names itself."""
    wrong = []
    for path in sorted(SOURCE.rglob("templates/**/*.html")):
        text = path.read_text("utf-8")
        text = re.sub(r"(?s)\{%\s*comment.*?endcomment\s*%\}|\{#.*?#\}|<!--.*?-->", "", text)
        text = BLOCK.sub("", text)
        text = re.sub(r"\{%.*?%\}|\{\{.*?\}\}", "", text, flags=re.S)
        wrong += [
            f"{path.relative_to(ROOT)}: {line.strip()[:80]}"
            for line in text.splitlines() if HAN.search(line.replace("中文", ""))
        ]  # fmt: skip
    assert not wrong, "\n".join(wrong)
