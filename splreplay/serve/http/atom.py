"""Entries and feeds, as Atom XML (what the SDKs read by default) or as `output_mode=json`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any
from urllib.parse import quote

from splreplay.serve.http.message import XML, Request, Response, xml_text

SPACES = (
    'xmlns="http://www.w3.org/2005/Atom" xmlns:s="http://dev.splunk.com/ns/rest"'
    ' xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/"'
)
PAGE = 30  # entries, where the client names no count


@dataclass(frozen=True)
class Entry:
    """One entity. `path` is its place below /servicesNS/{owner}/{app}."""

    title: str
    path: str
    content: Mapping[str, Any]
    owner: str = "nobody"
    app: str = "system"
    sharing: str = "system"
    links: tuple[str, ...] = ("list", "edit")

    @property
    def href(self) -> str:
        return f"/servicesNS/{link_part(self.owner)}/{link_part(self.app)}/{self.path}"

    @property
    def acl(self) -> dict[str, Any]:
        return {
            "app": self.app,
            "owner": self.owner,
            "sharing": self.sharing,
            "can_write": True,
            "modifiable": True,
            "removable": False,
            "perms": {"read": ["*"], "write": ["admin"]},
        }


@dataclass(frozen=True)
class Feed:
    """A collection; `paged` takes the part that the client asked for."""

    title: str
    entries: tuple[Entry, ...]
    links: Mapping[str, str] = field(default_factory=dict)
    total: int = 0
    offset: int = 0

    @classmethod
    def paged(cls, title: str, entries: Iterable[Entry], request: Request) -> Feed:
        found = [entry for entry in entries if _mentions(entry, request.get("search"))]
        offset, count = max(0, request.number("offset", 0)), request.number("count", PAGE)
        end = offset + count if count > 0 else len(found)
        return cls(title, tuple(found[offset:end]), {}, len(found), offset)


def link_part(name: str) -> str:
    """A name in a link: splunkd writes a slash within a name as %252F."""
    return quote(name.replace("/", "%2F"), safe="")


def _mentions(entry: Entry, words: str) -> bool:
    """The `search` argument of a collection: every word, `field=value` or bare, without regard to case."""
    for word in words.lower().split():
        name, equals, value = word.partition("=")
        text = str(entry.title if name in {"name", "title"} else entry.content.get(name, ""))
        everything = " ".join([entry.title, *map(str, entry.content.values())])
        if (value not in text.lower()) if equals else (word not in everything.lower()):
            return False
    return True


def render(item: Entry | Feed, request: Request) -> Response:
    feed = item if isinstance(item, Feed) else Feed(item.title, (item,), {}, 1)
    if request.wants_json:
        return Response.json(_feed_json(feed, request))
    if isinstance(item, Entry) and item.path.startswith(("search/jobs/", "search/v2/jobs/")):
        # splunkd gives a job as a bare entry, and the SDK counts on it.
        return Response(200, f"{XML}{_entry_xml(item, SPACES)}\n".encode())
    return Response(200, (XML + _feed_xml(feed, request)).encode())


def now() -> str:
    return datetime.now(timezone.utc).isoformat(timespec="seconds")


def _feed_json(feed: Feed, request: Request) -> dict[str, Any]:
    return {
        "links": dict(feed.links),
        "origin": request.path,
        "updated": now(),
        "generator": {"build": "splreplay", "version": "1"},
        "entry": [_entry_json(entry) for entry in feed.entries],
        "paging": {"total": feed.total, "perPage": len(feed.entries), "offset": feed.offset},
        "messages": [],
    }


def _entry_json(entry: Entry) -> dict[str, Any]:
    links = {"alternate": entry.href, **dict.fromkeys(entry.links, entry.href)}
    return {
        "name": entry.title,
        "id": entry.href,
        "updated": now(),
        "links": links,
        "author": entry.owner,
        "acl": entry.acl,
        "content": dict(entry.content),
    }


def _feed_xml(feed: Feed, request: Request) -> str:
    entries = "\n".join(_entry_xml(entry) for entry in feed.entries)
    links = "".join(f'\n  <link href="{xml_text(href)}" rel="{xml_text(rel)}"/>' for rel, href in feed.links.items())
    return (
        f"<feed {SPACES}>\n  <title>{xml_text(feed.title)}</title>\n  <id>{xml_text(request.path)}</id>"
        f"\n  <updated>{now()}</updated>\n  <author><name>Splunk</name></author>{links}"
        f"\n  <opensearch:totalResults>{feed.total}</opensearch:totalResults>"
        f"\n  <opensearch:itemsPerPage>{len(feed.entries)}</opensearch:itemsPerPage>"
        f"\n  <opensearch:startIndex>{feed.offset}</opensearch:startIndex>"
        f"\n  <s:messages/>\n{entries}\n</feed>\n"
    )


def _entry_xml(entry: Entry, spaces: str = "") -> str:
    href = xml_text(entry.href)
    links = "".join(f'<link href="{href}" rel="{rel}"/>' for rel in ("alternate", *entry.links))
    content = _dict_xml({"eai:acl": entry.acl, **entry.content})
    return (
        f"<entry {spaces}><title>{xml_text(entry.title)}</title><id>{href}</id><updated>{now()}</updated>"
        f"{links}<author><name>{xml_text(entry.owner)}</name></author>"
        f'<content type="text/xml">{content}</content></entry>'
    )


def _dict_xml(values: Mapping[str, Any]) -> str:
    keys = [f'<s:key name="{xml_text(name)}">{_value_xml(value)}</s:key>' for name, value in values.items()]
    return f"<s:dict>{''.join(keys)}</s:dict>"


def _value_xml(value: Any) -> str:
    if isinstance(value, Mapping):
        return _dict_xml(value)
    if isinstance(value, (list, tuple)):
        return "<s:list>" + "".join(f"<s:item>{_value_xml(item)}</s:item>" for item in value) + "</s:list>"
    if isinstance(value, bool):
        return "1" if value else "0"
    return "" if value is None else xml_text(str(value))
