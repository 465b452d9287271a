"""The alert action `notable`, for a Splunk without Enterprise Security."""

from es_events import notable_events
from splunkd import main

if __name__ == "__main__":
    main("notable", notable_events)
