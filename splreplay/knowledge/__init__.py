"""An app's folder in, `App` out: macros, saved searches, lookups, field rules (Splunk's "knowledge objects")."""
