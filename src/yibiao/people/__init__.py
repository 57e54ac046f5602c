"""Accounts, posts, rights, scopes and warrants."""
