"""Rows as a client asked for them: JSON in the forms that the SDKs read, CSV, or XML.

https://help.splunk.com/en/splunk-enterprise/rest-api-reference/endpoints-search
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from splreplay.serve.http.message import Request, Response, RestError, xml_text
from splreplay.values import moments
from splreplay.values.rows import Row


@dataclass(frozen=True)
class Page:
    """A part of a search's rows, from `offset` on."""

    fields: Sequence[str]
    rows: Sequence[Row]
    messages: Sequence[tuple[str, str]] = ()
    offset: int = 0
    preview: bool = False


def render_page(page: Page, request: Request) -> Response:
    mode = request.get("output_mode", "xml")
    if mode not in FORMS:
        raise RestError(400, f"Invalid output_mode '{mode[:40]}': it is one of {', '.join(FORMS)}.")
    render, content_type = FORMS[mode]
    wanted = [value for key, value in request.params if key in {"f", "field_list"}]
    return Response(200, render(_only(_timed(page), wanted)).encode("utf-8", "replace"), content_type)


def render_export(page: Page, request: Request) -> Response:
    """The stream of /export: in JSON one line a row."""
    if request.get("output_mode", "xml") != "json":
        return render_page(page, request)
    page = _timed(page)
    lines = [
        {"preview": False, "offset": page.offset + at, **_last(at, page.rows), "result": row}
        for at, row in enumerate(page.rows)
    ] or [{"preview": False, "lastrow": True}]
    heads = [{"preview": False, "messages": _messages(page)}] if page.messages else []
    text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in [*heads, *lines])
    return Response(200, text.encode("utf-8", "replace"), "application/json; charset=UTF-8")


def _last(at: int, rows: Sequence[Row]) -> dict[str, bool]:
    return {"lastrow": True} if at == len(rows) - 1 else {}


def _timed(page: Page) -> Page:
    """`_time` as REST gives it; the jobs themselves keep epoch seconds, which alert actions get."""
    return replace(page, rows=list(moments.shown(page.rows, "UTC")))


def _only(page: Page, wanted: Sequence[str]) -> Page:
    if not wanted:
        return page
    rows = [{name: row[name] for name in wanted if name in row} for row in page.rows]
    return Page([name for name in page.fields if name in wanted], rows, page.messages, page.offset, page.preview)


def _messages(page: Page) -> list[dict[str, str]]:
    return [{"type": kind, "text": text} for kind, text in page.messages]


def _json(page: Page) -> str:
    """On one line: the SDK's reader takes each line for a document."""
    head = {"preview": page.preview, "init_offset": page.offset, "messages": _messages(page)}
    fields = [{"name": name} for name in page.fields]
    return json.dumps({**head, "fields": fields, "results": list(page.rows), "highlighted": {}}, ensure_ascii=False)


def _json_rows(page: Page) -> str:
    head = {"preview": page.preview, "init_offset": page.offset, "messages": _messages(page)}
    rows = [[row.get(name) for name in page.fields] for row in page.rows]
    return json.dumps({**head, "fields": list(page.fields), "rows": rows}, ensure_ascii=False)


def _json_cols(page: Page) -> str:
    head = {"preview": page.preview, "init_offset": page.offset, "messages": _messages(page)}
    columns = [[row.get(name) for row in page.rows] for name in page.fields]
    return json.dumps({**head, "fields": list(page.fields), "columns": columns}, ensure_ascii=False)


def _csv(page: Page) -> str:
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_MINIMAL, lineterminator="\n")
    writer.writerow(page.fields)
    writer.writerows([["\n".join(_values(row.get(name))) for name in page.fields] for row in page.rows])
    return out.getvalue()


def _xml(page: Page) -> str:
    order = "".join(f"<field>{xml_text(name)}</field>" for name in page.fields)
    said = "".join(f'<msg type="{kind}">{xml_text(text)}</msg>' for kind, text in page.messages)
    rows = "\n".join(_xml_row(page, at, row) for at, row in enumerate(page.rows, page.offset))
    return (
        f"<?xml version='1.0' encoding='UTF-8'?>\n<results preview='{int(page.preview)}'>\n"
        f"<meta><fieldOrder>{order}</fieldOrder></meta>\n<messages>{said}</messages>\n{rows}\n</results>\n"
    )


def _xml_row(page: Page, offset: int, row: Row) -> str:
    fields = "".join(_xml_field(name, row[name]) for name in page.fields if name in row)
    return f"<result offset='{offset}'>{fields}</result>"


def _xml_field(name: str, value: Any) -> str:
    values = "".join(_xml_value(name, item) for item in _values(value))
    return f'<field k="{xml_text(name)}">{values}</field>'


def _xml_value(name: str, value: str) -> str:
    if name == "_raw":
        return f"<v xml:space='preserve' trim='0'>{xml_text(value)}</v>"
    return f"<value><text>{xml_text(value)}</text></value>"


def _values(value: Any) -> Iterable[str]:
    return [] if value is None else [str(item) for item in value] if isinstance(value, list) else [str(value)]


JSON_TYPE = "application/json; charset=UTF-8"
FORMS = {
    "xml": (_xml, "text/xml; charset=UTF-8"),
    "json": (_json, JSON_TYPE),
    "json_rows": (_json_rows, JSON_TYPE),
    "json_cols": (_json_cols, JSON_TYPE),
    "csv": (_csv, "text/csv; charset=UTF-8"),
}
