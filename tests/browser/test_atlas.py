"""The atlas as its readers use it: offline, by link, by name, by table, on a phone."""

import csv
import io
from pathlib import Path

import pytest
from opened import Watched, opened
from playwright.sync_api import Browser, expect

from analysis.store import read_table
from analysis.tables import GAPS, ONLINE, REGIONS

pytestmark = pytest.mark.browser


def colour_under(watched: Watched, place: int) -> str:
    """Return the colour the canvas shows at an inner point of a region."""
    found: str = watched.page.evaluate(
        """(place) => {
          const canvas = document.querySelector(".leaflet-overlay-pane canvas");
          const row = document.querySelectorAll("#table-body tr")[place];
          return canvas && row ? row.textContent : "";
        }""",
        place,
    )
    return found


def test_it_opens_without_a_network_and_says_the_answer_first(browser: Browser, atlas: Path) -> None:
    with opened(browser, atlas) as watched:
        assert "In all 79 regions about" in watched.text("answer")
        assert "people need psychotherapy" in watched.text("answer")
        assert watched.page.title() == "Two states"
        assert watched.page.get_attribute("html", "lang") == "en"


def test_every_region_is_in_map_and_table(browser: Browser, atlas: Path, built: Path) -> None:
    with opened(browser, atlas) as watched:
        names = watched.page.locator("#table-body th").all_inner_texts()
        assert sorted(names) == sorted(read_table(built, REGIONS).name)


def test_a_link_opens_the_same_view(browser: Browser, atlas: Path) -> None:
    with opened(browser, atlas, "#measure=nearest&specialty=trauma&scenario=every_licence&region=30033") as watched:
        assert watched.page.input_value("#measure") == "nearest"
        assert watched.page.input_value("#specialty") == "trauma"
        assert watched.page.input_value("#scenario") == "every_licence"
        assert watched.text("card-name") == "Garfield County, MT"
        assert "region=30033" in watched.page.evaluate("location.hash")


def test_a_link_to_what_is_not_there_falls_back(browser: Browser, atlas: Path) -> None:
    with opened(browser, atlas, "#measure=luck&specialty=__proto__&state=XX&region=00000") as watched:
        assert watched.page.input_value("#measure") == "gap"
        assert watched.page.input_value("#specialty") == "general"


def test_the_card_says_what_the_tables_say(browser: Browser, atlas: Path, built: Path) -> None:
    garfield = read_table(built, GAPS).set_index(["region_id", "specialty"]).loc[("30033", "trauma")]
    served = read_table(built, ONLINE).set_index(["region_id", "specialty", "scenario"])
    served = served.loc[("30033", "trauma", "present")]
    with opened(browser, atlas, "#specialty=trauma&region=30033") as watched:
        sentence, figures = watched.text("card-sentence"), watched.text("card-figures")
        assert f"about {float(f'{garfield.need_people:.2g}'):.0f} people need trauma therapy" in sentence
        assert f"about {round(garfield.nearest_minutes)} minutes away" in sentence
        assert "Most people have nobody within reach" in sentence
        assert "Newly served online" in figures
        assert served.held_back_by in ("nothing", "connection", "licence", "hours")


def test_a_specialty_without_known_need_says_so(browser: Browser, atlas: Path) -> None:
    with opened(browser, atlas, "#specialty=couples&measure=shortage&region=30111") as watched:
        assert "is not known" in watched.text("answer")
        assert "is not known" in watched.text("card-sentence")
        assert "not known" in watched.text("legend")


def test_before_a_choice_the_worst_regions_are_named_and_lead_to_their_card(
    browser: Browser, atlas: Path, built: Path
) -> None:
    gaps = read_table(built, GAPS).query("specialty == 'trauma'").set_index("rank").region_id
    names = read_table(built, REGIONS).set_index("region_id").name
    with opened(browser, atlas, "#specialty=trauma") as watched:
        first = watched.page.locator("#worst button").first
        assert first.inner_text().startswith(names[gaps[1]])
        first.click()
        assert watched.text("card-name").startswith(names[gaps[1]])
        expect(watched.page.locator("#worst li")).to_have_count(0)


def test_no_shortage_is_not_called_unknown(browser: Browser, atlas: Path, built: Path) -> None:
    online = read_table(built, ONLINE).query("specialty == 'general' and scenario == 'present'")
    satisfied = int((online.held_back_by == "no_shortage").sum())
    assert satisfied == int(online.gap_closed_share.isna().sum()) > 0
    with opened(browser, atlas, "#measure=online&specialty=general") as watched:
        last = watched.page.locator("#legend li").last
        assert last.inner_text().split("\n")[0].startswith("no shortage")
        assert last.locator(".count").inner_text() == str(satisfied)


