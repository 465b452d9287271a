"""Datasets of a folder, sent to an HTTP Event Collector."""
