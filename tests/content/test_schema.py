"""A detection's YAML is checked as contentctl checks it, by line; hostile YAML is refused before it costs anything."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest

from splreplay.content.documents import LARGEST, DocumentError, parse_document, read_document
from splreplay.content.repository import Repository
from tests.verdicts.fork import DETECTION, lay_out

# What is replaced in a sound detection, and what is said of it, behind the file's name.
MISTAKES: dict[str, tuple[str, str, str]] = {
    "an unknown key": ("how_to_implement:", "how_to_implemnt:", ":15: the file has no key 'how_to_implemnt'; did you"),
    "a missing key": ("author: A Stranger\n", "", ":1: the file has no key 'author', and must have it"),
    "a status": (
        "status: production",
        "status: testing",
        ":6: status is 'testing'; it must be one of experimental, prod",
    ),
    "a type": ("type: TTP", "type: Tpp", ":7: type is 'Tpp'; it must be one of TTP, Anomaly, Hunting, Correlation"),
    "an id": ("id: 2a9b80d3", "id: xa9b80d3", ":2: id is 'xa9b80d3-.*'; it must be a UUID"),
    "a version": ("version: 1", "version: one", ":3: version is 'one'; it must be a whole number"),
    "a date": ("date: '2026-03-02'", "date: March", ":4: date is 'March'; it must be a date as 2026-03-02"),
    "text": (
        "known_false_positives: None known.",
        "known_false_positives: 7",
        ":16: known_false_positives is 7; it must",
    ),
    "a score": ("score: 40", "score: 400", r":24: rba.risk_objects\[0\].score is 400; it must be .* from 1 to 100"),
    "an object's type": ("type: user,", "type: person,", r":24: .* is 'person'; it must be one of system, user, other"),
    "no risk object": ("[{field: user, type: user, score: 40}]", "[]", ":24: rba.risk_objects is empty"),
    "a technique": ("[T1485]", "[1485]", r":29: tags.mitre_attack_id\[0\] is 1485; it must be as T"),
    "a domain": ("security_domain: threat", "security_domain: x", ":31: .*one of endpoint, network, threat, identity"),
    "a product": ("[Splunk Enterprise Security]", "[Splunk]", r":30: tags.product\[0\] is 'Splunk'; it must be one of"),
    "a list for a mapping": ("rba:\n  message", "rba:\n- message", "is no YAML|rba"),
    "attack_data": ("sourcetype: aws:cloudtrail\n", "sourcetyp: aws:cloudtrail\n", ":39: .*'sourcetyp'; did you mean"),
    "no filter macro": ("  | `FILE_filter`\n", "", ":9: the search lacks the filter macro `plain_filter`"),
    "another file name": ("name: NAME", "name: Another", ":1: the file of 'Another' must be named another.yml"),
    "a token of nothing": (
        "message: $user$",
        "message: $usr$",
        ":23: the token \\$usr\\$ does not stand in the search",
    ),
    "a field of nothing": ("field: dest", "field: target", ":25: the field 'target' does not stand in the search"),
    "no test": (DETECTION[DETECTION.index("tests:") :], "", ":6: a production detection needs a test"),
    "a key twice": ("version: 1", "version: 1\nversion: 2", ":4: the key 'version' is given twice"),
}


def said(folder: Path, text: str) -> str:
    root = lay_out(folder, ["plain"])
    file = root / "detections" / "plain.yml"
    file.write_text(text.replace("NAME", "Plain").replace("FILE", "plain"))
    return "\n".join(map(str, Repository(root, root / "tests").detection(file).problems))


def test_a_sound_one_has_no_problem(tmp_path: Path) -> None:
    assert said(tmp_path, DETECTION) == ""


@pytest.mark.parametrize("mistake", MISTAKES)
def test_says_what_contentctl_would(mistake: str, tmp_path: Path) -> None:
    old, new, words = MISTAKES[mistake]
    assert old in DETECTION
    assert re.search(words, said(tmp_path, DETECTION.replace(old, new)))


def test_what_a_macro_or_lookup_lacks_is_told(tmp_path: Path) -> None:
    root = lay_out(tmp_path, ["plain"])
    (root / "lookups").mkdir()
    (root / "lookups" / "x.yml").write_text("name: x\nmin_matches: few\ndescription: x\n")
    (root / "macros" / "y.yml").write_text("name: y\ndescription: y\n")
    assert [str(problem) for problem in Repository(root, root / "tests").problems] == [
        "macros/y.yml:1: the file has no key 'definition', and must have it",
        "lookups/x.yml:2: min_matches is 'few'; it must be a whole number",
    ]


# --- hostile YAML -----------------------------------------------------------------------------------------
def bomb(levels: int) -> str:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, levels)]
    return "\n".join(lines)


HOSTILE = {
    "a bomb of aliases": bomb(9),
    "a bomb of merges": "a: &a {x: 1}\n"
    + "".join(f"b{n}: &b{n} {{<<: [{', '.join(['*a'] * 300)}]}}\n" for n in range(300)),
    "a ring": "a: &a [*a]",
    "a deep list": "[" * 100_000,
    "a deep block": "".join(f"{' ' * n}- \n" for n in range(200)) + "- " * 500 + "x",
    "a tag": "a: !!python/object/apply:os.system [true]",
    "a tag of a name": "a: !!python/name:os.system",
    "an impossible date": "date: 2026-99-99",
    "a key that is a list": "? [a]\n: 1",
    "control characters": "a: \x00",
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_yaml_is_refused_at_once(kind: str) -> None:
    begun = time.perf_counter()
    with pytest.raises(DocumentError):
        parse_document(HOSTILE[kind], "x.yml")
    assert time.perf_counter() - begun < 10


def test_a_huge_file_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "x.yml").write_bytes(b"a: " + b"x" * LARGEST)
    with pytest.raises(DocumentError, match="is larger than 2,000,000 bytes"):
        read_document(tmp_path / "x.yml", "x.yml")


def test_what_is_no_utf_8_is_told_by_line(tmp_path: Path) -> None:
    (tmp_path / "x.yml").write_bytes(b"a: 1\nb: \xff\n")
    with pytest.raises(DocumentError, match=r"x\.yml:2: is not UTF-8"):
        read_document(tmp_path / "x.yml", "x.yml")


# --- places -----------------------------------------------------------------------------------------------
SCALARS = {
    "a literal": "s: |-\n  first word\n  | second `x`\n",
    "a folded one": "s: >-\n  first word\n  | second\n\n  `x`\n",
    "a plain one": "s: first word\n  | second\n  `x`\n",
    "a quoted one": "s: 'it''s first\n  | second `x`'\n",
    "one in double quotes": 's: "say \\"first\\" word\n  | second `x`"\n',
    "letters of every kind": "ä: ü\ns: 'größe 😀\n  | `x`'\n",
}


@pytest.mark.parametrize("kind", SCALARS)
def test_each_character_knows_where_it_stands(kind: str) -> None:
    document = parse_document(SCALARS[kind], "x.yml")
    value = document.written("s")
    assert value.text == document.value["s"]
    for place, char in enumerate(value.text):
        if not char.isspace():
            origin, offset = value.source().locate(place)
            assert origin.text[offset] == char
