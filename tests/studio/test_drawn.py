"""The dashboard as Splunk's own components draw it, in headless Chromium; splreplay answers its searches."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.browser.conftest import browser  # noqa: F401 - a fixture
from tests.dashboard import answers, definition
from tests.dashboard.rendering import Shown, draw

pytestmark = pytest.mark.studio
Draw = Callable[..., Shown]
TITLES = [panel["title"] for panel in definition()["visualizations"].values() if "title" in panel]


@pytest.fixture
def drawn(browser: Any) -> Iterator[Draw]:  # noqa: F811
    """Draws the dashboard over one of the data; at the end nothing was asked of elsewhere, and nothing went wrong."""
    pages: list[Shown] = []

    def open_page(data: str, scheme: str = "dark", **tokens: str) -> Shown:
        pages.append(draw(browser, answers(data), scheme, tokens))
        return pages[-1]

    yield open_page
    for page in pages:
        page.page.close()
        assert page.wrong() == []
        assert [url for url in page.asked if not re.match(r"file:|data:|blob:", url)] == []


@pytest.mark.parametrize("scheme", ["dark", "light"])
@pytest.mark.parametrize("data", ["empty", "no job", "one job", "a day of all", "ten thousand jobs"])
def test_every_panel_is_drawn(drawn: Draw, data: str, scheme: str) -> None:
    page = drawn(data, scheme)
    text = page.text()
    assert [title for title in TITLES if title not in text] == []
    assert "is not defined" not in text
    assert "no answer for" not in text
    assert "No search results returned" not in text
    assert page.cut() == []
    assert set(page.queries()) | {"risk"} == set(definition()["dataSources"])  # of risk only its chains are shown
    assert page.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_no_data_does_not_look_like_no_job(drawn: Draw) -> None:
    nothing, quiet = drawn("empty").text(), drawn("no job").text()
    assert "nothing found" in nothing
    assert "nothing found" not in quiet
    assert "arriving" in quiet


@pytest.mark.parametrize("data", ["empty", "no job", "one job"])
def test_what_is_not_there_is_said(drawn: Draw, data: str) -> None:
    """Also that nothing can be read of Enterprise Security's indexes, which is not that there is no finding."""
    page = drawn(data)
    selected = [each.inner_text() for each in page.page.locator('[data-test="select"]').all()]
    assert [each.strip() for each in selected[-2:]] == ["All", "All"]
    text = page.text()
    assert "index=notable has nothing of 90 days that you may read" in text
    assert "index=risk has nothing that you may read" in text
    assert "None in this time" in text
    assert ("No job in this time" in text) == (data != "one job")


SHOWN = (
    ("silent", "late", "012345678901", "It came on 6 of 6 days, and then no more"),  # data
    ("S3PutObjectCopy", "payroll", "elsewhere (999999999999)", "New > Preparing > Suspended", "revoked"),  # jobs
    ("alice@example.com", "nightly-copy", "example-customer-data", "none in the time that was searched"),  # before
    (
        "S3PutObjectTagging",
        "S3PutObjectCopy job in account 111111111111: payroll to elsewhere, said to be of account",
    ),  # findings
    ("5 or more", "AWS was not asked", "us-west-2.console.aws.amazon.com", "AWS Exfiltration via Batch Service"),
)


def test_what_is_shown_of_a_day(drawn: Draw) -> None:
    text = " ".join(drawn("a day of all").text().split())
    assert [told for row in SHOWN for told in row if told not in text] == []


def test_a_hostile_record_is_shown_as_text(drawn: Draw) -> None:
    text = " ".join(drawn("a hostile record").text().split())
    assert "it does not end in job/ and a job id" in text
    assert "'; DROP TABLE events; -- $aws_account_id$" in text


MARKS = """[...document.querySelectorAll(".highcharts-container")].map((chart) =>
  chart.querySelectorAll(".highcharts-series .highcharts-point").length)"""


def test_marks_of_the_charts_are_there(drawn: Draw) -> None:
    """A chart that its columns do not fit is drawn empty, without a word."""
    marks = drawn("a day of all").page.evaluate(MARKS)
    assert len(marks) == 3
    assert min(marks) > 5


def test_tokens_of_a_link_reach_every_search_quoted(drawn: Draw) -> None:
    hostile = 'x" | delete \\'
    queries = drawn("one job", account="012345678901", job=hostile).queries()
    told = queries["jobs"]["query"]
    assert 'aws_account_id="012345678901"' in told
    assert r'like(s3_job, "%" . "x\" | delete \\")' in told
    for name, options in queries.items():
        assert hostile not in options["query"], name


def test_a_click_shows_one_job_alone_and_its_link_says_so(drawn: Draw) -> None:
    shown = drawn("a day of all")
    job = "00000003-0000-4000-8000-111111111111"
    shown.page.locator("td", has_text=job).first.click()
    shown.page.wait_for_function(f"location.search.includes('form.job={job}')")
    assert f'like(s3_job, "%" . "{job}")' in shown.queries()["jobs"]["query"]
    asked = parse_qs(urlsplit(shown.page.url).query)
    assert {key: asked[f"form.{key}"] for key in ("job", "time.earliest", "time.latest")} == {
        "job": [job],
        "time.earliest": ["-7d@d"],
        "time.latest": ["now"],
    }


def test_an_account_keeps_its_leading_zero(drawn: Draw) -> None:
    shown = drawn("a day of all")
    shown.page.locator('[data-test="select"]').first.click()
    option = shown.page.locator('[data-test="option"]', has_text="012345678901")
    option.click()
    shown.page.wait_for_function("location.search.includes('form.account=012345678901')")
    assert 'aws_account_id="012345678901*"' in shown.queries()["jobs"]["query"]
