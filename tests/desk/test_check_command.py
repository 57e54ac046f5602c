"""``yibiao check`` and ``yibiao bench check`` where there is no data folder: reading alone needs none."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from docx import Document

from tests.desk.served import ROOT
from yibiao.desk.bench import measuring, specimen

FIELDS = [
    "start", "end", "surface", "num_start", "num_end", "num", "claim", "kind", "value", "low", "high", "bounds",
    "precision", "hedge", "unit", "counts",
]  # fmt: skip
TEXT = "9月10日，共检查企业85户，发放资料2.8万余份。\n其中市级12户，合格率97.5%。\n"
VALUES = [None, 85, 28000, 12, 97.5]


def yibiao(folder: Path, *words: str, given: bytes = b"", language: str = "zh") -> subprocess.CompletedProcess[bytes]:
    """The program in an empty folder, without any setting of the suite."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("YIBIAO_", "DATABASE_", "DJANGO_"))}
    return subprocess.run(
        [sys.executable, "-m", "yibiao.desk.cli", *words],
        env=kept | {"YIBIAO_LANGUAGE": language, "PYTHONPATH": str(ROOT / "src")},
        cwd=folder,
        input=given,
        capture_output=True,
        check=False,
    )


def lines(done: subprocess.CompletedProcess[bytes]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in done.stdout.decode().splitlines()]


def test_one_line_for_every_numeral_without_any_folder(tmp_path: Path) -> None:
    file = tmp_path / "draft.txt"
    file.write_text(TEXT, "utf-8")
    done = yibiao(tmp_path, "check", "draft.txt", "--json")
    assert done.returncode == 0, done.stderr
    found = lines(done)
    assert [one["value"] for one in found] == VALUES
    assert all(list(one) == FIELDS for one in found)
    assert all(TEXT[one["start"] : one["end"]] == one["surface"] for one in found)
    assert all(TEXT[one["num_start"] : one["num_end"]] == one["num"] for one in found)
    assert found[0]["claim"] is False
    assert (found[2]["low"], found[2]["high"], found[2]["bounds"]) == (28000, 29000, "(,)")
    assert os.listdir(tmp_path) == ["draft.txt"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_what_office_machines_write_is_read(tmp_path: Path, encoding: str) -> None:
    done = yibiao(tmp_path, "check", "-", "--json", given=TEXT.encode(encoding))
    assert [one["value"] for one in lines(done)] == VALUES


def test_word_and_markdown_files(tmp_path: Path) -> None:
    made = Document()
    for line in TEXT.splitlines():
        made.add_paragraph(line)
    made.save(str(tmp_path / "draft.docx"))
    (tmp_path / "draft.md").write_text(f"# 通报\n\n{TEXT}", "utf-8")
    for name in ("draft.docx", "draft.md"):
        found = lines(yibiao(tmp_path, "check", name, "--json"))
        assert [one["value"] for one in found] == VALUES, name
    assert "data" not in os.listdir(tmp_path)


def test_faults_come_as_lines_with_a_type_and_decide_the_exit(tmp_path: Path) -> None:
    (tmp_path / "draft.txt").write_text("各地开展了的的检查，共检查企业85户，发现问题隐患3处。\n", "utf-8")
    plain = yibiao(tmp_path, "check", "draft.txt", "--json")
    assert (plain.returncode, [one for one in lines(plain) if "type" in one]) == (0, [])
    done = yibiao(tmp_path, "check", "draft.txt", "--json", "--lint")
    found = [one for one in lines(done) if "type" in one]
    assert [one["type"] for one in found] == ["doubled_char"]
    assert found[0].keys() >= {"type", "start", "end", "surface", "certainty", "note"}
    assert done.returncode == 1


def test_people_get_a_table_in_their_language(tmp_path: Path) -> None:
    chinese = yibiao(tmp_path, "check", "-", "--lint", given=TEXT.encode()).stdout.decode()
    assert "大于 28,000、小于 29,000 份" in chinese
    assert "共 5 个数字" in chinese
    english = yibiao(tmp_path, "check", "-", given=TEXT.encode(), language="en").stdout.decode()
    assert "5 numerals" in english


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (None, "none.txt", "desk.check.nowhere"),
        (b"\xff\xff\x00\x81\xff", "odd.txt", "desk.check.unreadable"),
        (b"PK\x03\x04 broken", "broken.docx", "bulletins.docx.broken"),
    ],
)
def test_refusals(tmp_path: Path, content: bytes | None, name: str, code: str) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    done = yibiao(tmp_path, "check", name, "--json")
    assert done.returncode == 2
    assert [one["code"] for one in json.loads(done.stdout)["problems"]] == [code]


def test_a_text_without_numbers_and_one_of_digits_only(tmp_path: Path) -> None:
    none = yibiao(tmp_path, "check", "-", "--json", given="今天没有数。\n".encode())
    assert (none.returncode, none.stdout) == (0, b"")
    digits = yibiao(tmp_path, "check", "-", "--json", given=b"7" * 200_000)
    assert digits.returncode == 0, digits.stderr
    assert sum(one["num_end"] - one["num_start"] for one in lines(digits)) == 200_000


def test_the_bench_says_what_was_measured_on_what(tmp_path: Path) -> None:
    page = tmp_path / "benchmarks.md"
    page.write_text("# Benchmarks\n\nOther numbers.\n", "utf-8")
    words = ("bench", "check", "--chars", "6000", "--rounds", "2", "--write", str(page))
    done = yibiao(tmp_path, *words, "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["readers"]["reading"]["characters"] == 6000
    assert told["readers"]["reading"]["characters_per_second"] > 1000
    assert told["readers"]["digits"]["found"] > 100
    assert told["page"].keys() >= {"reading_ms", "faults_ms", "whole_ms"}
    assert told["machine"]["cpu"]
    first = page.read_text("utf-8")
    assert "Other numbers." in first
    yibiao(tmp_path, *words)
    assert page.read_text("utf-8").count("yibiao bench check: begin") == 1


def test_the_specimen_is_the_same_every_time_and_as_long_as_asked() -> None:
    assert specimen.text(6000) == specimen.text(6000)
    assert [len(specimen.text(size)) for size in (1, 500, 50_000)] == [1, 500, 50_000]
    assert specimen.text(50_000, seed="another") != specimen.text(50_000)
    assert measuring.speed(lambda text: text.split("\n"), specimen.text(5000), 2).found > 10


def test_a_text_that_is_too_long_is_refused_at_once(tmp_path: Path) -> None:
    (tmp_path / "long.txt").write_bytes("数3个，".encode() * 1_000_000)
    done = yibiao(tmp_path, "check", "long.txt", "--json")
    assert done.returncode == 2
    assert json.loads(done.stdout)["problems"][0]["code"] == "desk.check.too-long"
