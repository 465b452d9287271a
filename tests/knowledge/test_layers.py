"""What settings come to: default under local, [default] under every stanza, and what other apps export."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from splreplay import SplError, query
from splreplay.findings import risk_events
from splreplay.knowledge.app import App, load_app
from splreplay.knowledge.layers import Folder, Layers
from splreplay.serve.search import check, run_query
from splreplay.serve.state.jobs import Query
from splreplay.serve.state.splunkd import open_splunkd

RISK = json.dumps([{"risk_object_field": "user", "risk_object_type": "user", "risk_score": 7}])
RULE = f"[Rule]\nsearch = *\naction.risk.param._risk = {RISK}\n"
EXPORTED, PRIVATE = "[]\nexport = system\n", "[]\nexport = none\n"
EVENTS = [{"_time": 1, "user": "eve"}, {"_time": 2, "user": "ann"}]


def write(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


# files of savedsearches.conf -> how many risk events [Rule] gives for one row
SWITCHES = {
    "the stanza's own": ({"default": RULE + "action.risk = 1\n"}, 1),
    "[default]": ({"default": f"[default]\naction.risk = 1\n{RULE}"}, 1),
    "[default] below": ({"default": f"{RULE}[default]\naction.risk = 1\n"}, 1),
    "above the first stanza": ({"default": f"action.risk = 1\n{RULE}"}, 1),
    "local's [default]": ({"default": RULE, "local": "[default]\naction.risk = 1\n"}, 1),
    "local's [default] over default's": ({"default": "action.risk = 1\n" + RULE, "local": "action.risk = 0\n"}, 0),
    "the stanza over local's [default]": ({"default": RULE + "action.risk = 0\n", "local": "action.risk = 1\n"}, 0),
    "nothing": ({"default": RULE}, 0),
}


@pytest.mark.parametrize("case", SWITCHES)
def test_default_applies_to_every_stanza(case: str, tmp_path: Path) -> None:
    files, count = SWITCHES[case]
    app = load_app(write(tmp_path, {f"{layer}/savedsearches.conf": text for layer, text in files.items()}))
    assert len(risk_events(app.saved_search("Rule"), [{"user": "eve"}])) == count


@pytest.mark.parametrize("conf", ["macros", "savedsearches", "commands", "eventtypes", "props", "transforms"])
def test_default_is_no_stanza_itself(conf: str, tmp_path: Path) -> None:
    text = "[default]\ndefinition = x\nsearch = y\nfilename = z.py\nEVAL-a = 1\n"
    app = load_app(write(tmp_path, {f"default/{conf}.conf": text}))
    assert not app.conf(conf)
    assert [*app.macros, *app.saved_searches, *app.commands, *app.field_rules] == []


def test_default_in_every_kind(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "default/macros.conf": "iseval = 1\n[who]\ndefinition = \"user=\" . \"eve\"\n",
            "default/eventtypes.conf": "search = user=ann\n[any]\n",
            "default/transforms.conf": "filename = people.csv\n[people]\ncase_sensitive_match = f\n",
            "default/props.conf": "EVAL-twice = user . user\n[aws:cloudtrail]\nEVAL-once = user\n",
            "lookups/people.csv": "user,role\nEVE,admin\n",
        },
    )  # fmt: skip
    rows = {
        "`who` | table user": [{"user": "eve"}],
        "eventtype=any | table user": [{"user": "ann"}],
        "user=eve | lookup people user | table role": [{"role": "admin"}],
        "user=eve | table once twice": [{"once": "eve", "twice": "eveeve"}],
    }
    for spl, expected in rows.items():
        assert query(spl, EVENTS, app=str(tmp_path), addon=str(tmp_path)) == expected


OTHER = {
    "default/macros.conf": "[theirs]\ndefinition = n=1\n",
    "default/savedsearches.conf": "[Theirs]\nsearch = | makeresults\n",
    "default/transforms.conf": "[people]\nfilename = people.csv\n",
    "default/eventtypes.conf": "[mine]\nsearch = n=1\n",
    "default/commands.conf": "[theircommand]\nfilename = theirs.py\nchunked = true\n",
    "bin/theirs.py": "",
    "lookups/people.csv": "n,name\n1,one\n",
}
# search -> its rows where the other app exports what it has, and what is said where it does not
SHARED: dict[str, tuple[list[dict[str, Any]], str]] = {
    "| makeresults | eval n=1 | search `theirs` | table n": ([{"n": "1"}], "unknown macro 'theirs'"),
    "| savedsearch Theirs | stats count": ([{"count": "1"}], "no saved search 'Theirs'"),
    "| inputlookup people": ([{"n": "1", "name": "one"}], "there is no lookup 'people'"),
    "| makeresults | eval n=1 | search eventtype=mine | table n": ([{"n": "1"}], ""),
}


def apps(folder: Path, meta: str) -> list[Path]:
    ours = write(folder / "ours", {"default/app.conf": ""})
    return [ours, write(folder / "theirs", {**OTHER, "metadata/default.meta": meta})]


@pytest.mark.parametrize("spl", SHARED)
@pytest.mark.parametrize("meta", [EXPORTED, PRIVATE])
def test_a_search_sees_what_other_apps_export(spl: str, meta: str, tmp_path: Path) -> None:
    rows, words = SHARED[spl]
    server = open_splunkd(tmp_path / "data", apps(tmp_path, meta))
    try:
        if meta == EXPORTED or not words:
            assert run_query(server, Query(spl, "ours")).rows == (rows if meta == EXPORTED else [])
        else:
            with pytest.raises(SplError, match=words):
                run_query(server, Query(spl, "ours"))
        assert run_query(server, Query(spl, "theirs")).rows == rows
    finally:
        server.close()


@pytest.mark.parametrize("meta", [EXPORTED, PRIVATE])
def test_a_command_of_another_app_is_its_file(meta: str, tmp_path: Path) -> None:
    folders = {path.name: Folder.at(path, path.name) for path in apps(tmp_path, meta)}
    found = App(Layers(folders), "ours").commands
    assert [command.path for command in found.values()] == [tmp_path / "theirs/bin/theirs.py"] * (meta == EXPORTED)


def test_local_meta_goes_before_default_meta(tmp_path: Path) -> None:
    write(tmp_path, {"metadata/default.meta": EXPORTED, "metadata/local.meta": "[macros/a%20b]\nexport = none\n"})
    folder = Folder.at(tmp_path)
    assert [folder.exports("macros", name) for name in ("a b", "c")] == [False, True]


def test_an_error_names_the_app_of_the_file(tmp_path: Path) -> None:
    macros = {"default/macros.conf": "[theirs]\ndefinition = | nosuch\n", "metadata/default.meta": EXPORTED}
    write(tmp_path / "theirs", macros)
    server = open_splunkd(tmp_path / "data", [write(tmp_path / "ours", {"default/app.conf": ""}), tmp_path / "theirs"])
    try:
        with pytest.raises(SplError, match=r"theirs/default/macros\.conf:2:16"):
            run_query(server, Query("| makeresults `theirs`", "ours"))
    finally:
        server.close()


def test_a_file_in_no_encoding_we_know_is_told(tmp_path: Path) -> None:
    (write(tmp_path, {"default/app.conf": ""}) / "default" / "macros.conf").write_bytes(b"[a]\ndefinition = \xe9\n")
    with pytest.raises(SplError, match=r"cannot read macros\.conf"):
        query("`a`", EVENTS, app=str(tmp_path))


@pytest.mark.parametrize("count", [10, 1000])
def test_each_conf_is_read_once_a_search_however_many_macros(
    count: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    macros = "".join(f"[m{number}]\ndefinition = n={number}\n" for number in range(count))
    files = {"default/macros.conf": macros, "local/macros.conf": macros, "metadata/default.meta": EXPORTED}
    root = write(tmp_path / "many", files)
    server = open_splunkd(tmp_path / "data", [root])
    read: list[str] = []
    plain = Path.read_text

    def counting(path: Path, *args: Any, **options: Any) -> str:
        read.append(str(path))
        return plain(path, *args, **options)

    monkeypatch.setattr(Path, "read_text", counting)
    for work in (check, run_query):
        read.clear()
        work(server, Query("| makeresults | eval n=1 | search `m1` | stats count", "many"))
        assert read.count(str(root / "default" / "macros.conf")) == 1
        assert len(read) == len(set(read)) < 60
    server.close()
