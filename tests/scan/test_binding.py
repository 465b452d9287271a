"""A library that is not of these sources, or lays out a structure otherwise, is refused; Python answers instead."""

from __future__ import annotations

import ctypes
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from splreplay.cli.scanning import tell
from splreplay.engine import search
from splreplay.scan.files import FileSource
from splreplay.scan.native import binding, sources
from tests.scan.build import build

pytestmark = pytest.mark.skipif(not shutil.which("cc"), reason="no C compiler is at hand")

RECORDS = '{"eventName":"JobCreated"}\n{"eventName":"GetObject"}\n'


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("native")
    assert build(folder / "current.so")
    assert build(folder / "stale.so", built_from=sources.digest() ^ 1)
    (folder / "damaged.so").write_bytes(b"\x7fELF")
    return folder


def test_one_of_these_sources_is_taken(folder: Path) -> None:
    assert binding.Library(str(folder / "current.so")).best


def test_another_state_of_the_sources_is_refused(folder: Path) -> None:
    with pytest.raises(binding.Refused, match="other sources"):
        binding.Library(str(folder / "stale.so"))


def test_one_from_before_this_check_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ctypes.CDLL, "__getattr__", _lacks_the_check)
    with pytest.raises(binding.Refused, match="other sources"):
        binding.Library(str(folder / "current.so"))


def _lacks_the_check(library: ctypes.CDLL, name: str) -> object:
    raise AttributeError(name)


class Grown(ctypes.Structure):
    _fields_ = (*binding.CRows._fields_, ("more", ctypes.c_int64))


@pytest.mark.parametrize("at", range(len(binding.STRUCTURES)))
def test_a_structure_of_another_size_is_refused(at: int, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    others = [Grown if number == at else structure for number, structure in enumerate(binding.STRUCTURES)]
    monkeypatch.setattr(binding, "STRUCTURES", others)
    with pytest.raises(binding.Refused, match="structures"):
        binding.Library(str(folder / "current.so"))


@pytest.mark.parametrize("structures", [binding.STRUCTURES[:-1], (*binding.STRUCTURES, Grown)])
def test_a_structure_that_only_one_side_has_is_refused(
    structures: tuple[type, ...], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(binding, "STRUCTURES", structures)
    with pytest.raises(binding.Refused, match="structures"):
        binding.Library(str(folder / "current.so"))


# --- what a search makes of it -------------------------------------------------------------------------------
@pytest.fixture(params=["stale.so", "damaged.so"])
def refused(request: pytest.FixtureRequest, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The name of a library that stands where the package's own should."""
    monkeypatch.setattr(binding, "HERE", folder)
    monkeypatch.setattr(binding, "EXTENSION_SUFFIXES", [f"-{request.param}"])
    shutil.copy(folder / request.param, folder / f"_native-{request.param}")
    binding.built.cache_clear()
    yield request.param
    binding.built.cache_clear()


def test_python_answers_and_says_why_it_takes_longer(
    refused: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "log").write_text(RECORDS)
    source = FileSource([str(tmp_path / "log")])
    spl = "eventName=JobCreated | append [search * | stats count] | table eventName count"
    assert search(spl, source).rows == [{"eventName": "JobCreated"}, {"count": "2"}]
    tell(source.stats, ())
    (said,) = [line for line in capsys.readouterr().err.splitlines() if not line.startswith("note: ")]
    assert said.startswith("slower: ")
    assert refused in said
    assert "run 'make replay'" in said


def test_none_that_was_never_built_is_no_news(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(binding, "HERE", tmp_path)
    binding.built.cache_clear()
    (tmp_path / "log").write_text(RECORDS)
    source = FileSource([str(tmp_path / "log")])
    assert search("eventName=JobCreated | stats count", source).rows == [{"count": "1"}]
    assert not source.stats.slowed.count
    binding.built.cache_clear()