def test_find_goes_to_a_region_by_name_or_id(browser: Browser, atlas: Path) -> None:
    with opened(browser, atlas) as watched:
        for wanted in ("Petroleum County, MT", "petroleum", "30069"):
            watched.page.fill("#find", wanted)
            watched.page.dispatch_event("#find", "change")
            assert watched.text("card-name") == "Petroleum County, MT"
        watched.page.fill("#find", "Atlantis")
        watched.page.dispatch_event("#find", "change")
        assert "'Atlantis'" in watched.text("found")


def test_a_click_on_the_map_chooses_the_region_under_it(browser: Browser, atlas: Path) -> None:
    with opened(browser, atlas, "#region=56013") as watched:
        chosen = watched.text("card-name")
        box = watched.page.locator("#map_atlas").bounding_box()
        assert box is not None
        watched.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        assert watched.text("card-name") == chosen == "Fremont County, WY"  # a chosen region is in the middle


def test_the_table_sorts_both_ways_with_unknown_last(browser: Browser, atlas: Path) -> None:
    with opened(browser, atlas, "#measure=nearest&specialty=trauma") as watched:
        value = "#table-body td:nth-child(3)"

        def minutes() -> list[int]:
            return [int(text.replace(",", "")) for text in watched.page.locator(value).all_inner_texts()]

        assert minutes() == sorted(minutes(), reverse=True)
        watched.page.click("#table-head th:nth-child(3) button")
        assert minutes() == sorted(minutes())
        assert watched.page.get_attribute("#table-head th:nth-child(3)", "aria-sort") == "ascending"


def test_a_state_narrows_answer_table_and_legend(browser: Browser, atlas: Path) -> None:
    with opened(browser, atlas) as watched:
        watched.page.select_option("#state", "WY")
        expect(watched.page.locator("#table-body tr")).to_have_count(23)
        assert "In WY about" in watched.text("answer")
        counts = watched.page.locator("#legend .count").all_inner_texts()
        assert sum(map(int, counts)) == 23


def test_the_csv_holds_the_rows_shown_with_their_vintages(browser: Browser, atlas: Path, built: Path) -> None:
    with opened(browser, atlas, "#specialty=trauma") as watched:
        with watched.page.expect_download() as download:
            watched.page.click("#csv")
        text = Path(download.value.path()).read_text(encoding="utf-8-sig")
        assert download.value.suggested_filename == "trauma-present.csv"
    rows = {row["region_id"]: row for row in csv.DictReader(io.StringIO(text))}
    gaps = read_table(built, GAPS).query("specialty == 'trauma'").set_index("region_id")
    assert set(rows) == set(gaps.index)
    assert rows["30033"]["gap_class"] == gaps.gap_class["30033"]
    assert float(rows["30033"]["nearest_minutes"]) == pytest.approx(gaps.nearest_minutes["30033"], rel=0.005)
    assert "2020" in rows["30033"]["sources"]


def test_colours_of_the_map_are_those_of_the_legend(browser: Browser, atlas: Path) -> None:
    with opened(browser, atlas, "#measure=nearest&specialty=general") as watched:
        watched.page.wait_for_timeout(300)
        shown = watched.page.evaluate(
            """() => {
              const hex = (data, at) => [0, 1, 2].map((k) => data[at + k].toString(16).padStart(2, "0")).join("");
              const read = (canvas) => canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
              const map = read(document.querySelector(".leaflet-overlay-pane canvas"));
              const counts = new Map();
              let filled = 0;
              for (let at = 0; at < map.length; at += 4) {
                if (map[at + 3] < 255) continue;
                filled++;
                const key = hex(map, at);
                counts.set(key, (counts.get(key) ?? 0) + 1);
              }
              const legend = [...document.querySelectorAll("#legend .swatch")].map((canvas) => hex(read(canvas), 0));
              return { legend, map: [...counts].filter(([, count]) => count > 0.03 * filled).map(([key]) => key) };
            }"""
        )
        assert shown["map"]
        assert set(shown["map"]) <= set(shown["legend"])


@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_is_wider_than_the_screen(browser: Browser, atlas: Path, width: int) -> None:
    with opened(browser, atlas, "#region=30033&specialty=trauma", width) as watched:
        assert watched.page.evaluate("document.documentElement.scrollWidth") <= width


def test_keys_reach_everything(browser: Browser, atlas: Path) -> None:
    with opened(browser, atlas) as watched:
        watched.page.keyboard.press("Tab")
        watched.page.wait_for_selector(".skip:focus")
        watched.page.keyboard.press("Enter")
        watched.page.wait_for_selector("#table:focus")  # the browser goes there when it has time to
        for _ in range(3):
            watched.page.keyboard.press("Tab")
        watched.page.wait_for_selector("thead :focus")
