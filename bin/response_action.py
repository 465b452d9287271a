"""The frame of the app's adaptive response actions, as Splunk runs an alert action: a payload on standard input.

An action's file hands `main` a function from a row to the events that tell what was done. They go where
Enterprise Security looks for the results of a finding: through cim_actions where the Common Information Model app has
it, else over REST in the same shape, whose `orig_action_name`, `orig_sid` and `orig_rid` lead back to the finding.
What happens is said as cim_actions says it, on standard error, which splunkd puts into splunkd.log. No secret is.
https://dev.splunk.com/enterprise/docs/devtools/customalertactions
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
import re
import sys
import time
import traceback
from typing import Any, Callable, Dict, Iterable, Iterator, List, Mapping, Union

import chunk_text
import lib_path
import splunkd
from s3batchjobs.text import one_line

Row = Dict[str, Union[str, List[str]]]

MOST_PAYLOAD = 10_000_000  # bytes of standard input, and of the rows
MOST_ROWS = 500  # as Splunk's own limit of alerts for each result of a run
INDEX = re.compile(r"[a-z0-9_][a-z0-9_-]{0,79}")


class Refused(Exception):
    """The action does not do it, and says why; the text is for a person and holds no secret."""


class Action:
    """One run of an action: its parameters, who asked for it, splunkd with their session, and the row it is about."""

    def __init__(self, name: str, sourcetype: str, payload: Mapping[str, Any]) -> None:
        given = payload.get("configuration")
        self.name, self.sourcetype, self.payload = name, sourcetype, payload
        self.parameters: Mapping[str, Any] = given if isinstance(given, dict) else {}
        self.user, self.sid = str(payload.get("user") or payload.get("owner") or ""), str(payload.get("sid") or "")
        self.splunkd = splunkd.of_alert(payload)
        self.index = self.parameter("index") or "main"
        if not INDEX.fullmatch(self.index):
            raise Refused("the parameter index is no name of an index")
        self.ids: Dict[str, str] = {}
        self.cim = _cim_action(name, payload)

    def parameter(self, name: str) -> str:
        return str(self.parameters.get(name) or "").strip()

    def begin(self, number: int, row: Row) -> None:
        """From here on it is about this row: a result of its own (`rid`), or of a finding (`orig_sid`, `orig_rid`)."""
        given = self.payload.get("result_id")
        rid = str(number if given is None else given)
        self.ids = {"rid": rid, "orig_sid": first(row, "orig_sid"), "orig_rid": first(row, "orig_rid")}
        if self.cim:
            self.cim.update(self.ids)

    def message(self, signature: str, status: str = "", level: str = "INFO") -> None:
        told = {"signature": signature, "action_name": self.name, "search_name": self.payload.get("search_name")}
        told.update(self.ids, sid=self.sid, app=self.payload.get("app"), user=self.user)
        told.update(action_mode="saved" if "scheduler" in self.sid else "adhoc", action_status=status)
        text = " ".join(f'{name}="{_plain(value)}"' for name, value in told.items() if value)
        print(f"{level} sendmodaction - {text}", file=sys.stderr, flush=True)
        if self.cim:
            self.cim.message(_plain(signature), status=status, level=40 if level == "ERROR" else 20)

    def write(self, event: Mapping[str, Any]) -> None:
        event = {"time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), **event}
        if self.cim:
            self.cim.events = []  # it writes all that it was ever given
            self.cim.addevent(json.dumps(event), sourcetype=self.sourcetype)
            if not self.cim.writeevents(index=self.index, source=self.name):
                raise Refused("cim_actions could not write the result: see its log")
            return
        sid, rid = ("orig_sid", "orig_rid") if self.ids["orig_sid"] else ("", "rid")
        leads = {"orig_action_name": self.name, "orig_sid": self.ids.get(sid, self.sid), "orig_rid": self.ids[rid]}
        source = str(self.payload.get("search_name") or self.name)
        where = {"index": self.index, "source": source, "sourcetype": self.sourcetype}
        try:
            path = ("services", "receivers", "simple")
            self.splunkd.ask("POST", path, where, {**event, **leads})
        except splunkd.Unanswered as error:
            if not 200 <= error.status < 300:  # Splunk answers here with XML, whatever it is asked for
                raise


Act = Callable[[Action, Row], Iterable[Mapping[str, Any]]]


def first(row: Row, name: str) -> str:
    """The first value of a field; empty where the row has none."""
    value = row.get(name, "")
    return value if isinstance(value, str) else next(iter(value), "")


def main(name: str, sourcetype: str, act: Act) -> None:
    """Run an action as its file's whole work; ends the process, with 1 where something was not done."""
    if sys.argv[1:] != ["--execute"]:
        sys.exit(f"FATAL {name} is run by Splunk: {name}.py --execute, with the payload on standard input")
    try:
        action = Action(name, sourcetype, _payload(sys.stdin.buffer.read(MOST_PAYLOAD + 1)))
        done = [_one(action, act, number, row) for number, row in enumerate(_rows(action.payload))]
    except Exception as error:
        sys.exit(f"FATAL {name} ended early: {_told(error)}")
    sys.exit(0 if all(done) else 1)


