"""The append-only, sealed, Merkle-hashed log of facts; followers' cursors; proofs."""
