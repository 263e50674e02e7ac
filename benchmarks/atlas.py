"""The atlas with every measure opens and switches at once, offline, and is smaller than stock folium with one measure.

Peer: ``folium.Choropleth`` of the same outlines with a single measure, saved in the same run. Limits: ready in 1.5 s,
switched in 60 ms, nothing asked of the network. Full size: all counties of the United States and eight specialties;
three states are too few for the comparison, since stock folium leaves its libraries elsewhere.
"""

import datetime as dt
import json
import shutil
import statistics
import tempfile
from pathlib import Path

import folium
import numpy as np
import pandas as pd
from claim import Figure, Size, asked_size, tell
from playwright.sync_api import Page, sync_playwright

from analysis.pipeline import build
from analysis.reference import DATA
from analysis.store import new_build, read_table
from analysis.study import Directory, Study
from analysis.tables import GAPS, REGIONS
from crawler.records import Crawl, Location, ProviderRecord, open_crawl, write_records
from maps.atlas import draw

_STATES = {"small": ("MT", "WY", "ID"), "full": ()}
_THERAPISTS = {"small": 300, "full": 20_000}
_SPECIALTIES = ("general", "trauma", "eating_disorders", "substance_use", "children", "ocd", "older_adults", "spanish")
_SEED = 20261124
_READY_MS_MOST, _SWITCH_MS_MOST = 1500.0, 60.0
_RUNS = 7
_SWITCHED = """async () => {
  const chooser = document.getElementById("specialty");
  const frame = () => new Promise((done) => requestAnimationFrame(done));
  const times = [];
  for (let turn = 1; turn <= 12; turn++) {
    await new Promise((done) => setTimeout(done, 400));
    await frame();
    const began = performance.now();
    chooser.selectedIndex = turn % chooser.length;
    chooser.dispatchEvent(new Event("change"));
    await frame(); // the canvas is redrawn in this frame
    times.push(performance.now() - began);
  }
  return times;
}"""


def _invented(folder: Path, size: Size) -> Crawl:
    """Return a crawl of therapists spread like people over postal areas."""
    zctas = pd.read_parquet(DATA / "bundle" / "us_zctas.parquet").query("population > 0")
    if _STATES[size]:
        counties = pd.read_parquet(DATA / "bundle" / "us_counties.parquet", columns=["region_id", "state"])
        inside = counties.region_id[counties.state.isin(_STATES[size])]
        zctas = zctas[zctas.region_id.isin(inside)]
    chance = np.random.default_rng(_SEED)
    places = chance.choice(zctas.zcta.to_numpy(), _THERAPISTS[size], p=(zctas.population / zctas.population.sum()))
    records = [
        ProviderRecord(
            source="nppes_api",
            source_id=str(9_000_000_000 + number),
            kind="person",
            professions=("psychologist",),
            specialties=(_SPECIALTIES[number % len(_SPECIALTIES)],),
            locations=(Location(postal_code=code),),
            offers_online=bool(chance.random() < 0.5),  # noqa: PLR2004 - half of them
            retrieved_on=dt.date(2026, 11, 24),
        )
        for number, code in enumerate(places.tolist())
    ]
    folder.mkdir()
    write_records(records, folder / "records.jsonl")
    said = {"source": "nppes_api", "run_id": "invented", "trusted": True, "reasons": [], "records": len(records)}
    said |= {"started_at": "2026-11-24T08:00:00+00:00", "finished_at": "2026-11-24T08:01:00+00:00"}
    (folder / "verdict.json").write_text(json.dumps(said | {"attribution": "Invented therapists"}))
    return open_crawl(folder)


def _stock_page(built: Path, file: Path) -> None:
    """Save stock folium's map of the shortage in one specialty."""
    gaps = read_table(built, GAPS).query("specialty == 'trauma'")
    page = folium.Map([44, -110], zoom_start=4, tiles=None)
    folium.Choropleth(
        read_table(built, REGIONS)[["region_id", "geometry"]],
        data=gaps,
        columns=["region_id", "shortage_share"],
        key_on="feature.properties.region_id",
    ).add_to(page)
    page.save(file)


def _ready_ms(page: Page, file: Path) -> float:
    page.goto("about:blank")
    page.goto(file.as_uri())
    page.wait_for_selector("html[data-ready=yes]", state="attached")
    at: float = page.evaluate("performance.getEntriesByName('ready')[0].startTime")
    return at


def main() -> None:
    """Draw, open and switch."""
    size = asked_size(__doc__)
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        raise SystemExit("no Chromium is on the path; install Debian's package chromium.")
    study = Study(title="Benchmark", states=_STATES[size], directories=(Directory(source="nppes_api"),))
    with tempfile.TemporaryDirectory() as work, sync_playwright() as player:
        built = Path(work) / "build"
        with new_build(built) as place:
            build(study, [_invented(Path(work) / "crawl", size)], None, place, lambda _: None)
        ours, stock = draw(built, built / "atlas.html"), built / "stock.html"
        _stock_page(built, stock)
        browser = player.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_context(offline=True).new_page()
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        ready = statistics.median(_ready_ms(page, ours) for _ in range(_RUNS))
        switched = statistics.median(page.evaluate(_SWITCHED))
        browser.close()
        regions, ours_mb, stock_mb = len(read_table(built, REGIONS)), ours.stat().st_size, stock.stat().st_size
    tell(
        "atlas",
        size,
        [
            Figure("regions", regions, "regions"),
            Figure("page", ours_mb / 1e6, "MB with every measure"),
            Figure("stock_page", stock_mb / 1e6, "MB with one measure"),
            Figure("ratio_to_stock", ours_mb / stock_mb, "of stock folium", 1.0 if size == "full" else None),
            Figure("ready", ready, "ms", _READY_MS_MOST),
            Figure("switch", switched, "ms", _SWITCH_MS_MOST),
            Figure("network_requests", sum(not url.startswith(("file:", "about:")) for url in asked), "requests", 0),
        ],
    )


if __name__ == "__main__":
    main()