def _one(action: Action, act: Act, number: int, row: Row) -> bool:
    """Do it for one row; a row that fails does not end the others."""
    try:
        action.begin(number, row)
        action.message("Invoking modular action")
        for event in act(action, row):
            _note(action, event)
        action.message("Result written", "success")
        return True
    except Exception as error:
        action.message(_told(error), "failure", "ERROR")
        return False


def _note(action: Action, event: Mapping[str, Any]) -> None:
    try:
        action.write(event)
    except Exception as error:
        raise Refused(f"it is done, but the event that tells so could not be written: {_told(error)}") from error


def _told(error: Exception) -> str:
    """Our own words, else the kind and place of the error alone: what others write in theirs may hold a secret."""
    if isinstance(error, (Refused, splunkd.Unanswered)):
        return str(error)
    place = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} in {os.path.basename(place.filename)}, line {place.lineno}"


def _payload(data: bytes) -> Mapping[str, Any]:
    if len(data) > MOST_PAYLOAD:
        raise Refused(f"its payload is longer than {MOST_PAYLOAD:,} bytes")
    try:
        payload = json.loads(data.decode("utf-8"))
    except (ValueError, RecursionError):
        payload = None
    if not isinstance(payload, dict):
        raise Refused("its payload is no JSON object: alert_actions.conf needs payload_format = json")
    return payload


def _rows(payload: Mapping[str, Any]) -> Iterator[Row]:
    """The rows of the results' file; the payload's own row where there is none."""
    path = payload.get("results_file")
    if not path or not os.path.isfile(path):
        result = payload.get("result")
        yield {str(name): value for name, value in result.items()} if isinstance(result, dict) else {}
        return
    with gzip.open(path, "rb") as file:
        data = file.read(MOST_PAYLOAD + 1)
    if len(data) > MOST_PAYLOAD:
        raise Refused(f"its results are longer than {MOST_PAYLOAD:,} bytes")
    csv.field_size_limit(MOST_PAYLOAD)
    lines = chunk_text.safe_lines(io.StringIO(data.decode("utf-8", "replace"), newline=""))
    for number, row in enumerate(csv.DictReader(lines)):
        if number >= MOST_ROWS:
            raise Refused(f"its results have more than {MOST_ROWS} rows: the rest is left out")
        cells = chunk_text.restored({name: cell or "" for name, cell in row.items() if name})
        several = {name: cells.get("__mv_" + name) for name in cells if not name.startswith("__mv_")}
        yield {name: chunk_text.decode_multivalue(mv) if mv else cells[name] for name, mv in several.items()}


def _cim_action(name: str, payload: Mapping[str, Any]) -> Any:
    """cim_actions' own action, where the Common Information Model app is installed and works with this Python."""
    folder = os.path.join(os.environ.get("SPLUNK_HOME", ""), "etc", "apps", "Splunk_SA_CIM", "lib")
    if not os.path.isfile(os.path.join(folder, "cim_actions.py")):
        return None
    sys.path.append(folder)
    try:
        from cim_actions import ModularAction  # type: ignore[import-not-found]

        return ModularAction(json.dumps(payload), ModularAction.setup_logger(name + "_modalert"), name)
    except Exception as error:
        print(f"WARN cim_actions does not work here: {_told(error)}; results go over REST", file=sys.stderr)
        return None


def _plain(value: Any) -> str:
    """Text that stays within its quotes in a log."""
    return one_line(str(value)).replace('"', "'")
