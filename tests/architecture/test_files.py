"""Nothing of the machine on which the project was written, nothing from outside at run time."""

from __future__ import annotations

import re

from tests.architecture.house import ROOT, tracked

TEXTS = {
    ".py", ".md", ".toml", ".txt", ".in", ".json", ".html", ".css", ".js", ".ts", ".sh", ".yaml", ".yml", ".svg",
    ".po", ".csv", ".cfg", "",
}  # fmt: skip
# Package registries and their mirrors; the lock file of the front end names none either.
REGISTRY = re.compile(
    r"https?://[^\s\"']*(?:pypi|npmjs|registry|artifactory|nexus|mirror|proxy)[^\s\"'/]*(?::\d+)?/", re.I
)
MACHINE = re.compile(r"(?<![\w.$}/~)-])/(?:work|root|home/[a-z]\w*|Users/\w+)/[\w.-]")
REMOTE = re.compile(r"""(?:src|href)\s*=\s*["']https?://|@import\s+["']?https?:|url\(["']?https?:""", re.I)


def lines() -> list[tuple[str, str]]:
    found = []
    for path in tracked():
        if path.suffix not in TEXTS or path.stat().st_size > 3_000_000:
            continue
        name = str(path.relative_to(ROOT))
        found += [(f"{name}:{number}", line) for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)]
    return found


def test_no_registry_is_named() -> None:
    found = []
    for where, line in lines():
        if REGISTRY.search(line) and not where.startswith("tests/architecture/"):
            found.append(f"{where}: {line.strip()[:100]}")
    assert not found, "\n".join(found)


def test_no_path_of_a_developers_machine() -> None:
    found = [f"{where}: {line.strip()[:100]}" for where, line in lines() if MACHINE.search(line)]
    assert not found, "\n".join(found)


def test_pages_load_nothing_from_outside() -> None:
    found = [
        f"{where}: {line.strip()[:100]}"
        for where, line in lines()
        if where.startswith(("src/", "frontend/")) and "package-lock" not in where and REMOTE.search(line)
    ]
    assert not found, "\n".join(found)


def test_only_pinned_requirements() -> None:
    for name in ("run", "dev", "clients"):
        text = (ROOT / "requirements" / f"{name}.txt").read_text()
        pins = re.findall(r"^([a-z0-9][\w.-]*(?:\[[\w,]+\])?)==\S+", text, re.M)
        assert pins
        for block in re.split(r"\n(?=[a-z0-9])", text):
            if re.match(r"[a-z0-9]", block):
                assert "--hash=sha256:" in block, block.splitlines()[0]
