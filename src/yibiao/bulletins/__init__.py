"""Texts whose numbers are citations: template, draft, issue, restatement."""
