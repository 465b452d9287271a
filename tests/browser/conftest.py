"""Headless Chromium, and pages to look at in it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from splreplay.cli import main
from tests.parts import BROWSERS

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    path = next(filter(None, map(shutil.which, BROWSERS)))
    unboxed = ["--no-sandbox"] if os.geteuid() == 0 else []  # Chromium's sandbox is not for root
    with sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=path, args=unboxed)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of the bundled example."""
    file = tmp_path_factory.mktemp("page") / "page.html"
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        assert main(["run", "examples/cloudtrail.ndjson", "--html", str(file)]) == 0
    return file


@pytest.fixture
def show(browser: Any, tmp_path: Path) -> Iterator[Callable[..., Any]]:
    """Opens a file, or a text as one; at the end nothing was loaded, and nothing was said on the console."""
    opened: list[Any] = []
    said: list[str] = []
    asked: list[str] = []
    own: set[str] = set()

    def open_page(what: Path | str, *, quiet: bool = True, **options: Any) -> Any:
        file = what if isinstance(what, Path) else tmp_path / f"{len(opened)}.html"
        if isinstance(what, str):
            file.write_text(what, "utf-8")
        own.add(file.as_uri())
        page = browser.new_page(**options)
        opened.append(page)
        if quiet:
            page.on("console", lambda message: said.append(message.text))
            page.on("pageerror", lambda error: said.append(str(error)))
            page.on("request", lambda request: asked.append(request.url))
        page.on("dialog", lambda dialog: (said.append(dialog.message), dialog.dismiss()))
        page.goto(file.as_uri())
        return page

    yield open_page
    for page in opened:
        page.close()
    assert said == []
    assert {url for url in asked if not url.startswith("data:image/svg+xml,")} <= own
