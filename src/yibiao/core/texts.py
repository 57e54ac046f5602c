"""A text in both languages."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Text:
    """A label in Chinese and English; English falls back to Chinese."""

    zh: str
    en: str = ""

    def of(self, language: str) -> str:
        return self.en if language.startswith("en") and self.en else self.zh
