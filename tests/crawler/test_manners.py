"""Manners: robots.txt in all it says, no way to a private address, and nobody who could loosen any of it."""

import ast
import importlib
import inspect
import itertools
import pkgutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import scrapy
from crawled import spider
from hostile_site import HostileSite, chunked, crawled_shortly, hostile, moved, names_of, page, said
from hypothesis import given
from hypothesis import strategies as st
from protego import Protego
from scrapy.resolver import CachingThreadedResolver
from scrapy.settings import BaseSettings, Settings, default_settings
from twisted.internet.defer import Deferred, succeed
from twisted.internet.error import DNSLookupError
from typer.main import get_command

import crawler.settings
import crawler.spiders
from cli.main import app
from crawler.declaration import read_declaration
from crawler.directory import DirectorySpider
from crawler.middlewares import PublicResolver
from crawler.order import CrawlOrder, checked
from crawler.policy import Policy, host_of, is_private
from crawler.robots import ROBOTS_MOST_BYTES, concerning, wanted_seconds
from crawler.settings import settings_of
from crawler.source import asked_sources, read_source
from crawler.spiders import spider_of

AGENT = "therapygap"
LIVE = "https://directory.example/"
PAGES = Path(__file__).resolve().parents[1] / "pages"
PUBLIC = {
    "policy": {"is_local": False},  # this machine is asked as if it were anybody's
    "settings": {"DOWNLOAD_DELAY": 0.02, "AUTOTHROTTLE_START_DELAY": 0.02, "RETRY_TIMES": 0},
}

LINES = st.sampled_from(
    ["User-agent: *", "User-agent: therapygap", "user-agent therapy*", "User-Agent: other", "User-agent: gap # us", "",
     "user agent: somebody", "User-agent:", "Disallow: /", "Disallow: /a", "Allow: /a/b", "Disallow:", "Crawl-delay: 7",
     "Crawl-delay: 3", "Request-rate: 1/9", "Sitemap: /map.xml", "# User-agent: *", "User-agent: THERAPYGAP/0.1", "x"]
)  # fmt: skip


@given(lines=st.lists(LINES, max_size=25), newline=st.sampled_from(["\n", "\r\n", "\r"]))
def test_other_agents_under_one_name_change_nothing_for_us(lines: list[str], newline: str) -> None:
    text = newline.join(lines)
    whole, ours = Protego.parse(text), Protego.parse(concerning(AGENT, text.encode()).decode())
    for path in ("", "a", "a/b", "c"):
        assert ours.can_fetch(LIVE + path, AGENT) is whole.can_fetch(LIVE + path, AGENT)
    assert wanted_seconds(ours, AGENT) == wanted_seconds(whole, AGENT)
    assert list(ours.sitemaps) == list(whole.sitemaps)


@given(body=st.binary(max_size=200))
def test_any_bytes_are_read_as_robots(body: bytes) -> None:
    Protego.parse(concerning(AGENT, body).decode())


