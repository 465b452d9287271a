"""How an alert script is called, and how it answers: the payload, the rows, and REST with the session key."""

from __future__ import annotations

import csv
import gzip
import json
import os
import re
import ssl
import sys
import urllib.parse
import urllib.request

VALUE = re.compile(r"\$((?:\$\$|[^$])*)\$(?:;|$)")


def main(index, make_events):
    """Write the events that `make_events(settings, rows)` gives to an index."""
    if sys.argv[1:] != ["--execute"]:
        sys.exit("usage: --execute, with the payload on standard input")
    payload = json.load(sys.stdin)
    settings = saved_search(payload)
    common = {"search_name": payload["search_name"], "orig_sid": payload["sid"]}
    where = {"index": index, "source": payload["search_name"], "sourcetype": "finding_for_tests"}
    for event in make_events(settings, read_rows(payload["results_file"])):
        path = "/services/receivers/simple?" + urllib.parse.urlencode(where)
        call(payload, path, json.dumps({**event, **common}).encode())


def saved_search(payload):
    name = urllib.parse.quote(payload["search_name"], safe="")
    path = "/servicesNS/nobody/{}/saved/searches/{}?output_mode=json".format(payload["app"], name)
    return json.loads(call(payload, path))["entry"][0]["content"]


def call(payload, path, body=None):
    headers = {"Authorization": "Splunk " + payload["session_key"], "Content-Type": "text/plain"}
    request = urllib.request.Request(payload["server_uri"] + path, body, headers)
    with urllib.request.urlopen(request, timeout=30, context=tls()) as reply:
        return reply.read()


def tls():
    """splunkd's default certificate is signed by its own authority and has no host name to compare.

    Not SSL_CERT_FILE: splunkd sets it for its children, often to a file that is not there. And not as strict as
    Python 3.13 is by default: that authority is of X.509 version 1.
    """
    authority = os.path.join(os.environ.get("SPLUNK_HOME", "/opt/splunk"), "etc", "auth", "cacert.pem")
    context = ssl.create_default_context(cafile=authority)
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    context.check_hostname = False
    return context


def read_rows(path):
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        return [read_row(row) for row in csv.DictReader(file)]


def read_row(row):
    """Values of a list stand in the `__mv_` column beside the field's own."""
    fields = {name: value for name, value in row.items() if not name.startswith("__mv_") and value}
    for name in fields:
        several = VALUE.findall(row.get("__mv_" + name) or "")
        if several:
            fields[name] = [value.replace("$$", "$") for value in several]
    return fields
