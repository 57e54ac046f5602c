"""The only place where an engine is known by name."""
