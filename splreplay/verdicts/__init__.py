"""A detection and its cases in, verdicts out: what fired, what stayed silent, what was refused, and what was seen."""
