"""Send a dataset or records to a HTTP Event Collector."""
