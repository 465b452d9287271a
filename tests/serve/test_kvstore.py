"""The KV store of the embedded splunkd: its REST as clients use it, who may, what lasts, and when it is down."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from splunklib.client import connect

from tests.serve.embedded import APP, Endpoint, Reply, copy_app, embedded
from tests.serve.process import start

DATA = f"/servicesNS/nobody/{APP}/storage/collections/data/s3_batch_approvals"
CONFIG = f"/servicesNS/nobody/{APP}/storage/collections/config"
KVSTORE = "/servicesNS/nobody/system/configs/conf-server"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[Endpoint, Path]]:
    with embedded(tmp_path) as (endpoint, _):
        yield endpoint, tmp_path / APP


def send(endpoint: Endpoint, path: str, body: Any, method: str = "POST") -> Reply:
    from base64 import b64encode

    login = "Basic " + b64encode(f"admin:{endpoint.password}".encode()).decode()
    text = body if isinstance(body, bytes) else json.dumps(body).encode()
    return endpoint.ask(
        f"{endpoint.rest}{path}?output_mode=json",
        text,
        {"Authorization": login, "Content-Type": "application/json"},
        method,
    )


def switch(endpoint: Endpoint, down: bool) -> None:
    reply = endpoint.call(f"{KVSTORE}/kvstore", {"disabled": "1" if down else "0"})
    if reply.status == 404:
        reply = endpoint.call(KVSTORE, {"name": "kvstore", "disabled": "1" if down else "0"})
    assert reply.status == 200, reply.body


def test_documents_are_kept_changed_found_and_deleted(server):
    endpoint, _ = server
    made = send(endpoint, DATA, {"account": "1", "expires": 5, "_key": "a b/c"})
    assert (made.status, made.json) == (201, {"_key": "a b/c"})
    again = send(endpoint, DATA, {"account": "1", "_key": "a b/c"})
    assert (again.status, again.json["messages"][0]["text"]) == (
        409, "A document with the same key and user already exists.")  # fmt: skip
    new = send(endpoint, DATA, {"account": "2", "expires": "7"}).json["_key"]
    path = f"{DATA}/a%20b%252Fc"
    assert endpoint.call(path).json == {"account": "1", "expires": 5, "_key": "a b/c", "_user": "nobody"}
    assert send(endpoint, path, {"account": "3"}).json == {"_key": "a b/c"}
    assert endpoint.call(path).json == {"account": "3", "_key": "a b/c", "_user": "nobody"}
    query = "query=%7B%22expires%22%3A%7B%22%24gt%22%3A6%7D%7D&fields=account,_key:0"
    assert endpoint.call(f"{DATA}?{query}").json == [{"account": "2"}]
    assert endpoint.call(f"{DATA}/{new}", method="DELETE").status == 200
    assert endpoint.call(f"{DATA}/{new}").status == 404
    assert send(endpoint, f"{DATA}/{new}", {}).status == endpoint.call(f"{DATA}/{new}", method="DELETE").status == 404
    assert endpoint.call(f"{DATA}?query=%7B%22account%22%3A%22x%22%7D", method="DELETE").status == 200
    assert len(endpoint.call(DATA).json) == 1
    assert endpoint.call(DATA, method="DELETE").status == 200
    assert endpoint.call(DATA).json == []


def test_many_are_saved_at_once_or_none_and_read_by_pages(server):
    endpoint, _ = server
    many = [{"_key": f"{number:03d}", "account": str(number % 3), "expires": number} for number in range(100)]
    assert send(endpoint, f"{DATA}/batch_save", many).json == [document["_key"] for document in many]
    page = endpoint.call(f"{DATA}?sort=account:-1,expires&skip=1&limit=2&fields=expires").json
    assert page == [{"_key": "005", "expires": 5}, {"_key": "008", "expires": 8}]
    found = send(endpoint, f"{DATA}/batch_find", [{"query": {"account": "0"}, "limit": 1}, {"query": {"expires": -1}}])
    assert [[document["_key"] for document in each] for each in found.json] == [["000"], []]
    bad = [{"_key": "new", "account": "1"}, {"_key": "bad", "expires": "soon"}]
    assert send(endpoint, f"{DATA}/batch_save", bad).status == 400
    assert endpoint.call(f"{DATA}/new").status == 404
    assert send(endpoint, f"{DATA}/batch_save", [{}] * 1_001).status == 400


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        (DATA, b"{", 400),
        (DATA, b"\xff", 400),
        (DATA, b'{"expires": NaN}', 400),
        (DATA, [], 400),
        (DATA, {"expires": "soon"}, 400),
        (DATA, {"$where": 1}, 400),
        (DATA, b"[" * 100_000, 400),
        (f"{DATA}/batch_save", {}, 400),
        (f"{DATA}/batch_save", [1], 400),
        (f"{DATA}/batch_find", [1], 400),
        (f"{DATA}/batch_find", [{"query": {"$where": 1}}], 400),
        (DATA.replace("s3_batch_approvals", "other"), {}, 404),
        (DATA.replace("nobody", "-"), {}, 400),
        (DATA.replace(APP, "-"), {}, 400),
    ],
)
def test_what_is_no_document_is_refused(server, path, body, status):
    assert send(server[0], path, body).status == status
    assert server[0].call(DATA).json == []


@pytest.mark.parametrize("query", ["query=x", "query=%5B%5D", "limit=-1", "skip=x", "sort=a:b", "fields=a:9",
                                   "query=%7B%22a%22%3A%7B%22%24regex%22%3A%22x%22%7D%7D"])  # fmt: skip
def test_what_is_no_query_is_refused(server, query):
    assert server[0].call(f"{DATA}?{query}").status == 400


def test_what_one_user_keeps_another_does_not_see_but_may_share(server):
    endpoint, _ = server
    own = DATA.replace("nobody", "admin")
    send(endpoint, own, {"_key": "mine"})
    send(endpoint, DATA, {"_key": "all"})
    assert [each["_key"] for each in endpoint.call(DATA).json] == ["all"]
    assert [(each["_key"], each["_user"]) for each in endpoint.call(own).json] == [("mine", "admin")]
    assert [each["_key"] for each in endpoint.call(f"{own}?shared=true").json] == ["mine", "all"]


def test_only_the_roles_of_default_meta_may(server):
    endpoint, app = server
    meta = app / "metadata" / "default.meta"
    send(endpoint, DATA, {"_key": "a"})
    meta.write_text(
        meta.read_text().replace("write : [ admin, sc_admin, ess_admin, ess_analyst ]", "write : [ other ]")
    )
    with embedded_again(app) as again:
        assert again.call(DATA).status == 200
        assert send(again, DATA, {"_key": "b"}).status == 403
        assert again.call(DATA, method="DELETE").status == send(again, f"{DATA}/batch_save", []).status == 403
    text = meta.read_text()
    meta.write_text(text.replace("read : [ * ], write : [ other ]", "read : [ other ], write : [ * ]"))
    with embedded_again(app) as again:
        assert again.call(DATA).status == again.call(f"{DATA}/a").status == 403


def embedded_again(app: Path):
    """A server over the same app, whose metadata it reads anew."""
    from contextlib import contextmanager

    from splreplay.serve.http import tls
    from splreplay.serve.http.server import Ports, running
    from splreplay.serve.state.splunkd import open_splunkd
    from tests.serve.embedded import PASSWORD

    @contextmanager
    def opened():
        splunkd = open_splunkd(app.parent / f"again{len(list(app.parent.iterdir()))}", [app])
        splunkd.accounts.set_password(PASSWORD)
        context, certificate = tls.own_context(splunkd.data / "tls")
        with running(splunkd, context, Ports(0, 0)) as ports:
            yield Endpoint(f"https://127.0.0.1:{ports.management}", "", PASSWORD, "", str(certificate))

    return opened()


def test_the_sdk_makes_a_collection_and_uses_it(server):
    endpoint, app = server
    port = int(endpoint.rest.rpartition(":")[2])
    service = connect(host="127.0.0.1", port=port, username="admin", password=endpoint.password, owner="nobody",
                      app=APP, verify=True, context=endpoint.context)  # fmt: skip
    service.kvstore.create("seen", fields={"count": "number"})
    data = service.kvstore["seen"].data
    key = data.insert(json.dumps({"count": "3", "who": "bob"}))["_key"]
    assert data.query(query=json.dumps({"count": {"$gte": 3}})) == [
        {"count": 3, "who": "bob", "_key": key, "_user": "nobody"}
    ]
    assert data.query_by_id(key)["who"] == "bob"
    data.update(key, json.dumps({"count": 4}))
    assert data.batch_find({"query": {"count": 4}})[0][0]["_key"] == key
    data.delete_by_id(key)
    data.batch_save({"_key": "x"}, {"_key": "y"})
    assert len(data.query()) == 2
    service.kvstore["seen"].delete()
    assert "seen" not in [each.name for each in service.kvstore]
    assert endpoint.call(f"{CONFIG}/seen").status == 404
    assert "seen" not in (app / "local" / "collections.conf").read_text()


def test_when_it_is_down_everything_says_so_and_lookups_end_the_search(server):
    endpoint, _ = server
    status = "/services/kvstore/status"
    assert endpoint.call(status).json["entry"][0]["content"]["current"]["status"] == "ready"
    send(endpoint, DATA, {"_key": "a", "account": "1"})
    switch(endpoint, down=True)
    assert endpoint.call(status).json["entry"][0]["content"]["current"]["status"] == "failed"
    for reply in (endpoint.call(DATA), send(endpoint, DATA, {}), endpoint.call(f"{DATA}/a", method="DELETE")):
        assert (reply.status, "initialization has failed" in reply.json["messages"][0]["text"]) == (503, True)
    job = endpoint.call("/services/search/jobs", {
        "search": "| inputlookup s3_batch_approvals", "exec_mode": "oneshot", "namespace": APP})  # fmt: skip
    assert b"KV Store initialization has failed" in job.body
    switch(endpoint, down=False)
    assert [each["_key"] for each in endpoint.call(DATA).json] == ["a"]


def search(endpoint: Endpoint, spl: str) -> list[dict[str, Any]]:
    path = f"/servicesNS/nobody/{APP}/search/jobs"
    reply = endpoint.call(path, {"search": spl, "exec_mode": "oneshot", "count": "0"})
    assert reply.status == 200, reply.body
    return list(reply.json["results"])


def test_lookups_read_and_write_the_collection(server):
    endpoint, _ = server
    send(endpoint, f"{DATA}/batch_save", [{"_key": "a", "account": "1", "expires": 5}, {"_key": "b", "account": "2"}])
    rows = search(
        endpoint, "| inputlookup s3_batch_approvals where expires>1 | eval key=_key | table key account expires"
    )
    assert rows == [{"key": "a", "account": "1", "expires": "5"}]
    assert search(endpoint, "| makeresults | eval a=2 | lookup s3_batch_approvals account as a output _key as key"
                  " | table key") == [{"key": "b"}]  # fmt: skip
    search(endpoint, '| makeresults | eval _key="b", account="9", expires="8", other="x" | fields - _time'
           " | outputlookup append=true key_field=_key s3_batch_approvals")  # fmt: skip
    assert endpoint.call(DATA).json == [
        {"account": "1", "expires": 5, "_key": "a", "_user": "nobody"},
        {"account": "9", "expires": 8, "_key": "b", "_user": "nobody"},
    ]
    search(endpoint, '| makeresults | eval account="7" | fields account | outputlookup s3_batch_approvals')
    [alone] = endpoint.call(DATA).json
    assert alone["account"] == "7"


@pytest.mark.parametrize("again", [signal.SIGKILL, pytest.param(signal.SIGTERM, marks=pytest.mark.slow)])
def test_what_was_answered_is_there_after_an_end(tmp_path, again):
    copy_app(tmp_path)
    child, endpoint, _ = start(tmp_path)
    try:
        for number in range(20):
            assert send(endpoint, DATA, {"_key": f"{number:02d}", "account": "1" * number}).status == 201
    finally:
        child.send_signal(again)
        child.wait(30)
    child, endpoint, _ = start(tmp_path)
    try:
        assert [each["account"] for each in endpoint.call(DATA).json] == ["1" * number for number in range(20)]
    finally:
        child.terminate()
        child.wait(30)
