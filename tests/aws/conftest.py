"""The stand-in for AWS, one for all tests, since moto has one memory."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.aws.stand_in import ASKED, JOBS, OWN, THROTTLED, StandIn, a_job, standing_in


@pytest.fixture(scope="session")
def aws() -> Iterator[StandIn]:
    with standing_in() as found:
        yield found


@pytest.fixture
def jobs(aws) -> Iterator[dict]:
    """The jobs that it knows: one, unless a test adds to them."""
    first = a_job()
    JOBS.update({(OWN, first["JobId"]): first})
    yield JOBS
    JOBS.clear()
    ASKED.clear()
    THROTTLED.clear()
