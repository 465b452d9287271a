"""The alert action `risk`, for a Splunk without Enterprise Security."""

from es_events import risk_events
from splunkd import main

if __name__ == "__main__":
    main("risk", risk_events)
