"""The demo: the five programs of a newspaper page, filled with invented facts that add up to its figures."""
