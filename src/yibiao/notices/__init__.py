"""Notices down the tree and who signed for them; warnings; who is told of what."""
