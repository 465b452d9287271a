"""The HTTP Event Collector: tokens, envelopes, raw lines, acknowledgements."""
