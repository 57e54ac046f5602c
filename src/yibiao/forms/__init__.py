"""XLSForm to form version and field dictionary; checks answers on the server."""
