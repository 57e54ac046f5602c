"""Build hook: what a wheel depends on is requirements/run.in, pinned to the versions of requirements/run.txt."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface


class Pinned(MetadataHookInterface):
    def update(self, metadata: dict[str, Any]) -> None:
        lines = Path(self.root, "requirements", "run.txt").read_text().splitlines()
        pins = [line.rstrip(" \\") for line in lines if re.match(r"[a-z0-9]", line)]
        metadata["dependencies"] = pins
