"""Text from the web runs nothing: hostile names, titles and attributions stay text."""

import json
import shutil
from pathlib import Path

import geopandas as gpd
import pytest
from opened import opened
from playwright.sync_api import Browser

from analysis.provenance import PROVENANCE_FILE
from analysis.store import table_file
from analysis.tables import REGIONS
from maps.atlas import draw

pytestmark = pytest.mark.browser

HOSTILE = (
    '<img src=x onerror="window.__ran=1">',
    "a`+(window.__ran=1)+`b",
    "${window.__ran=1}",
    "</script><script>window.__ran=1</script>",
    "{{ 7*7 }}{% raw %}",
    "'\"><svg onload=window.__ran=1>",
    "\u2028window.__ran=1//\\",
)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text(browser: Browser, built: Path, tmp_path: Path, text: str) -> None:
    copy = tmp_path / "build"
    shutil.copytree(built, copy)
    file = table_file(copy, REGIONS)
    regions = gpd.read_parquet(file)
    regions.loc[regions.region_id == "30033", "name"] = text
    regions.to_parquet(file)
    said = json.loads((copy / PROVENANCE_FILE).read_text(encoding="utf-8"))
    said |= {"title": text, "notice": text}
    said["crawls"][0]["attribution"] = said["inputs"][0]["title"] = text
    (copy / PROVENANCE_FILE).write_text(json.dumps(said), encoding="utf-8")
    with opened(browser, draw(copy, copy / "atlas.html"), "#region=30033&specialty=trauma") as watched:
        watched.page.locator("#map_atlas").hover()
        watched.page.wait_for_timeout(100)
        assert watched.page.evaluate("window.__ran") is None
        assert watched.page.text_content("h1") == text
        assert text.strip() in (watched.page.text_content("#card-name") or "")
        assert text in (watched.page.text_content("#sources") or "")


def test_a_name_that_a_spreadsheet_would_run_is_marked_as_text(browser: Browser, built: Path, tmp_path: Path) -> None:
    copy = tmp_path / "build"
    shutil.copytree(built, copy)
    file = table_file(copy, REGIONS)
    regions = gpd.read_parquet(file)
    regions.loc[regions.region_id == "30033", "name"] = "=1+1"
    regions.to_parquet(file)
    with opened(browser, draw(copy, copy / "atlas.html")) as watched:
        with watched.page.expect_download() as download:
            watched.page.click("#csv")
        assert ",'=1+1," in Path(download.value.path()).read_text(encoding="utf-8-sig")
