"""The endpoints search/jobs and search/v2/jobs: create, poll, read, control."""

from __future__ import annotations

import time
from concurrent import futures
from typing import TYPE_CHECKING, Any

from splreplay.serve.http import limits
from splreplay.serve.http.atom import Entry, Feed
from splreplay.serve.http.message import XML, Request, Response, RestError, messages, xml_text
from splreplay.serve.http.results import Page, render_export, render_page
from splreplay.serve.search import check, run_query
from splreplay.serve.state.jobs import Job, Query
from splreplay.spl.errors import SplError
from splreplay.spl.times import modifier

if TYPE_CHECKING:
    from splreplay.serve.state.splunkd import Splunkd

MODES = {"", "normal", "blocking", "oneshot"}
ACTIONS = {"cancel", "finalize", "touch", "enablepreview", "disablepreview"}
COUNT = 100  # rows, where the client names no count


def create_job(server: Splunkd, request: Request) -> Response:
    mode = request.get("exec_mode")
    if mode not in MODES:
        raise RestError(400, "exec_mode is normal, blocking or oneshot.")
    query = read_query(server, request)
    job = Job(request.get("id") or server.jobs.new_sid(), query)
    server.jobs.start(job, lambda job: run_query(server, job.query))
    if mode in {"blocking", "oneshot"}:
        wait(job)
    if mode == "oneshot":
        return _oneshot(server, request, job)
    return sid_response(job.sid, request)


def export(server: Splunkd, request: Request) -> Response:
    job = server.jobs.start(
        Job(server.jobs.new_sid(), read_query(server, request)), lambda job: run_query(server, job.query)
    )
    wait(job)
    server.jobs.cancel(job.sid)
    return render_export(Page(job.found.fields, job.found.rows, job.found.messages), request)


def list_jobs(server: Splunkd, request: Request) -> Feed:
    return Feed.paged("jobs", [entry(job, request) for job in server.jobs.all()], request)


def get_job(server: Splunkd, request: Request) -> Entry:
    return entry(server.jobs.get(request.args["sid"]), request)


def delete_job(server: Splunkd, request: Request) -> Response:
    server.jobs.cancel(request.args["sid"])
    return messages(200, [("INFO", "Search job cancelled.")], request.wants_json)


def control_job(server: Splunkd, request: Request) -> Response:
    sid, action = request.args["sid"], request.get("action")
    job = server.jobs.get(sid)
    if action not in ACTIONS:
        raise RestError(400, f"Invalid action: it is one of {', '.join(sorted(ACTIONS))}.")
    if action == "cancel":
        server.jobs.cancel(sid)
    if action == "finalize":
        wait(job)
    return messages(200, [("INFO", f"Search job {action} done.")], request.wants_json)


def get_results(server: Splunkd, request: Request) -> Response:
    job = server.jobs.get(request.args["sid"])
    if not job.is_done:
        return Response(204)
    return render_page(page_of(job, request), request)


def get_preview(server: Splunkd, request: Request) -> Response:
    """The rows so far: there are none until the search is done."""
    job = server.jobs.get(request.args["sid"])
    page = page_of(job, request)
    return render_page(Page(page.fields, page.rows, page.messages, page.offset, not job.is_done), request)


def page_of(job: Job, request: Request) -> Page:
    if request.get("search") and request.path.endswith(("/results", "/results_preview")):
        raise RestError(400, "Results are not searched again here: put that into the search itself.")
    offset, count = request.number("offset", 0), request.number("count", COUNT)
    if offset < 0 or count < 0:
        raise RestError(400, "offset and count are not negative.")
    end = offset + count if count else None
    return Page(job.found.fields, job.found.rows[offset:end], job.found.messages, offset)


def read_query(server: Splunkd, request: Request) -> Query:
    """The search of a request; one that cannot be read is refused at once, as splunkd does."""
    query = Query(
        request.get("search").strip(),
        request.namespace.app or "search",
        request.get("earliest_time"),
        request.get("latest_time"),
        request.get("index_earliest"),
        request.get("index_latest"),
        now_of(request.get("now")),
    )
    if not query.spl:
        raise RestError(400, "Empty search.", kind="FATAL")
    if query.app != "-" and query.app not in server.layers.apps:
        raise RestError(404, f"Application does not exist: {query.app}")
    if not query.spl.startswith("|") and query.spl.split(None, 1)[0].lower() != "search":
        raise RestError(400, "The search must begin with 'search' or with a pipe.", kind="FATAL")
    try:
        check(server, query)
    except SplError as error:
        raise RestError(400, str(error), kind="FATAL") from error
    return query


def now_of(text: str) -> float:
    """From when relative times are counted: the present, unless a request names another time."""
    if not text:
        return time.time()
    try:
        return modifier(text, time.time())
    except SplError as error:
        raise RestError(400, f"now: {error.message}") from error


def sid_response(sid: str, request: Request) -> Response:
    if request.wants_json:
        return Response.json({"sid": sid}, 201)
    return Response(201, f"{XML}<response>\n  <sid>{xml_text(sid)}</sid>\n</response>\n".encode())


def wait(job: Job) -> None:
    if job.future is not None:
        futures.wait([job.future])


def _oneshot(server: Splunkd, request: Request, job: Job) -> Response:
    server.jobs.cancel(job.sid)
    found = job.found
    if job.state == "FAILED":
        return messages(400, list(found.messages), request.wants_json)
    page = page_of(job, request)
    return render_page(Page(page.fields, page.rows[: limits.RESULT_ROWS], page.messages, page.offset), request)


def entry(job: Job, request: Request) -> Entry:
    version = "v2/" if "/v2/" in request.path else ""
    return Entry(job.query.spl, f"search/{version}jobs/{job.sid}", _content(job, request), app=job.query.app)


def _content(job: Job, request: Request) -> dict[str, Any]:
    count = len(job.found.rows)
    return {
        "sid": job.sid,
        "label": job.label,
        "dispatchState": job.state,
        "doneProgress": 1 if job.is_done else 0,
        "isDone": job.is_done,
        "isFailed": job.state == "FAILED",
        "isFinalized": False,
        "isPaused": False,
        "isSaved": False,
        "isSavedSearch": bool(job.label),
        "isZombie": False,
        "eventCount": job.found.scanned,
        "scanCount": job.found.scanned,
        "resultCount": count,
        "resultPreviewCount": count,
        "runDuration": round(job.run_seconds, 3),
        "earliestTime": job.query.earliest,
        "latestTime": job.query.latest,
        "ttl": int(limits.JOB_SECONDS),
        "messages": _job_messages(job, request.wants_json),
    }


def _job_messages(job: Job, as_json: bool) -> Any:
    """In JSON a list, in Atom a dictionary by kind, as splunkd has it."""
    if as_json:
        return [{"type": kind, "text": text} for kind, text in job.found.messages]
    kinds = dict.fromkeys(kind for kind, _ in job.found.messages)
    return {kind.lower(): [text for of, text in job.found.messages if of == kind] for kind in kinds}
