"""Everything that an operator must know of a site, looked at in one go: what, where, and what to do about it."""
