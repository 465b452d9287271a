from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.serve.embedded import Endpoint, embedded


@pytest.fixture(scope="session")
def splunkd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Endpoint]:
    """One embedded splunkd for all tests that leave no trace in each other's way."""
    with embedded(tmp_path_factory.mktemp("splunkd")) as (endpoint, _):
        yield endpoint
