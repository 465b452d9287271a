"""splunkd's REST, a file a family of resources."""
