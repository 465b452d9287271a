"""storage/passwords: kept encrypted in a private file, shown to who may read them."""

from __future__ import annotations

import pytest

from splreplay.serve.state.passwords import Passwords, Place
from tests.serve.embedded import APP, embedded

PATH = f"/servicesNS/nobody/{APP}/storage/passwords"
SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCY"


@pytest.fixture
def server(tmp_path):
    with embedded(tmp_path) as (endpoint, splunkd):
        yield endpoint, splunkd


def create(endpoint, **form):
    return endpoint.call(PATH, {"name": "AKIA", "realm": "s3batchjobs", "password": SECRET, **form})


def content(reply):
    assert reply.status in (200, 201), reply.body
    [entry] = reply.json["entry"]
    return {"name": entry["name"], **entry["content"]}


def test_a_password_is_kept_read_changed_and_dropped(server):
    endpoint, _ = server
    made = content(create(endpoint))
    assert (made["name"], made["realm"], made["username"]) == ("s3batchjobs:AKIA:", "s3batchjobs", "AKIA")
    read = content(endpoint.call(f"{PATH}/s3batchjobs%3AAKIA%3A"))
    assert (read["clear_password"], read["password"]) == (SECRET, "********")
    assert SECRET not in read["encr_password"]
    assert content(endpoint.call(f"{PATH}/s3batchjobs%3AAKIA%3A", {"password": "new"}))["clear_password"] == "new"
    assert [entry["name"] for entry in endpoint.call(PATH).json["entry"]] == ["s3batchjobs:AKIA:"]
    assert endpoint.call("/servicesNS/nobody/search/storage/passwords").json["entry"] == []
    assert endpoint.call(f"{PATH}/s3batchjobs%3AAKIA%3A", method="DELETE").json["entry"] == []
    assert endpoint.call(f"{PATH}/s3batchjobs%3AAKIA%3A").status == 404


def test_what_is_wrong_is_refused(server):
    endpoint, _ = server
    assert create(endpoint).status in (200, 201)
    assert create(endpoint).status == 409
    assert create(endpoint, name="").status == 400
    assert create(endpoint, name="other", password="").status == 400
    assert endpoint.call(f"{PATH}/none%3A", {"password": "x"}).status == 404
    assert endpoint.call(f"{PATH}/none%3A", method="DELETE").status == 404
    assert endpoint.call(PATH, auth="Splunk wrong").status == 401


def test_without_the_capability_nobody_reads_or_writes(server):
    endpoint, _ = server
    create(endpoint)
    role = "/services/configs/conf-authorize/role_admin"
    for capability, form in (
        ("list_storage_passwords", None),
        ("edit_storage_passwords", {"name": "x", "password": "y"}),
    ):
        assert endpoint.call(role, {capability: "disabled"}).status == 200
        refused = endpoint.call(PATH, form)
        assert (refused.status, capability in refused.body.decode(), SECRET in refused.body.decode()) == (
            403,
            True,
            False,
        )
        assert endpoint.call(role, {capability: "enabled"}).status == 200


def test_the_files_are_private_and_show_nothing(server):
    endpoint, splunkd = server
    create(endpoint)
    files = [path for path in splunkd.data.rglob("*") if path.is_file()]
    assert [path.name for path in files if SECRET.encode() in path.read_bytes()] == []
    for name in ("passwords.json", "splunk.secret", "accounts.json"):
        assert (splunkd.data / name).stat().st_mode & 0o777 == 0o600


def test_they_outlive_the_process(tmp_path):
    place = Place("app", "a:b\\c", "user")
    Passwords(tmp_path).keep(place, SECRET)
    assert Passwords(tmp_path).clear(place) == SECRET
    assert place.name == "a\\:b\\\\c:user:"
