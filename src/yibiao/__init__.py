"""Yibiao 一表: forms filled once, figures that open down to their facts."""

__version__ = "0.1.0"
