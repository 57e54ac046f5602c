"""Submissions and registers, and every way in for them."""
