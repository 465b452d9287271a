"""Other people's clients: curl as Splunk's documentation calls it, and an HEC sender from PyPI."""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
import uuid
from urllib.parse import urlsplit

import pytest

from tests.serve.embedded import APP, ROOT, SEARCH, Endpoint

CURL = shutil.which("curl")


def curl(endpoint: Endpoint, *args: str) -> str:
    assert CURL
    command = [CURL, "-sS", "--fail-with-body", "--max-time", "20", "--cacert", endpoint.cafile, *args]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def rest(endpoint: Endpoint, path: str, *args: str) -> str:
    return curl(endpoint, f"{endpoint.rest}{path}", "-u", f"admin:{endpoint.password}", *args)


@pytest.mark.skipif(CURL is None, reason="no curl here")
class TestCurl:
    """https://help.splunk.com/en/splunk-enterprise/get-data-in (HEC examples) and the REST API tutorial."""

    def test_event(self, splunkd: Endpoint) -> None:
        body = '{"event": "Hello, world!", "sourcetype": "manual"}'
        said = curl(
            splunkd,
            f"{splunkd.hec}/services/collector/event",
            "-H",
            f"Authorization: Splunk {splunkd.token}",
            "-d",
            body,
        )
        assert json.loads(said) == {"text": "Success", "code": 0}

    def test_batch_with_the_token_as_password(self, splunkd: Endpoint) -> None:
        body = '{"event":"something happened"}{"event":"something else happened"}'
        said = curl(splunkd, f"{splunkd.hec}/services/collector", "-u", f"x:{splunkd.token}", "-d", body)
        assert json.loads(said)["code"] == 0

    def test_raw_with_a_channel(self, splunkd: Endpoint) -> None:
        url = f"{splunkd.hec}/services/collector/raw?channel={uuid.uuid4()}&sourcetype=mydata"
        said = curl(splunkd, url, "-H", f"Authorization: Splunk {splunkd.token}", "-d", "1, 2, 3... Hello, world!")
        assert json.loads(said)["code"] == 0

    def test_login_then_a_session_key(self, splunkd: Endpoint) -> None:
        form = ("--data-urlencode", "username=admin", "--data-urlencode", f"password={splunkd.password}")
        login = curl(splunkd, f"{splunkd.rest}/services/auth/login", *form)
        key = login.split("<sessionKey>")[1].split("</sessionKey>")[0]
        said = curl(splunkd, f"{splunkd.rest}/services/server/info", "-H", f"Authorization: Splunk {key}")
        assert '<s:key name="version">' in said

    def test_a_bearer_token_until_it_is_deleted(self, splunkd: Endpoint) -> None:
        place, who = "/services/authorization/tokens", "/services/authentication/current-context"
        made = rest(splunkd, f"{place}?output_mode=json", "-d", "name=admin", "-d", "audience=tests")
        token = json.loads(made)["entry"][0]["content"]
        auth = f"Bearer {token['token']}"
        (context,) = splunkd.call(who, auth=auth).json["entry"]
        assert context["content"]["username"] == "admin"
        rest(splunkd, f"{place}/{token['id']}", "-X", "DELETE")
        assert splunkd.call(who, auth=auth).status == 401

    def test_a_search_from_start_to_csv(self, splunkd: Endpoint) -> None:
        started = rest(splunkd, "/services/search/jobs", "-d", "search=| makeresults | eval a=1 | table a")
        job = f"/services/search/jobs/{started.split('<sid>')[1].split('</sid>')[0]}"
        for _ in range(100):
            if '<s:key name="isDone">1</s:key>' in rest(splunkd, job):
                break
        assert rest(splunkd, f"{job}/results", "--get", "-d", "output_mode=csv") == "a\n1\n"

    def test_export(self, splunkd: Endpoint) -> None:
        form = ("-d", "search=| makeresults count=2 | table a", "-d", "output_mode=json")
        said = rest(splunkd, "/services/search/v2/jobs/export", *form)
        assert [json.loads(line)["preview"] for line in said.splitlines()] == [False, False]

    def test_saved_searches_of_an_app(self, splunkd: Endpoint) -> None:
        said = rest(splunkd, f"/servicesNS/nobody/{APP}/saved/searches?output_mode=json&count=0")
        found = [entry["name"] for entry in json.loads(said)["entry"]]
        assert (found[0], found[-1], len(found)) == (SEARCH, "CloudTrail arrival", 5)

    def test_dashboards_of_an_app(self, splunkd: Endpoint) -> None:
        said = json.loads(rest(splunkd, f"/servicesNS/-/{APP}/data/ui/views?output_mode=json&count=0"))
        found = {entry["name"]: entry["content"] for entry in said["entry"]}
        assert {name: found[name]["label"] for name in found} == {
            "s3_batch_approvals": "S3 Batch approvals",
            "s3_batch_exfiltration": "S3 Batch exfiltration",
        }
        shipped = ROOT / "default" / "data" / "ui" / "views" / "s3_batch_exfiltration.xml"
        said = rest(splunkd, f"/servicesNS/-/{APP}/data/ui/views/s3_batch_exfiltration?output_mode=json")
        [view] = json.loads(said)["entry"]
        assert (view["content"]["eai:data"], view["content"]["version"]) == (shipped.read_text("utf-8"), "2")
        assert splunkd.call(f"/servicesNS/-/{APP}/data/ui/views/none").status == 404

    def test_what_is_not_there_is_404(self, splunkd: Endpoint) -> None:
        """Never an invented success: endpoints of splunkd that are not served answer as unknown ones do."""
        for path in ("storage/other", "deployment/server/clients", "cluster/config", "data/ui/nav"):
            reply = splunkd.call(f"/services/{path}")
            assert (reply.status, reply.json["messages"][0]["text"]) == (404, "Not Found")
        assert splunkd.call("/services/server/info", {"a": "b"}).status == 405


def test_the_sender_of_home_assistant(splunkd: Endpoint) -> None:
    """hass-splunk batches envelopes, one a line, and reads HEC's code."""
    hass_splunk, aiohttp = pytest.importorskip("hass_splunk"), pytest.importorskip("aiohttp")
    host = str(uuid.uuid4())

    async def send(token: str) -> bool:
        async with aiohttp.ClientSession() as session:
            port = urlsplit(splunkd.hec).port
            sender = hass_splunk.hass_splunk(session, token, "127.0.0.1", port, verify_ssl=splunkd.context)
            if not await sender.check(connectivity=True, token=True, busy=True):
                return False
            for number in range(500):
                await sender.queue({"time": 1700000000 + number, "host": host, "event": {"n": number}}, send=False)
            return bool(await sender.send())

    assert asyncio.run(send(splunkd.token))
    assert splunkd.search(f"| tstats count where host={host}") == [{"count": "500"}]
    assert not asyncio.run(send("nope"))
