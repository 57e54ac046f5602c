"""A throw-away PostgreSQL cluster on a Unix socket, from Debian's packages."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from pathlib import Path
from urllib.parse import quote

_running: list[Path] = []


def binaries() -> Path:
    """The folder of the newest installed server, 15 or later."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if not found:
        raise RuntimeError("PostgreSQL is not installed: run `make setup`, or `apt-get install postgresql`.")
    return found[-1].parent


def _as_owner(command: list[str]) -> list[str]:
    """PostgreSQL refuses to run as root; Debian's package brings the account to use instead."""
    return ["runuser", "-u", "postgres", "--", *command] if os.geteuid() == 0 else command


def _run(command: list[str]) -> None:
    done = subprocess.run(_as_owner(command), capture_output=True, text=True, cwd="/", check=False)
    if done.returncode:
        raise RuntimeError(f"{command[0]} failed:\n{done.stdout}\n{done.stderr}")


def start(folder: Path) -> str:
    """Start a cluster in the folder and return its DATABASE_URL; the workers of one run share it."""
    if url := os.environ.get("YIBIAO_TEST_CLUSTER"):
        return url
    folder.mkdir(parents=True, exist_ok=True)
    if os.geteuid() == 0:
        for parent in (folder, *folder.parents):
            if parent.parent == parent:
                break
            parent.chmod(parent.stat().st_mode | 0o011)
        shutil.chown(folder, pwd.getpwnam("postgres").pw_uid)
    data, tools = folder / "data", binaries()
    _run(
        [str(tools / "initdb"), "-D", str(data), "-U", "yibiao", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N"]
    )
    options = f"-k {folder} -c listen_addresses='' -c fsync=off -c max_connections=60"
    _run([str(tools / "pg_ctl"), "-D", str(data), "-w", "-l", str(folder / "log"), "-o", options, "start"])
    _running.append(data)
    url = f"postgres://yibiao@{quote(str(folder), safe='')}/postgres"
    os.environ["YIBIAO_TEST_CLUSTER"] = url
    return url


def stop() -> None:
    while _running:
        _run([str(binaries() / "pg_ctl"), "-D", str(_running.pop()), "-m", "immediate", "stop"])
