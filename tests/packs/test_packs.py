"""Packs: what is read, what is refused with every reason, what is kept, and the programs they open."""

from __future__ import annotations

import io
import os
import zipfile
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from yibiao.core.periods import SHANGHAI
from yibiao.core.problems import Refusal
from yibiao.core.texts import Text
from yibiao.ledger import queries as ledger
from yibiao.packs import actions, queries
from yibiao.packs.types import PackFiles

MANIFEST = """\
id = "holiday-safety"
version = "1.0.0"
title = { zh = "假期安全生产", en = "Holiday work safety" }
about = { zh = "节假日的检查与零报告", en = "Inspections and zero reports of a holiday" }
valid_from = 2022-09-01
source = "样例通知"

[program]
place = "220000000000"
from = 2022-09-10T00:00:00+08:00
until = 2022-09-12T20:00:00+08:00
"""


@dataclass(frozen=True)
class Permit:
    right: str
    actor: str = "a1"
    organisation: str = "o1"


def folder(root: Path, manifest: str = MANIFEST, **files: bytes) -> Path:
    root.mkdir(parents=True, exist_ok=True)
    (root / "pack.toml").write_text(manifest)
    for name, content in files.items():
        path = root / name.replace("__", "/").replace("_dot_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return root


def good(root: Path, manifest: str = MANIFEST, **files: bytes) -> PackFiles:
    pack, problems = queries.read(folder(root, manifest, **files))
    assert not problems
    assert pack is not None
    return pack


def zipped(path: Path, members: dict[str, bytes], **kind: int) -> Path:
    with zipfile.ZipFile(path, "w", **kind) as archive:  # type: ignore[arg-type]
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def test_a_folder_and_its_zip_are_the_same_pack(tmp_path: Path) -> None:
    files = {"forms__a_dot_md": b"| survey |", "indicators_dot_toml": b""}
    pack = good(tmp_path / "pack", **files)
    assert (pack.id, pack.version, pack.title.of("en")) == ("holiday-safety", "1.0.0", "Holiday work safety")
    assert set(pack.files) == {"pack.toml", "forms/a.md", "indicators.toml"}
    plain = zipped(tmp_path / "a.zip", dict(pack.files))
    nested = zipped(tmp_path / "b.zip", {f"holiday-safety/{name}": content for name, content in pack.files.items()})
    for path in (plain, nested):
        again, problems = queries.read(path)
        assert not problems
        assert again is not None
        assert again.digest == pack.digest


def test_every_slip_of_a_manifest_is_named_with_its_line(tmp_path: Path) -> None:
    wrong = MANIFEST.replace("1.0.0", "one").replace('zh = "假期安全生产", ', "").replace("source", "sauce")
    wrong = wrong.replace('"220000000000"', "220000000000").replace("+08:00", "")
    pack, problems = queries.read(folder(tmp_path / "pack", wrong))
    assert pack is None
    told = {(problem.code.rpartition(".")[2], problem.where, problem.values["key"]) for problem in problems}
    assert told == {
        ("value", "pack.toml 第 2 行", "version"),
        ("required", "pack.toml 第 3 行", "title.zh"),
        ("unknown-key", "pack.toml 第 6 行", "sauce"),
        ("required", "pack.toml", "source"),
        ("value", "pack.toml 第 9 行", "program.place"),
        ("value", "pack.toml 第 10 行", "program.from"),
        ("value", "pack.toml 第 11 行", "program.until"),
    }
    for problem in problems:
        assert "{" not in problem.text("zh").replace("{ zh =", "")
        assert problem.text("en")


@pytest.mark.parametrize(
    ("manifest", "code", "where"),
    [
        ("id = \n", "packs.manifest.syntax", "pack.toml 第 1 行"),
        (MANIFEST.replace("2022-09-12T20", "2022-09-09T20"), "packs.program.empty-window", "pack.toml 第 11 行"),
        (MANIFEST.replace('"holiday-safety"', '"../x"'), "packs.manifest.value", "pack.toml 第 1 行"),
    ],
)
def test_a_wrong_manifest_is_refused(tmp_path: Path, manifest: str, code: str, where: str) -> None:
    pack, problems = queries.read(folder(tmp_path / "pack", manifest))
    assert pack is None
    assert [(problem.code, problem.where) for problem in problems] == [(code, where)]


def test_a_misspelt_or_foreign_file_is_named(tmp_path: Path) -> None:
    _, problems = queries.read(folder(tmp_path / "pack", indicator_dot_toml=b"", run_dot_py=b""))
    assert [(problem.code, problem.where) for problem in problems] == [
        ("packs.file.unexpected", "indicator.toml"),
        ("packs.file.unexpected", "run.py"),
    ]
    assert "indicators.toml" in problems[0].text()


@pytest.mark.parametrize("name", ["../evil.md", "/etc/evil.md", "forms\\evil.md", "C:evil.md", "a/../../b.md"])
def test_a_zip_cannot_reach_out(tmp_path: Path, name: str) -> None:
    pack, problems = queries.read(zipped(tmp_path / "a.zip", {"pack.toml": MANIFEST.encode(), name: b"x"}))
    assert pack is None
    assert [problem.code for problem in problems] == ["packs.file.unsafe-path"]


def test_links_are_refused(tmp_path: Path) -> None:
    root = folder(tmp_path / "pack")
    os.symlink("/etc/passwd", root / "notes.md")
    link = zipfile.ZipInfo("notes.md")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("pack.toml", MANIFEST)
        archive.writestr(link, "/etc/passwd")
    for path in (root, tmp_path / "a.zip"):
        pack, problems = queries.read(path)
        assert pack is None
        assert [problem.code for problem in problems] == ["packs.file.unsafe-path"]


def test_bombs_are_refused(tmp_path: Path) -> None:
    head = {"pack.toml": MANIFEST.encode()}
    cases = {
        "packs.zip.bomb": head | {"data.csv": b"0" * 5_000_000},
        "packs.files.too-many": head | {f"data/{number}.csv": b"" for number in range(500)},
        "packs.files.too-large": head | {"data.csv": os.urandom(21 * 1024 * 1024)},
    }
    for code, members in cases.items():
        pack, problems = queries.read(zipped(tmp_path / "a.zip", members, compression=zipfile.ZIP_DEFLATED))
        assert pack is None
        assert [problem.code for problem in problems] == [code]


def test_a_zip_that_lies_about_its_sizes_is_refused(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("pack.toml", MANIFEST)
        archive.writestr("data.csv", b"0" * 3_000_000)
    content = bytearray(buffer.getvalue())
    central = content.rindex(b"PK\x01\x02")
    content[central + 24 : central + 28] = (10).to_bytes(4, "little")
    (tmp_path / "a.zip").write_bytes(bytes(content))
    pack, problems = queries.read(tmp_path / "a.zip")
    assert pack is None
    assert [problem.code for problem in problems] == ["packs.zip.broken"]


def test_what_is_no_pack_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(b"PK no zip")
    assert [p.code for p in queries.read(tmp_path / "a.zip")[1]] == ["packs.zip.broken"]
    assert [p.code for p in queries.read(tmp_path / "nothing")[1]] == ["packs.path.missing"]
    (tmp_path / "empty").mkdir()
    assert [p.code for p in queries.read(tmp_path / "empty")[1]] == ["packs.manifest.missing"]


@pytest.mark.django_db
def test_installing_keeps_the_files_and_opens_the_program(tmp_path: Path) -> None:
    pack = good(tmp_path / "pack", forms__a_dot_md=b"| survey |")
    first = actions.install(pack)
    again = actions.install(pack, by=Permit("manage"))
    assert first == again == queries.current("holiday-safety")
    assert queries.files("holiday-safety", "1.0.0") == pack
    assert queries.file("holiday-safety", "1.0.0", "forms/a.md") == b"| survey |"
    program = queries.program("holiday-safety")
    assert queries.programs() == (program,)
    assert program.window_until == datetime(2022, 9, 12, 20, tzinfo=SHANGHAI)
    assert (program.place, program.pack_version, program.title.zh) == ("220000000000", "1.0.0", "假期安全生产")
    facts = [*ledger.history("holiday-safety@1.0.0"), *ledger.history(program.code)]
    assert [fact.kind for fact in facts] == ["pack.installed", "program.opened"]
    assert facts[0].payload["digest"] == pack.digest


@pytest.mark.django_db
def test_an_installed_version_never_changes_and_newer_ones_stand_beside_it(tmp_path: Path) -> None:
    actions.install(good(tmp_path / "1"))
    with pytest.raises(Refusal) as refused:
        actions.install(good(tmp_path / "2", MANIFEST.replace("样例通知", "另一通知")))
    assert refused.value.codes == ("packs.version.changed",)
    assert refused.value.status == 409
    for version in ("1.10.0", "1.9.0"):
        actions.install(good(tmp_path / version, MANIFEST.replace("1.0.0", version)))
    assert queries.current("holiday-safety").version == "1.10.0"
    kept = [(item.version, item.current) for item in queries.versions("holiday-safety")]
    assert kept == [("1.10.0", True), ("1.9.0", False), ("1.0.0", False)]
    assert queries.file("holiday-safety", "1.0.0", "pack.toml") == MANIFEST.encode()


@pytest.mark.django_db
def test_a_further_window_is_a_program_of_its_own(tmp_path: Path) -> None:
    actions.install(good(tmp_path / "pack"))
    begin = datetime(2022, 10, 1, tzinfo=SHANGHAI)

    def open_october(days: int, right: str = "manage") -> str:
        return actions.open_program(
            code="national-day-2022",
            pack="holiday-safety",
            title=Text("国庆假期安全生产"),
            place="220000000000",
            window_from=begin,
            window_until=begin + timedelta(days=days),
            by=Permit(right),
        ).code

    assert open_october(7) == open_october(7) == "national-day-2022"
    assert [program.code for program in queries.programs()] == ["holiday-safety", "national-day-2022"]
    for days, right, code in (
        (8, "manage", "packs.program.changed"), (7, "fill", "packs.permit.manage"),
        (0, "manage", "packs.program.empty-window"),
    ):  # fmt: skip
        with pytest.raises(Refusal) as refused:
            open_october(days, right)
        assert refused.value.codes == (code,)


@pytest.mark.django_db
def test_a_window_that_a_newer_version_moves_is_refused_whole(tmp_path: Path) -> None:
    actions.install(good(tmp_path / "1"))
    moved = MANIFEST.replace("1.0.0", "1.1.0").replace("2022-09-12T20", "2022-09-13T20")
    with pytest.raises(Refusal) as refused:
        actions.install(good(tmp_path / "2", moved))
    assert refused.value.codes == ("packs.program.changed",)
    assert [version.version for version in queries.versions()] == ["1.0.0"]


@pytest.mark.django_db
def test_what_is_not_installed_is_answered_as_such() -> None:
    for ask, code in (
        (lambda: queries.current("x"), "packs.version.unknown"),
        (lambda: queries.files("x", "1.0.0"), "packs.version.unknown"),
        (lambda: queries.file("x", "1.0.0", "pack.toml"), "packs.file.unknown"),
        (lambda: queries.program("x"), "packs.program.unknown"),
    ):
        with pytest.raises(Refusal) as refused:
            ask()
        assert refused.value.codes == (code,)
        assert refused.value.status == 404


def test_the_shipped_packs_can_be_read() -> None:
    shipped = queries.shipped()
    assert {"holiday-safety", "night-patrol", "cyber-week", "community-desk", "happy-community"} <= {
        path.name for path in shipped
    }
    for path in shipped:
        pack, problems = queries.read(path)
        assert not [problem.text() for problem in problems]
        assert pack is not None
        assert pack.id == path.name
