"""A repository of detections as code in, what contentctl would make of it out: detections, macros, lookups, cases."""