def test_a_robots_file_of_many_agents_and_rules_is_read_at_once() -> None:
    half = ROBOTS_MOST_BYTES // 2
    agents = "".join(f"User-agent: a{number}\n" for number in range(half // 18))
    rules = "".join(f"Disallow: /*{number}$\n" for number in range(half // 20))
    begun = time.process_time()
    robots = Protego.parse(concerning(AGENT, (agents + "User-agent: *\n" + rules).encode()).decode())
    assert not robots.can_fetch(f"{LIVE}x17", AGENT)
    assert time.process_time() - begun < 10


def test_a_robots_file_is_read_as_far_as_the_last_whole_line_within_the_limit() -> None:
    start = b"User-agent: *\nDisallow: /first\n"
    rest = b"Disallow: /padding\n" * (ROBOTS_MOST_BYTES // 19) + b"Disallow: /beyond\n"
    robots = Protego.parse(concerning(AGENT, start + rest).decode())
    assert not robots.can_fetch(f"{LIVE}first", AGENT)
    assert robots.can_fetch(f"{LIVE}beyond", AGENT)
    assert robots.can_fetch(f"{LIVE}elsewhere", AGENT)  # no rule was cut short to "/"
    assert len(concerning(AGENT, b"Disallow: /" + b"x" * 2 * ROBOTS_MOST_BYTES)) == ROBOTS_MOST_BYTES


@pytest.mark.parametrize(
    ("lines", "seconds"),
    [
        ("User-agent: *\nCrawl-delay: 10", 10),
        ("User-agent: *\nCrawl-delay: 10\nUser-agent: therapygap\nCrawl-delay: 2.5", 2.5),
        ("User-agent: other\nCrawl-delay: 10", 0),
        ("User-agent: *\nRequest-rate: 1/20", 20),
        ("User-agent: *\nRequest-rate: 2/1m\nCrawl-delay: 5", 30),
        ("User-agent: *\nCrawl-delay: soon", 0),
        ("User-agent: *\nCrawl-delay: -4", 0),
        ("User-agent: *\nCrawl-delay: inf", 0),
        ("", 0),
    ],
)
def test_what_pause_robots_want(lines: str, seconds: float) -> None:
    assert wanted_seconds(Protego.parse(lines), AGENT) == seconds


@given(own=st.floats(0, 1e3), wanted=st.floats(0, 1e3))
def test_the_longer_pause_is_kept_except_on_this_machine(own: float, wanted: float) -> None:
    source = read_source("plan_net")
    assert Policy.of(source, LIVE).delay(own, wanted) == max(own, wanted)
    assert Policy.of(source, "http://127.0.0.1:8000/").delay(own, wanted) == own


@pytest.fixture
def site() -> Iterator[HostileSite]:
    with hostile() as served:
        served.answers |= {f"/good{number}": page([f"good{number}"]) for number in (1, 2, 3)}
        served.answers["/"] = page(["first"], ["/good1", "/good2", "/good3"])
        yield served


GOOD = {"first", "good1", "good2", "good3"}


def test_the_pause_robots_want_is_kept_between_all_requests(site: HostileSite, tmp_path: Path) -> None:
    site.answers["/robots.txt"] = said("User-agent: *\nCrawl-delay: 0.4\n")
    done, _ = crawled_shortly(site, tmp_path, **PUBLIC)
    assert names_of(done) == GOOD
    times = [when for _, when in site.asked]
    assert len(times) >= 6  # robots.txt, the first page, the sitemap, and three links
    assert min(later - earlier for earlier, later in itertools.pairwise(times)) > 0.35


def test_this_machine_is_not_waited_for(site: HostileSite, tmp_path: Path) -> None:
    site.answers["/robots.txt"] = said("User-agent: *\nCrawl-delay: 30\n")
    begun = time.monotonic()
    done, _ = crawled_shortly(site, tmp_path)
    assert names_of(done) == GOOD
    assert time.monotonic() - begun < 30


def test_who_wants_an_endless_pause_is_not_asked(site: HostileSite, tmp_path: Path) -> None:
    site.answers["/robots.txt"] = said("User-agent: *\nCrawl-delay: 86400\n")
    done, _ = crawled_shortly(site, tmp_path, **PUBLIC)
    assert site.paths() == ["/robots.txt"]
    assert not done.verdict["trusted"]
    named = done.verdict["failed_pages"][site.address]
    assert named == "forbidden by robots.txt, which wants more than an hour between two requests"


def test_a_long_robots_file_is_read_as_far_as_it_must_be_and_named(site: HostileSite, tmp_path: Path) -> None:
    rules = "User-agent: *\nDisallow: /good2\n" + "Disallow: /padding\n" * 40_000
    site.answers["/robots.txt"] = said(rules)
    done, _ = crawled_shortly(site, tmp_path)
    assert names_of(done) == GOOD - {"good2"}
    assert done.verdict["refused"] == {"127.0.0.1: robots.txt beyond its first 500 KiB": 1}
    assert done.verdict["trusted"], done.verdict["reasons"]


@pytest.mark.parametrize("piece", [b"x" * 65_536, b"Disallow: /\n" * 5_000])
def test_a_robots_file_without_end_could_not_be_had(site: HostileSite, tmp_path: Path, piece: bytes) -> None:
    site.answers["/robots.txt"] = chunked(lambda: itertools.repeat(piece))
    done, peak = crawled_shortly(site, tmp_path)
    assert set(site.paths()) == {"/robots.txt"}
    assert done.verdict["errors"] == {"robots.txt could not be had": 3}
    assert "too large" in done.verdict["failed_pages"][site.address]
    assert peak < 600


PRIVATE = [
    "127.0.0.1", "127.1", "2130706433", "0x7f000001", "0x7f.0.0.1", "0177.0.0.1", "017700000001", "0", "0.0.0.0",  # noqa: S104
    "169.254.169.254", "10.1.2.3", "172.16.0.9", "192.168.1.1", "100.64.0.1", "192.0.0.8", "198.18.0.1", "224.0.0.1",
    "255.255.255.255", "[::1]", "[::]", "[fe80::1]", "[fe80::1%25eth0]", "[fc00::1]", "[fec0::1]", "[ff02::1]",
    "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::ffff:10.0.0.1]", "[::127.0.0.1]", "[64:ff9b::7f00:1]",
    "[2002:7f00:1::]", "localhost", "LOCALHOST.", "a.localhost", "printer.local", "metadata.google.internal",
    "127.0.0.%31", "%6cocalhost", "127。0。0。1", "①②⑦.0.0.1", "\uff11\uff12\uff17.0.0.1", "ⓛocalhost",
    "user@127.0.0.1",
]  # fmt: skip


@pytest.mark.parametrize("host", PRIVATE)
def test_no_form_of_a_private_address_is_public(host: str) -> None:
    address = f"http://{host}/latest/meta-data/"
    assert is_private(host_of(address))
    assert Policy.of(read_source("plan_net"), LIVE).refusal(address) == "not a public address"
    assert Policy.of(read_source("json_ld_site"), LIVE).refusal(address) == "not a public address"


@given(number=st.ip_addresses())
def test_what_python_calls_private_is_never_public(number: object) -> None:
    shown = str(number)
    host = host_of(f"http://[{shown}]/" if ":" in shown else f"http://{shown}/")
    assert is_private(host) or number.is_global  # type: ignore[attr-defined]


def test_redirects_of_a_public_source_to_private_addresses_are_refused(site: HostileSite, tmp_path: Path) -> None:
    places = [place for place in PRIVATE if host_of(f"http://{place}/") != "127.0.0.1"]  # which is its own here
    site.answers |= {
        f"/to-{number}/": moved(f"http://{_ascii(one)}:{site.port}/got") for number, one in enumerate(places)
    }
    links = [f"/to-{number}/" for number in range(len(places))]
    site.answers["/"] = page(["first"], [*links, "/good1", "/good2", "/good3"])
    done, _ = crawled_shortly(site, tmp_path, **PUBLIC)
    refused = done.verdict["refused"]
    assert names_of(done) == GOOD
    assert {reason.rsplit(": ", 1)[-1] for reason in refused} == {"not a public address"}
    assert {"169.254.169.254: not a public address", "::1: not a public address"} <= set(refused)
    assert sum(refused.values()) == len(places) > 30
    assert done.verdict["errors"] == {}
    assert "/got" not in site.paths()


def _ascii(host: str) -> str:
    return host if host.isascii() else host.encode().decode("latin-1")


@pytest.mark.parametrize(
    ("number", "is_found"),
    [("127.0.0.1", False), ("10.0.0.7", False), ("169.254.169.254", False), ("0.0.0.0", False), ("8.8.8.8", True)],  # noqa: S104
)
def test_a_public_name_with_a_private_number_is_not_found(
    monkeypatch: pytest.MonkeyPatch, number: str, *, is_found: bool
) -> None:
    def lookup(_: object, name: str, timeout: object = ()) -> "Deferred[str]":  # noqa: ARG001 - as it is called
        return succeed(number)

    monkeypatch.setattr(CachingThreadedResolver, "getHostByName", lookup)
    monkeypatch.setattr("crawler.middlewares.getproxies", dict)
    found: list[str] = []
    faults: list[object] = []
    resolver = PublicResolver(None, 10, 1.0)  # type: ignore[arg-type]
    resolver.getHostByName("directory.example").addCallbacks(found.append, lambda fault: faults.append(fault.value))
    assert found == ([number] if is_found else [])
    assert [type(fault) for fault in faults] == ([] if is_found else [DNSLookupError])
    assert all(number in str(fault) for fault in faults)


EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "directories" / "demonstration.toml"
DATASET = "resource/abcd-1234.json?$select=a AS licence_number,b AS profession,c AS postal_code"


def _spiders() -> Iterator[type[scrapy.Spider]]:
    """Yield every spider class in every file of the folder, found or not."""
    for module in pkgutil.walk_packages(crawler.spiders.__path__, "crawler.spiders."):
        loaded = importlib.import_module(module.name)
        for one in vars(loaded).values():
            if isinstance(one, type) and issubclass(one, scrapy.Spider) and one.__module__ == module.name:
                yield one


SETTINGS = {name for module in (default_settings, crawler.settings) for name in dir(module) if name.isupper()}
OF_SCRAPY = {
    "custom_settings", "update_settings", "addons", "max_concurrent_requests", "handle_httpstatus_list",
    "handle_httpstatus_all", "http_user", "http_pass", "http_auth_domain", "allowed_domains", "start_urls", "start",
    "start_requests", "from_crawler", "missed", "settings", "crawler", "proxy", "rate_limit", "throttle",
}  # fmt: skip
"""What Scrapy reads from a spider, beside settings in small letters, and what all spiders share."""

READABLE = ("scrapy.http.Re", "scrapy.http.TextResponse", "scrapy.utils.gz", "scrapy.selector", "scrapy.Selector")
REQUESTS = {"Request", "FormRequest", "JsonRequest", "XmlRpcRequest", "urlopen", "setattr"}


def test_every_spider_class_is_the_one_of_its_file() -> None:
    assert {one.__name__ for one in _spiders()} == {spider_of(name).__name__ for name in asked_sources()}


@pytest.mark.parametrize("one", list(_spiders()), ids=lambda one: one.__name__)
def test_no_spider_class_sets_or_overrides_a_setting(one: type[DirectorySpider], tmp_path: Path) -> None:
    source = read_source(one.name)
    made = spider(one.name, tmp_path, source.address or LIVE, ("MT",))
    told = {*vars(made), *(name for cls in one.__mro__ if cls.__module__ == one.__module__ for name in vars(cls))}
    assert not {name for name in told if name.upper() in SETTINGS or (name in OF_SCRAPY and name not in vars(made))}
    for scope in (one, DirectorySpider):
        chosen: BaseSettings = Settings(settings_of(source, Policy.of(source, LIVE), None, tmp_path, is_replay=False))
        before = chosen.copy_to_dict()
        scope.update_settings(chosen)
        assert chosen.copy_to_dict() == before


@pytest.mark.parametrize("one", list(_spiders()), ids=lambda one: one.__name__)
def test_no_spider_file_makes_requests_or_reaches_for_settings(one: type[DirectorySpider]) -> None:
    tree = ast.parse(inspect.getsource(inspect.getmodule(one) or one))
    taken = [
        f"{node.module}.{name.name}"
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module
        for name in node.names
    ]
    taken += [name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names]
    assert not [name for name in taken if name.startswith("scrapy") and not name.startswith(READABLE)]
    assert not [name for name in taken if name.startswith(("crawler.settings", "crawler.policy.Policy", "twisted"))]
    called = {
        getattr(node.func, "id", getattr(node.func, "attr", ""))
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
    }
    assert not called & REQUESTS
    assert "arrived" not in vars(one) or "super().arrived(" in inspect.getsource(one)  # more may be done, but no less
    touched = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    assert not touched & {"meta", "crawler", "settings", "engine"}


@pytest.mark.parametrize("name", asked_sources())
def test_every_spider_has_a_source_and_a_saved_page_with_what_it_says(name: str) -> None:
    assert read_source(name).name == name
    cases = [case for case in (PAGES / name).glob("*/") if list(case.glob("response.*"))]
    assert cases, f"tests/pages/{name}/ holds no saved page; a spider needs one (CONTRIBUTING.md)."
    assert [case.name for case in cases if (case / "expected.json").is_file()]


@pytest.mark.parametrize("name", asked_sources())
@pytest.mark.parametrize("address", ["http://127.0.0.1:8000/", LIVE])
def test_nothing_that_can_be_ordered_changes_the_manners(name: str, address: str, tmp_path: Path) -> None:
    """Every field of an order, alone and together, brings the same settings: the address alone decides."""
    source = read_source(name)
    chosen = []
    for states, limit, is_kept in itertools.product(((), ("MT",)), (None, 1), (False, True)):
        if (not states and source.asks_for == "states") or (states and name == "declared"):
            continue
        needed = DATASET if source.search.get("is_dataset") else ""
        areas = ("AT-5",) if source.search.get("is_by_area") else ()
        at = f"{address}{needed}"
        site = read_declaration(EXAMPLE) if name == "declared" else None
        order = CrawlOrder(
            name, tmp_path, states, at, "me@agency.example", limit, save_responses=is_kept, site=site, areas=areas
        )
        question = checked(order)
        chosen.append(settings_of(question.source, question.policy, order.contact, tmp_path, is_replay=False))
    assert chosen
    assert all(one == chosen[0] for one in chosen)
    is_local = address != LIVE
    assert (chosen[0]["DOWNLOAD_DELAY"] == 0) is is_local
    if not is_local:
        assert chosen[0]["DOWNLOAD_DELAY"] >= max(1.0, source.delay_seconds)
        assert chosen[0]["AUTOTHROTTLE_ENABLED"] is True
    assert chosen[0]["ROBOTSTXT_OBEY"] is True


def test_the_command_line_has_no_word_for_manners_and_settings_have_no_way_in() -> None:
    command = get_command(app).commands["crawl"]  # type: ignore[attr-defined]
    options = {option.name for option in command.params}
    known = {"source", "states", "address", "contact", "limit", "resume", "replay", "save_responses", "export"}
    assert known <= options
    for word in ("delay", "rate", "speed", "robots", "throttle", "concurren", "agent", "setting", "insecure", "verify"):
        assert not [name for name in options if word in name]
    assert set(inspect.signature(settings_of).parameters) == {"source", "policy", "contact", "cache", "is_replay"}


def test_settings_of_the_environment_and_of_scrapy_change_nothing(site: HostileSite, tmp_path: Path) -> None:
    site.answers["/robots.txt"] = said("User-agent: *\nDisallow: /good2\n")
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("SCRAPY_ROBOTSTXT_OBEY", "False")
        environment.setenv("SCRAPY_DOWNLOAD_DELAY", "0")
        environment.setenv("SCRAPY_SETTINGS_MODULE", "crawled")
        short = {"DOWNLOAD_DELAY": 0.3, "AUTOTHROTTLE_START_DELAY": 0.3, "AUTOTHROTTLE_ENABLED": True}
        done, _ = crawled_shortly(site, tmp_path, policy={"is_local": False}, settings=short)
    assert names_of(done) == GOOD - {"good2"}
    times = [when for _, when in site.asked]
    assert min(later - earlier for earlier, later in itertools.pairwise(times)) > 0.25
