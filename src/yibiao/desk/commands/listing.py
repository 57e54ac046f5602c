"""A group of commands that brings each of them only when it is asked for: `yibiao doctor` loads no engine."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import click

Brings = Callable[[], click.Command]


class Listed(click.Group):
    """``brings`` says for every name what imports and gives its command."""

    def __init__(self, *parts: Any, brings: Mapping[str, Brings], **more: Any) -> None:
        super().__init__(*parts, **more)
        self._brings = brings

    def list_commands(self, context: click.Context) -> list[str]:
        return sorted({*self._brings, *super().list_commands(context)})

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        if name in self._brings:
            return self._brings[name]()
        return super().get_command(context, name)
