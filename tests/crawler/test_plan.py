"""Orders that cannot be carried out, and what an order would ask, said without asking."""

from pathlib import Path

import pytest
from crawled import quiet
from pytest_httpserver import HTTPServer

from crawler.policy import SourceError
from crawler.runner import CrawlOrder, all_crawls, crawl, latest, plan
from crawler.source import read_source
from crawler.states import states
from crawler.verdict import CrawlError

LIVE, HERE = "https://directory.example/index.json", "http://127.0.0.1:1/index.json"


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
    with pytest.raises(SourceError, match="no interrupted crawl"):
        plan(CrawlOrder(source="nppes_api", crawls=tmp_path, resume=True))
    assert not list(tmp_path.iterdir())


def test_a_plan_says_how_many_pages_are_expected(tmp_path: Path) -> None:
    two, all_of_them = ("MT", "WY"), tuple(sorted(states().fifty_and_dc))
    few = "\n".join(plan(CrawlOrder(source="nppes_api", crawls=tmp_path, states=two)))
    questions = len(read_source("nppes_api").search["questions"])
    assert f"pages: {2 * questions} to begin with" in few
    assert "records expected" not in few  # nobody said how many two states have
    many = "\n".join(plan(CrawlOrder(source="nppes_api", crawls=tmp_path, states=all_of_them)))
    assert f"pages: {51 * questions} to begin with" in many
    assert "4,500 to 9,000 full ones would hold the 900,000 to 1,800,000 records expected" in many


def test_a_plan_names_the_host_that_gives_tokens_and_what_its_robots_txt_says(
    httpserver: HTTPServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The directory and the token address are two hosts: ``localhost`` and ``127.0.0.1`` are told apart."""
    names = read_source("plan_net").search["environment"]
    tokens = f"http://127.0.0.1:{httpserver.port}/oauth/token"
    hidden = "never-to-be-said"
    told = {"token_address": f"{tokens}?tenant={hidden}", "client_id": hidden, "client_secret": hidden}
    for name, text in told.items():
        monkeypatch.setenv(names[name], text)
    rules = "User-agent: *\nDisallow: /oauth\n"
    httpserver.expect_request("/robots.txt").respond_with_data(rules)
    lines = plan(CrawlOrder("plan_net", tmp_path, address=httpserver.url_for("/fhir")))
    said = {line.partition(": ")[0]: line.partition(": ")[2] for line in lines}
    assert said["asks for a token"] == tokens
    assert "FORBIDS" in said["robots of the token's host"]
    assert f"127.0.0.1:{httpserver.port}/robots.txt" in said["robots of the token's host"]
    assert "allows" in said["robots"]
    assert hidden not in "\n".join(lines)
    assert [request.path for request, _ in httpserver.log] == ["/robots.txt", "/robots.txt"]


@pytest.mark.parametrize(
    ("source", "more", "said"),
    [
        ("qhp", {"address": LIVE}, "leads to: the files of providers its index names, on whatever hosts; public hosts"),
        ("qhp", {"address": HERE}, "on whatever hosts; this machine alone"),
        ("nppes_api", {"states": ("MT",)}, "leads to: no other host, unless its next pages or redirects do"),
        ("json_ld_site", {"address": LIVE}, "leads to: no other host"),
        ("overpass", {"address": LIVE, "areas": ("AT-5", "DE")}, f"asks: {LIVE} for AT-5, DE"),
    ],
)
def test_a_plan_says_what_is_known_of_other_hosts(
    tmp_path: Path, source: str, more: dict[str, object], said: str
) -> None:
    lines = plan(CrawlOrder(source, tmp_path, **more))  # type: ignore[arg-type]
    assert any(line.startswith(said) or (line.startswith("leads to") and said in line) for line in lines), lines


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
