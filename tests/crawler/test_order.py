"""What an order means before anything is asked."""

from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import pytest

from crawler import child
from crawler.folders import CACHE_FOLDER
from crawler.order import CrawlOrder, as_plain, checked, order_of
from crawler.source import SourceError, known_sources, read_source
from crawler.spool import Spool
from crawler.states import states

EVERYWHERE = tuple(sorted(states().fifty_and_dc))


def test_an_order_comes_back_from_json_as_it_was() -> None:
    order = CrawlOrder("plan_net", Path("a"), ("MT",), "https://payer.example/", replay=Path("b"), limit=3)
    assert order_of(as_plain(order)) == order


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


@pytest.mark.parametrize("name", known_sources())
@pytest.mark.parametrize("address", ["http://127.0.0.1:8000/api/", "http://[::1]:8000/", "http://localhost/"])
def test_what_is_served_on_this_machine_is_never_called_its_publishers(name: str, address: str) -> None:
    own = read_source(name)
    source = checked(CrawlOrder(source=name, crawls=Path("crawls"), states=("MT",), address=address)).source
    assert source.attribution == f"Directory served on this machine, in the manner of {own.manner}"
    said = f"{source.title} {source.publisher} {source.licence} {source.attribution} {source.terms} {source.access}"
    for theirs in (own.publisher, own.title, own.licence, own.attribution, own.terms):
        assert theirs not in said
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
        child._crawled(checked(order), folder, spool)
    assert seen == [str(tmp_path / "crawls" / "plan_net" / CACHE_FOLDER)]
