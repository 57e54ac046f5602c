"""Measures the draft check: how fast a text is read, beside other readers of the same text in the same run."""
