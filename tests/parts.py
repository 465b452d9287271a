"""Parts that some tests need and not every machine has. A test says so by a mark, and without its part it is skipped.

A mark is a row here, a line of `markers` in pyproject.toml and a target `test-<mark>` of the Makefile, which `.ci/run`
calls too. `make test` leaves the marked tests out.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

# Real CloudTrail records and public searches, which are not ours to give away: beside this checkout, or nowhere.
SHARED = Path(__file__).resolve().parents[2] / "shared"
ARCHIVE = "data/cloudtrail-archive"
SEARCHES = "escu/cloudtrail_searches.json"
STUDIO = Path(__file__).resolve().parents[1] / ".cache" / "studio"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def corpus(*paths: str) -> str:
    """`@pytest.mark.corpus(path, ...)`: paths below ../shared."""
    missing = [path for path in paths if not (SHARED / path).exists()]
    return f"not beside this checkout: ../shared/{', ../shared/'.join(missing)}" if missing else ""


def aws(*modules: str) -> str:
    """`@pytest.mark.aws(module, ...)`: what stands in for AWS, or reads its answers by its own model."""
    return missing("aws", *modules)


def browser(*names: str) -> str:
    """`@pytest.mark.browser`: headless Chromium, by one of these names, and what drives it."""
    names = names or BROWSERS
    if not any(map(shutil.which, names)):
        return f"no browser is at hand: {', '.join(names)}"
    return missing("browser", "playwright", "axe_playwright_python")


def studio(*files: str) -> str:
    """Headless Chromium, and in it Splunk's own components, which npm brings and esbuild bundles: files of STUDIO."""
    unmade = [name for name in files or ("bundle.js",) if not (STUDIO / name).exists()]
    return f"not built: .cache/studio/{', '.join(unmade)} (`make test-studio` does, with npm)" if unmade else browser()


def missing(mark: str, *modules: str) -> str:
    """Those of the modules that the mark's target of the Makefile would install."""
    found = [module for module in modules if find_spec(module) is None]
    return f"not installed: {', '.join(found)} (`make test-{mark}` installs it)" if found else ""


# From the mark's arguments to what is missing here, as the reason of the skip; nothing where all is at hand.
PARTS: dict[str, Callable[..., str]] = {"corpus": corpus, "aws": aws, "browser": browser, "studio": studio}
