"""The command as Splunk runs it: a child process fed chunked 1.0 frames, under the Pythons of Splunk."""

from __future__ import annotations

import job_arn
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.command.frames import Command, to_csv
from tests.command.pythons import SPLUNK_PYTHONS, python_or_skip

ARN = "arn:aws:s3:us-west-2:111111111111:job/bb54efd8-937d-4f0c-967d-aa8443998dac"
LARGE = 11 * 1024 * 1024

# NUL and U+FDD0 have tests of their own; UTF-8 cannot hold a lone surrogate.
texts = st.text(st.characters(exclude_characters="\0\ufdd0", exclude_categories=["Cs"]), max_size=40)
hostile = st.sampled_from(["$", "$$", ";", "$;$", '"', '","', "\r", "\n", "\r\n", "a\rb", "{0}", "\ufeff"])
arns = st.one_of(st.just(ARN), st.just(ARN.replace("aws:s3", "aws-cn:s3")), hostile, texts)
cells = st.one_of(arns, st.lists(arns, min_size=2, max_size=5))
names = texts.filter(lambda name: name and not name.startswith("__mv_") and name not in job_arn.FIELDS)


@st.composite
def chunks(draw):
    """The fields of a chunk and its rows; a row need not have every field."""
    fields = ["job_arn", "aws_account_id", *draw(st.lists(names, max_size=3))]
    fields = draw(st.permutations(list(dict.fromkeys(fields))))
    rows = draw(st.lists(st.dictionaries(st.sampled_from(fields), cells), max_size=5))
    return fields, rows


def expected(row, fields):
    given_cells = {field: row.get(field, "") for field in fields}
    added = job_arn.enrichment(row.get("job_arn"), row.get("aws_account_id"))
    return {**given_cells, **added}


@pytest.fixture(scope="module", params=SPLUNK_PYTHONS)
def command(request):
    command = Command(python=python_or_skip(request.param))
    yield command
    code, out, err = command.close()
    assert (code, out, err) == (0, b"", b"")


@settings(deadline=None, max_examples=150)
@given(chunks())
@example((["job_arn"], [{}, {"job_arn": ARN}]))
@example((["job_arn"], []))
@example((["count"], [{"count": "1"}]))
@example((["job_arn"], [{"job_arn": [ARN, "", "$", ";", "$;$", "$$"]}]))
def test_every_row_comes_back_as_it_was_and_enriched(command, chunk):
    fields, rows = chunk
    assert command.rows(to_csv(rows, fields)) == [expected(row, fields) for row in rows]


@pytest.mark.slow
@settings(deadline=None, max_examples=2000)
@given(chunks())
def test_every_row_of_thousands_of_chunks_comes_back(command, chunk):
    fields, rows = chunk
    assert command.rows(to_csv(rows, fields)) == [expected(row, fields) for row in rows]


def test_it_runs_on_the_search_head_only(command):
    assert command.configuration == {"type": "stateful"}


@pytest.mark.parametrize("body", [b"", b"job_arn\n", b"job_arn,__mv_job_arn\r\n"])
def test_an_empty_chunk_is_answered_by_an_empty_one(command, body):
    assert command.rows(body) == []


def test_blank_lines_and_short_rows_do_not_cost_the_columns(command):
    rows = command.rows(f"job_arn,count\n\n{ARN}\n{ARN},3\n".encode())
    assert [(row["job_arn"], row["count"]) for row in rows] == [("", ""), (ARN, ""), (ARN, "3")]


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        (b"\xff\xfe", "\ufffd\ufffd"),
        (b'"a\0b"', "a\ufffdb"),
        (b"a\rb", "a\rb"),
        (b'"a\rb"', "a\rb"),
        (b'"a\r\nb"', "a\r\nb"),
        (b"\xef\xb7\x90", "\ufffd"),
    ],
)
def test_no_byte_of_a_log_ends_the_search(command, sent, read):
    assert [row["x"] for row in command.rows(b"job_arn,x\n1," + sent + b"\n2,y\n")] == [read, "y"]


def check_passes_through(command, cell):
    [row] = command.rows(to_csv([{"job_arn": cell}], ["job_arn"]))
    assert row["job_arn"] == cell
    assert "longer than 1024 characters" in row["job_arn_error"]


@pytest.mark.slow
@pytest.mark.parametrize("cell", ["x" * LARGE, ["x" * LARGE + "$", ARN]], ids=["single", "multivalue"])
def test_a_cell_beyond_10_mb_passes_through(command, cell):
    check_passes_through(command, cell)


def test_a_cell_beyond_10_mb_passes_through_here():
    command = Command()
    check_passes_through(command, "x" * LARGE)
    assert command.close() == (0, b"", b"")


def test_a_whole_search_ends_cleanly():
    command = Command("field=arn", "prefix=s3_")
    [first] = command.rows(to_csv([{"arn": ARN}], ["arn"]))
    assert command.rows(b"") == []
    [last] = command.rows(to_csv([{"arn": ARN}], ["arn"]), finished=True)
    assert first == last
    assert [name for name in first if name != "arn"] == ["s3_" + name for name in job_arn.FIELDS]
    assert command.close() == (0, b"", b"")


@pytest.mark.parametrize(
    ("args", "parts"),
    [
        (["job_arn"], ["'job_arn'", "field=<name> and prefix=<text>"]),
        (["fields=job_arn"], ["'fields=job_arn'", "field=<name> and prefix=<text>"]),
        (["x={0}{y}"], ["'x={0}{y}'", "field=<name> and prefix=<text>"]),
        (["logging_configuration=x"], ["'logging_configuration=x'", "field=<name> and prefix=<text>"]),
        (["field={"], ["field='{'", "as in field=job_arn"]),
        (["field=job_id"], ["field=job_id", "set prefix="]),
        (["prefix=-"], ["prefix='-'", "as in prefix=s3_"]),
    ],
)
def test_a_wrong_option_is_refused_before_any_row(args, parts):
    command = Command(*args)
    [[level, message]] = command.configuration["inspector"]["messages"]
    assert level == "ERROR"
    assert all(part in message for part in parts)
    assert command.close()[0] == 1
