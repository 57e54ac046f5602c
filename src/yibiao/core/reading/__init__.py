"""Reads a text from left to right and accounts for every numeral in it: a grammar with a lexicon, no model."""

from yibiao.core.reading.phrases import Phrase, quantity
from yibiao.core.reading.scanning import read
from yibiao.core.reading.types import CLAIMS, NOT_CLAIMS, Reading, Run

__all__ = ["CLAIMS", "NOT_CLAIMS", "Phrase", "Reading", "Run", "quantity", "read"]
