"""docs/language.md says what the tables say."""

from __future__ import annotations

from tools.language import PAGE, page


def test_the_page_is_fresh() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "docs/language.md is stale: run `make build`"
