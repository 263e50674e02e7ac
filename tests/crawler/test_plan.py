"""Orders that cannot be carried out, and what an order would ask, said without asking."""

from pathlib import Path

import pytest
from crawled import quiet

from crawler.policy import SourceError
from crawler.runner import CrawlOrder, all_crawls, crawl, latest, plan
from crawler.verdict import CrawlError


@pytest.mark.parametrize(
    ("order", "fault", "said"),
    [
        ({"source": "yellow_pages"}, SourceError, "'yellow_pages'"),
        ({"source": "nppes_api", "states": ("ZZ",)}, SourceError, "'ZZ'"),
        ({"source": "nppes_api"}, SourceError, "--states"),
        ({"source": "nppes_api", "states": ("MT",)}, SourceError, "contact"),
        ({"source": "nppes_api", "states": ("MT",), "contact": "me\r\nX: y"}, SourceError, "not a contact"),
        ({"source": "findtreatment", "states": ("PR",)}, SourceError, "'PR'"),
        ({"source": "plan_net"}, SourceError, "--address"),
        ({"source": "plan_net", "address": "payer"}, SourceError, "'payer'"),
        ({"source": "json_ld_site", "address": "https://www.zocdoc.com/"}, SourceError, "www.zocdoc.com"),
        ({"source": "plan_net", "export": Path("a.csv")}, SourceError, "no exports"),
        ({"source": "findtreatment", "export": Path("none.csv")}, SourceError, "none.csv' does not exist"),
        ({"source": "findtreatment", "export": Path(__file__).parent}, SourceError, "is not a file"),
        ({"source": "findtreatment", "export": Path(__file__), "states": ("MT",)}, SourceError, "leave out --states"),
        ({"source": "findtreatment", "export": Path(__file__), "resume": True}, SourceError, "leave out --resume"),
    ],
)
def test_wrong_orders_are_one_sentence(tmp_path: Path, order: dict[str, object], fault: type, said: str) -> None:
    with pytest.raises(fault, match=said) as raised:
        crawl(CrawlOrder(crawls=tmp_path, **order), quiet)  # type: ignore[arg-type]
    assert str(raised.value).endswith(".")
    assert "\n" not in str(raised.value)
    assert not list(tmp_path.iterdir())


def test_a_plan_asks_nothing(tmp_path: Path) -> None:
    said = "\n".join(plan(CrawlOrder(source="nppes_api", crawls=tmp_path, states=("MT", "WY"))))
    for part in ("MT, WY", "every 1 s", "needs --contact", "npiregistry", "robots.txt", "public domain"):
        assert part in said
    with pytest.raises(SourceError, match="'nobody' is not a contact"):
        plan(CrawlOrder(source="nppes_api", crawls=tmp_path, states=("MT",), contact="nobody"))
    with pytest.raises(CrawlError, match="no interrupted crawl"):
        plan(CrawlOrder(source="nppes_api", crawls=tmp_path, resume=True))
    assert not list(tmp_path.iterdir())


def test_a_plan_to_read_an_export_speaks_of_the_file_and_of_no_network(tmp_path: Path) -> None:
    said = "\n".join(plan(CrawlOrder(source="findtreatment", crawls=tmp_path, export=Path(__file__))))
    assert f"reads: {__file__}, nothing over the network" in said
    for part in ("robots.txt", "--contact", "cache", "asks:"):
        assert part not in said
    with pytest.raises(SourceError, match="does not exist"):
        plan(CrawlOrder(source="findtreatment", crawls=tmp_path, export=Path("none.csv")))


def test_there_is_no_latest_crawl(tmp_path: Path) -> None:
    with pytest.raises(CrawlError, match="nppes_api"):
        latest(tmp_path, "nppes_api")
    assert all_crawls(tmp_path) == []
