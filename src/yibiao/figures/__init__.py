"""Facts to columns to figures: indicators, compiler, coverage, lineage."""
