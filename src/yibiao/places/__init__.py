"""The tree of places through time: a county that was split or moved still adds up."""
