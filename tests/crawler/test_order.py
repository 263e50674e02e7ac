"""What an order means before anything is asked."""

import json
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import pytest

from crawler import child
from crawler.declaration import described, read_declaration
from crawler.folders import CACHE_FOLDER
from crawler.order import CrawlOrder, as_plain, checked, order_of, read_order, write_order
from crawler.replay import keep_question, kept_question
from crawler.source import SourceError, known_sources, read_source
from crawler.spool import Spool
from crawler.states import states

SITE = read_declaration(Path(__file__).resolve().parents[2] / "examples" / "directories" / "demonstration.toml")
EVERYWHERE = tuple(sorted(states().fifty_and_dc))


def test_an_order_comes_back_from_json_as_it_was() -> None:
    plain = CrawlOrder("plan_net", Path("a"), ("MT",), "https://payer.example/", replay=Path("b"), limit=3)
    for order in (plain, CrawlOrder("declared", Path("a"), address="https://directory.example/", site=SITE)):
        assert order_of(json.loads(json.dumps(as_plain(order)))) == order


def test_a_description_is_kept_whole_and_an_older_order_without_one_is_read(tmp_path: Path) -> None:
    order = CrawlOrder("declared", tmp_path, address="https://directory.example/", site=SITE)
    write_order(order, tmp_path, "2026-11-26T08:00:00+00:00")
    assert read_order(tmp_path) == (order, "2026-11-26T08:00:00+00:00")
    older = as_plain(CrawlOrder("nppes_api", tmp_path, ("MT",)))
    del older["site"]
    assert order_of(older) == CrawlOrder("nppes_api", tmp_path, ("MT",))


@pytest.mark.parametrize("site", [None, SITE.model_dump(mode="json", exclude_none=True)])
def test_what_was_asked_is_kept_beside_the_responses(tmp_path: Path, site: dict[str, object] | None) -> None:
    keep_question(tmp_path / "responses", "declared", "https://directory.example/", (), site)
    kept = kept_question(tmp_path, "declared")
    assert (kept.folder, kept.address, kept.states, kept.site) == (
        tmp_path / "responses", "https://directory.example/", (), site
    )  # fmt: skip


@pytest.mark.parametrize(
    ("more", "is_known"),
    [
        ({"states": EVERYWHERE}, True),
        ({"states": (*EVERYWHERE, "PR")}, True),
        ({"states": EVERYWHERE[1:]}, False),
        ({"states": EVERYWHERE, "limit": 100}, False),
        ({"states": EVERYWHERE, "address": "http://127.0.0.1:8000/api/"}, False),
    ],
)
def test_counts_are_known_of_the_whole_country_from_its_own_address(more: dict[str, object], *, is_known: bool) -> None:
    assert len(EVERYWHERE) == 51
    order = CrawlOrder(source="nppes_api", crawls=Path("crawls"), **more)  # type: ignore[arg-type]
    expected = checked(order, needs_contact=False).expected
    assert (expected is not None) is is_known


@pytest.mark.parametrize(
    ("more", "is_known"),
    [
        ({}, True),
        ({"states": EVERYWHERE}, True),
        ({"states": ("MT",)}, False),
        ({"limit": 5}, False),
    ],
)
def test_an_export_is_the_whole_country_unless_only_some_states_are_wanted(
    more: dict[str, object], *, is_known: bool
) -> None:
    order = CrawlOrder("nppes_file", Path("crawls"), export=Path("monthly.zip"), **more)  # type: ignore[arg-type]
    assert (checked(order).expected is not None) is is_known


@pytest.mark.parametrize(
    ("source", "more", "said"),
    [
        ("overpass", {"areas": ("Austria",)}, "'Austria' is no area"),
        ("overpass", {"areas": ("AT-5", "AT-5678")}, "'AT-5678' is no area"),
        ("overpass", {"areas": ('AT"];out;',)}, "is no area"),
        ("overpass", {}, "say which with --area"),
        ("overpass", {"address": "https://map.example/api?area=AT-5"}, "say it with --area instead"),
        ("hsds", {"areas": ("AT-5",)}, "hsds is not asked area by area; leave out --area"),
        ("nppes_api", {"areas": ("US-MT",), "states": ("MT",)}, "leave out --area"),
    ],
)
def test_wrong_areas_are_one_sentence(source: str, more: dict[str, object], said: str) -> None:
    order = CrawlOrder(source, Path("crawls"), **({"address": "https://map.example/api"} | more))  # type: ignore[arg-type]
    with pytest.raises(SourceError, match=said) as raised:
        checked(order, needs_contact=False)
    assert str(raised.value).endswith(".")
    assert "\n" not in str(raised.value)


