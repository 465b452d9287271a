"""The frame of the app's adaptive response actions, as Splunk runs an alert action: a payload on standard input.

An action's file hands `main` a function from a row to the event that tells what was done. The event goes where
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
from typing import Any, Callable, Dict, Iterator, List, Mapping, Optional, Tuple, Union

import chunk_text
import splunkd

Row = Dict[str, Union[str, List[str]]]
Event = Mapping[str, Any]

MOST_PAYLOAD = 10_000_000  # characters of standard input, and of the rows
MOST_ROWS = 500  # as Splunk's own limit of alerts for each result of a run
INDEX = re.compile(r"[a-z0-9_][a-z0-9_-]{0,79}")


class Refused(Exception):
    """The action does not do it, and says why; the text is for a person and holds no secret."""


class Action:
    """One run of an action: its name, its parameters, who asked for it, and splunkd with their session."""

    def __init__(self, name: str, payload: Mapping[str, Any]) -> None:
        given = payload.get("configuration")
        self.name, self.payload = name, payload
        self.parameters: Mapping[str, str] = given if isinstance(given, dict) else {}
        self.user = str(payload.get("user") or payload.get("owner") or "")
        self.sid = str(payload.get("sid") or "")
        self.splunkd = splunkd.of_alert(payload)

    def parameter(self, name: str) -> str:
        return str(self.parameters.get(name) or "").strip()


Act = Callable[[Action, Row], Event]


def first(row: Row, name: str) -> str:
    """The first value of a field; empty where the row has none."""
    value = row.get(name, "")
    return value if isinstance(value, str) else next(iter(value), "")


def main(name: str, sourcetype: str, act: Act) -> None:
    """Run an action as its file's whole work; ends the process, with 1 where something was not done."""
    if sys.argv[1:] != ["--execute"]:
        sys.exit(f"FATAL {name} is run by Splunk: {name}.py --execute, with the payload on standard input")
    try:
        action = Action(name, _payload(sys.stdin.buffer.read(MOST_PAYLOAD + 1)))
        reporter = _reporter(action, sourcetype)
        done = [_one(action, reporter, act, number, row) for number, row in enumerate(_rows(action.payload))]
    except Exception as error:
        sys.exit(f"FATAL {name} ended early: {_told(error)}")
    sys.exit(0 if all(done) else 1)


def _one(action: Action, reporter: _Reporter, act: Act, number: int, row: Row) -> bool:
    """Do it for one row; a row that fails does not end the others."""
    try:
        reporter.begin(number, row)
        reporter.message("Invoking modular action")
        reporter.write(act(action, row))
        reporter.message("Result written", "success")
        return True
    except Exception as error:
        reporter.message(_told(error), "failure", "ERROR")
        return False


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
        yield dict(_cells(chunk_text.restored({name: cell or "" for name, cell in row.items() if name})))


def _cells(row: Mapping[str, Any]) -> Iterator[Tuple[str, Union[str, List[str]]]]:
    for name, cell in row.items():
        if not name.startswith("__mv_"):
            several = row.get("__mv_" + name)
            yield name, chunk_text.decode_multivalue(several) if several else cell


class _Reporter:
    """Says what happens and writes results, in the shape of cim_actions and without it."""

    def __init__(self, action: Action, sourcetype: str) -> None:
        self.action, self.sourcetype = action, sourcetype
        self.index = action.parameter("index") or "main"
        if not INDEX.fullmatch(self.index):
            raise Refused("the parameter index is no name of an index")
        self.ids: Dict[str, str] = {}

    def begin(self, number: int, row: Row) -> None:
        """From here on it is about this row: a result of its own (`rid`), or of a finding (`orig_sid`, `orig_rid`)."""
        given = self.action.payload.get("result_id")
        rid = str(number if given is None else given)
        self.ids = {"rid": rid, "orig_sid": first(row, "orig_sid"), "orig_rid": first(row, "orig_rid")}

    def message(self, signature: str, status: str = "", level: str = "INFO") -> None:
        payload, action = self.action.payload, self.action
        mode = "saved" if "scheduler" in action.sid else "adhoc"
        told = {"signature": signature, "action_name": action.name, "search_name": payload.get("search_name")}
        told.update(self.ids, sid=action.sid, app=payload.get("app"), user=action.user)
        told.update(action_mode=mode, action_status=status)
        text = " ".join(f'{name}="{_plain(value)}"' for name, value in told.items() if value)
        print(f"{level} sendmodaction - {text}", file=sys.stderr, flush=True)

    def write(self, event: Event) -> None:
        known = bool(self.ids["orig_sid"])
        leads = {
            "orig_action_name": self.action.name,
            "orig_sid": self.ids["orig_sid"] if known else self.action.sid,
            "orig_rid": self.ids["orig_rid"] if known else self.ids["rid"],
        }
        source = str(self.action.payload.get("search_name") or self.action.name)
        where = {"index": self.index, "source": source, "sourcetype": self.sourcetype}
        document = {"time": _now(), **event, **leads}
        try:
            self.action.splunkd.ask("POST", ("services", "receivers", "simple"), where, splunkd.document(document))
        except splunkd.Unanswered as error:
            if not 200 <= error.status < 300:  # Splunk answers here with XML, whatever it is asked for
                raise


class _CimReporter(_Reporter):
    """The same through cim_actions, whose log and spool files Enterprise Security collects."""

    def __init__(self, action: Action, sourcetype: str, modular_action: Any) -> None:
        super().__init__(action, sourcetype)
        logger = modular_action.setup_logger(action.name + "_modalert")
        self.cim = modular_action(json.dumps(action.payload), logger, action.name)

    def begin(self, number: int, row: Row) -> None:
        super().begin(number, row)
        self.cim.update(self.ids)

    def message(self, signature: str, status: str = "", level: str = "INFO") -> None:
        super().message(signature, status, level)
        self.cim.message(_plain(signature), status=status, level={"ERROR": 40}.get(level, 20))

    def write(self, event: Event) -> None:
        self.cim.addevent(json.dumps({"time": _now(), **event}), sourcetype=self.sourcetype)
        if not self.cim.writeevents(index=self.index, source=self.action.name):
            raise Refused("cim_actions could not write the result: see its log")
        self.cim.events = []  # it writes all that it was given, each time


def _reporter(action: Action, sourcetype: str) -> _Reporter:
    cim = _cim_actions()
    return _CimReporter(action, sourcetype, cim.ModularAction) if cim else _Reporter(action, sourcetype)


def _cim_actions() -> Optional[Any]:
    """The module of the Common Information Model app, where that is installed and works with this Python."""
    folder = os.path.join(os.environ.get("SPLUNK_HOME", ""), "etc", "apps", "Splunk_SA_CIM", "lib")
    if not os.path.isfile(os.path.join(folder, "cim_actions.py")):
        return None
    sys.path.append(folder)
    try:
        import cim_actions  # type: ignore[import-not-found]

        return cim_actions
    except Exception as error:
        print(f"WARN cim_actions cannot be imported: {_told(error)}; results go over REST", file=sys.stderr)
        return None


def _now() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


def _plain(value: Any) -> str:
    """Text that stays within its quotes and its line of a log."""
    return re.sub(r"[\x00-\x1f\x7f\u2028\u2029]+", " ", str(value)).replace('"', "'")[:1000]
