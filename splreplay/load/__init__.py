"""From files to the first relation: what a search needs of its events, and the events with their fields."""