def test_areas_are_kept_in_orders_and_beside_responses_and_older_ones_are_read_without(tmp_path: Path) -> None:
    order = CrawlOrder("overpass", tmp_path, address="https://map.example/api", areas=("AT-5", "DE-BY"))
    assert order_of(json.loads(json.dumps(as_plain(order)))) == order
    older = as_plain(order)
    del older["areas"]
    assert order_of(older).areas == ()
    keep_question(tmp_path / "responses", "overpass", "https://map.example/api", (), areas=order.areas)
    again = checked(CrawlOrder("overpass", tmp_path, replay=tmp_path)).order
    assert again.areas == order.areas
    kept = tmp_path / "responses" / "order.json"
    kept.write_text(kept.read_text().replace('"areas"', '"unknown"'))
    assert kept_question(tmp_path, "overpass").areas == ()


def asked_of(name: str, address: str) -> dict[str, object]:
    """Return what an order of a directory at an address has to say."""
    if name == "declared":
        return {"address": address, "site": SITE}
    query = "?$select=a AS licence_number,b AS profession,c AS city" if name == "state_licences" else ""
    return {"address": address + query, "states": ("MT",)}


@pytest.mark.parametrize("name", known_sources())
@pytest.mark.parametrize("address", ["http://127.0.0.1:8000/api/", "http://[::1]:8000/", "http://localhost/"])
def test_what_is_served_on_this_machine_is_never_called_its_publishers(name: str, address: str) -> None:
    own = read_source(name)
    source = checked(CrawlOrder(source=name, crawls=Path("crawls"), **asked_of(name, address))).source  # type: ignore[arg-type]
    assert source.attribution == f"Directory served on this machine, in the manner of {own.manner}"
    said = f"{source.title} {source.publisher} {source.licence} {source.attribution} {source.terms} {source.access}"
    own = own if name != "declared" else described(own, SITE)
    for theirs in (own.publisher, own.title, own.licence, own.attribution, own.terms):
        assert theirs not in said
    if name != "declared":
        assert (source.search, source.pages, source.asks_for) == (own.search, own.pages, own.asks_for)


@pytest.mark.parametrize(
    "more",
    [
        {"source": "nppes_api", "states": ("MT",)},
        {"source": "plan_net", "address": "https://payer.example/"},
        {"source": "findtreatment", "export": Path("export.csv")},
    ],
)
def test_a_real_address_and_a_saved_export_keep_their_publisher(more: dict[str, object]) -> None:
    question = checked(CrawlOrder(crawls=Path("crawls"), **more), needs_contact=False)  # type: ignore[arg-type]
    assert question.source == read_source(question.source.name)


@pytest.mark.parametrize(
    "address",
    [
        "payer",
        "ftp://payer.example/",
        "https://",
        "http://[::1/",
        "http://127.0.0.1:x/",
        "https://payer.example:99999/",
    ],
)
def test_what_is_no_address_is_told_before_anything_is_asked(address: str) -> None:
    with pytest.raises(SourceError, match="is not an address of the web") as raised:
        checked(CrawlOrder(source="plan_net", crawls=Path("crawls"), address=address), needs_contact=False)
    assert repr(address) in str(raised.value)


class _BegunError(Exception):
    """Raised instead of beginning."""


def test_what_is_cached_stays_beside_the_crawls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    folder = Path("crawls/plan_net/run.partial")
    folder.mkdir(parents=True)
    seen: list[str] = []

    def process_of(settings: dict[str, object]) -> SimpleNamespace:
        seen.append(str(settings["HTTPCACHE_DIR"]))
        raise _BegunError

    monkeypatch.setattr(child, "AsyncCrawlerProcess", process_of)
    order = CrawlOrder(
        source="plan_net", crawls=Path("crawls"), address="https://payer.example/", contact="me@agency.example"
    )
    with closing(Spool(folder)) as spool, pytest.raises(_BegunError):
        child._crawled(checked(order), folder, spool, "")
    assert seen == [str(tmp_path / "crawls" / "plan_net" / CACHE_FOLDER)]
