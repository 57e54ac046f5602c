"""群众: what citizens report without an account, follow by a token, and open again."""
