"""What outlives a request: events, confs, search jobs."""
