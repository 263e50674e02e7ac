"""What an order means before anything is asked."""

from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import pytest

from crawler import child
from crawler.folders import CACHE_FOLDER
from crawler.order import CrawlOrder, as_plain, checked, order_of
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
