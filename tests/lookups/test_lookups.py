"""Lookups of an app: matched as its transforms.conf says, read from its folder only, never written to disk."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import pytest
import yaml

from splreplay import SplError, query
from splreplay.engine import search
from splreplay.knowledge.app import load_app
from splreplay.scan.source import DictSource

CASES = yaml.safe_load((Path(__file__).parent / "cases.yml").read_text(encoding="utf-8"))


def _app(root: Path, stanza: dict[str, str], table: str) -> Path:
    (root / "default").mkdir(parents=True)
    (root / "lookups").mkdir()
    lines = [f"{key} = {value}" for key, value in stanza.items()]
    (root / "default" / "transforms.conf").write_text("\n".join(["[l]", *lines]) + "\n", encoding="utf-8")
    (root / "lookups" / "t.csv").write_text(table, encoding="utf-8", newline="")
    return root


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_a_stanza_of_transforms(case: dict[str, Any], tmp_path: Path) -> None:
    app = _app(tmp_path / "app", case["stanza"], case["table"])
    before = (app / "lookups" / "t.csv").read_bytes()
    found = search(case["spl"], DictSource(case["events"]), app=load_app(app))
    assert found.rows == case["expected"]
    warned = [message.text for message in found.messages if "match_type" in message.text]
    assert warned == case.get("said", [])
    assert (app / "lookups" / "t.csv").read_bytes() == before
    assert sorted(path.name for path in (app / "lookups").iterdir()) == ["t.csv"]


@pytest.mark.parametrize(
    "name",
    [
        "../secret.csv",
        "/etc/passwd",
        "..",
        "a/b.csv",
        "secret.csv\0.csv",
        ".csv",
        "link.csv",
        "x" * 5000 + ".csv",
    ],
)
def test_no_name_leads_out_of_the_lookups_folder(name: str, tmp_path: Path) -> None:
    app = _app(tmp_path / "app", {"filename": "../secret.csv"}, "a\n1\n")
    (app / "secret.csv").write_text("word\nopen\n")
    (app / "lookups" / "link.csv").symlink_to(app / "secret.csv")
    for spl in (f'| inputlookup "{name}"', "| inputlookup l"):
        with pytest.raises(SplError, match="lookup"):
            query(spl, [], app=str(app))


def test_a_gzipped_table_is_read(tmp_path: Path) -> None:
    app = _app(tmp_path / "app", {}, "")
    (app / "lookups" / "z.csv.gz").write_bytes(gzip.compress(b"a\n1\n"))
    assert query("| inputlookup z.csv.gz", [], app=str(app)) == [{"a": "1"}]


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"a\n\xff\xfe\n", "UTF-8"), (b'a\n"open\n', "CSV")],
)
def test_a_broken_table_is_named(content: bytes, words: str, tmp_path: Path) -> None:
    app = _app(tmp_path / "app", {}, "")
    (app / "lookups" / "t.csv").write_bytes(content)
    with pytest.raises(SplError, match=r"cannot read lookup t\.csv") as caught:
        query("| inputlookup t.csv", [], app=str(app))
    assert words in str(caught.value)


def test_a_long_cell_is_read(tmp_path: Path) -> None:
    app = _app(tmp_path / "app", {}, "")
    (app / "lookups" / "t.csv").write_bytes(b"a\n" + b"x" * 200_000)
    assert query("| inputlookup t.csv", [], app=str(app)) == [{"a": "x" * 200_000}]


def test_a_local_stanza_wins_over_the_default(tmp_path: Path) -> None:
    app = _app(tmp_path / "app", {"filename": "t.csv"}, "user,role\nAnn,admin\n")
    (app / "local").mkdir()
    (app / "local" / "transforms.conf").write_text("[l]\ncase_sensitive_match = 0\n")
    assert query("* | lookup l user | table role", [{"user": "ANN"}], app=str(app)) == [{"role": "admin"}]


def test_the_nearest_lookup_is_named(tmp_path: Path) -> None:
    app = _app(tmp_path / "app", {"filename": "t.csv"}, "a\n1\n")
    with pytest.raises(SplError, match=r"did you mean 't\.csv'"):
        query("| inputlookup tt.csv", [], app=str(app))


def test_what_was_written_is_said(tmp_path: Path) -> None:
    app = _app(tmp_path / "app", {"filename": "t.csv"}, "a\n1\n")
    result = search("| makeresults | eval a=2 | outputlookup l", DictSource([]), app=load_app(app))
    assert [message.text for message in result.messages] == [
        "outputlookup l: 1 rows for the rest of this run; no file was changed"
    ]


def test_ten_thousand_rows_match_by_hash() -> None:
    rows = [{"ip": f"198.51.{i // 250}.{i % 250}", "n": str(i)} for i in range(10_000)]
    events = [{"ip": row["ip"]} for row in rows]
    found = query("* | lookup big ip | stats sum(n) as n", events, lookups={"big": rows})
    assert found == [{"n": str(sum(range(10_000)))}]


@pytest.mark.parametrize("name", ["t.csv", "l"])
def test_the_first_hundred_rows_match_by_default(name: str, tmp_path: Path) -> None:
    app = _app(tmp_path / "app", {"filename": "t.csv"}, "k,v\n" + "".join(f"1,{n}\n" for n in range(150)))
    found = query(f"* | lookup {name} k OUTPUT v | eval n=mvcount(v), last=mvindex(v, -1) | table n last",
                  [{"k": "1"}], app=str(app))  # fmt: skip
    assert found == [{"n": "100", "last": "99"}]
