"""What Splunk does with one value: patterns, paths, times, lists as text. No SQL and no files."""
