"""A real Chromium without a network, and pages drawn for it."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from invented import invented_crawl, small_build
from playwright.sync_api import Browser, sync_playwright

from analysis.study import Directory, Study
from maps.atlas import draw

STUDY = Study(
    title="Two states", notice="Invented therapists", states=("MT", "WY"), directories=(Directory(source="nppes_api"),)
)
PLACES = {
    "59102": ("MT", "general"),
    "59601": ("MT", "general"),
    "59801": ("MT", "trauma"),
    "59401": ("MT", "couples"),
    "82001": ("WY", "general"),
    "82609": ("WY", "trauma"),
}
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_QUIET = ("background-networking", "component-update", "sync", "gpu")
_ARGUMENTS = ["--no-sandbox", *(f"--disable-{part}" for part in _QUIET)]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Start the Chromium that is there, or skip; fail where a browser is required."""
    named = os.environ.get("THERAPYGAP_CHROMIUM")
    found = named or next(filter(None, map(shutil.which, _NAMES)), None)
    if found is None:
        reason = f"no Chromium is on the path (looked for {', '.join(_NAMES)}); name one with THERAPYGAP_CHROMIUM"
        if os.environ.get("THERAPYGAP_REQUIRE_BROWSER"):
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as player:
        started = player.chromium.launch(executable_path=found, args=_ARGUMENTS)
        yield started
        started.close()


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a small build of two states."""
    folder = tmp_path_factory.mktemp("browser")
    return small_build(folder / "build", STUDY, invented_crawl(folder / "one", PLACES))


@pytest.fixture(scope="session")
def atlas(built: Path) -> Path:
    """Return the page of the small build."""
    return draw(built, built / "atlas.html")
