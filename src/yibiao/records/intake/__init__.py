"""Every way in: the web form, sheets and the API."""
