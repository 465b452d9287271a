"""The targets of the suite: the embedded splunkd always, a real Splunk where the environment names one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from splunklib.client import Service

from tests.serve.embedded import ADDON, embedded
from tests.splunk.target import SEARCH, Target, enabled, real_splunk

APPS = Path(__file__).parent / "apps"
WHERE = ["embedded", pytest.param("real", marks=pytest.mark.splunk)]

SHOWN = pytest.StashKey[dict[str, str]]()


@contextmanager
def embedded_target(folder: Path, addon: Path | None) -> Iterator[Target]:
    with embedded(folder, with_apps=[APPS / "es_actions_for_tests"], addon=addon) as (found, _):
        yield Target("splreplay", found.rest, found.password, found.hec, found.token, found.context)


@pytest.fixture(scope="session", params=WHERE)
def target(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    """With the fields of an add-on for AWS, ours or the real one."""
    if request.param == "embedded":
        with embedded_target(tmp_path_factory.mktemp("target"), ADDON) as found:
            yield found
    elif found := real_splunk():
        yield found
    else:
        pytest.skip("no Splunk: set SPLUNK_URL and the rest, or run `make test-splunk`")


@pytest.fixture(scope="session")
def service(target: Target) -> Iterator[Service]:
    """Connected in the app's namespace, with the correlation search switched on."""
    connected = target.connect()
    names = {stanza.name for stanza in connected.confs["alert_actions"]}
    assert {"notable", "risk"} <= names, "neither Enterprise Security nor tests/splunk/apps is installed"
    assert SEARCH in connected.saved_searches, "the app is not installed: build it with `make package`"
    with enabled(connected):
        yield connected


@pytest.fixture(scope="session")
def bare_service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Target, Service]]:
    """The embedded splunkd without any add-on."""
    with embedded_target(tmp_path_factory.mktemp("bare"), None) as found:
        connected = found.connect()
        with enabled(connected):
            yield found, connected


@pytest.fixture
def shown(request: pytest.FixtureRequest, target: Target) -> Callable[[str, str], None]:
    """Says at the end of the run what a real Splunk does where its documentation is silent."""

    def show(what: str, answer: str) -> None:
        if target.kind == "splunk":
            request.config.stash.setdefault(SHOWN, {})[what] = answer

    return show


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    for what, answer in config.stash.get(SHOWN, {}).items():
        terminalreporter.write_line(f"On this Splunk {what}: {answer}")
