"""Static files are looked up once for a whole run, not again for each of the thousands of browsers in it."""

from __future__ import annotations

from typing import Any, ClassVar

from whitenoise.middleware import WhiteNoiseMiddleware


class LookedUpOnce(WhiteNoiseMiddleware):
    _found: ClassVar[dict[str, Any]] = {}

    def add_files_from_finders(self) -> None:
        if not self._found:
            super().add_files_from_finders()
            self._found.update(self.files)
        self.files = self._found
