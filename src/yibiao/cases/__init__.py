"""Cases: hazards, incidents and requests, each moving through the lifecycle of its pack."""
