"""Who owes which report, and who is on duty: filings, rosters, shifts, swaps, handovers and spot checks."""
