"""Fields from an add-on's props.conf, in Splunk's order: aliases, then calculated fields.

Aliases see the extracted fields; calculated fields see those and the aliases, not each other.
https://help.splunk.com/en/splunk-enterprise/manage-knowledge-objects/knowledge-management-manual/9.4/search-time-operations-sequence
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from splreplay.relation import Relation
    from splreplay.run import Run


def add_fields(run: Run, events: Relation, wanted: frozenset[str] | None) -> Relation:
    return events
