"""What may never be asked for, and manners no spider can loosen."""

import inspect
from pathlib import Path

import pytest
import scrapy
from crawled import spider

from crawler import settings as polite
from crawler.directory import DirectorySpider
from crawler.policy import Policy, is_private, is_this_machine, refused_domain
from crawler.settings import settings_of
from crawler.source import SourceError, asked_sources, read_source
from crawler.spiders import spider_of
from crawler.streaming import ON_DISK_MOST_BYTES

LIVE = "https://directory.example/"
LOOPBACK = "http://127.0.0.1:8000/"

_LOOSENING = (
    "custom_settings", "update_settings", "download_delay", "max_concurrent_requests", "user_agent", "download_timeout",
    "download_maxsize", "handle_httpstatus_list", "handle_httpstatus_all", "http_user", "allowed_domains", "addons",
)  # fmt: skip
_LOOSENING_WORDS = (
    "dont_obey_robotstxt", "autothrottle_dont_adjust_delay", "download_slot", "dont_retry", "allow_offsite",
    "dont_cache", "most_bytes", "progress_bytes", "maxsize", "timeout=", "meta=", "headers=", "getsettings",
    "requests.", "urlopen", "httpx", "verify",
)  # fmt: skip


@pytest.mark.parametrize("name", asked_sources())
def test_no_spider_loosens_the_manners(name: str) -> None:
    cls = spider_of(name)
    own = [one for one in cls.__mro__ if issubclass(one, DirectorySpider)]
    assert not [(one.__name__, word) for one in own for word in _LOOSENING if word in vars(one)]
    text = inspect.getsource(inspect.getmodule(cls) or cls)
    assert not [word for word in _LOOSENING_WORDS if word in text]
    assert cls.custom_settings is None
    assert cls.start is DirectorySpider.start
    assert cls.streamed is DirectorySpider.streamed
    assert cls._is_streamed is DirectorySpider._is_streamed


@pytest.mark.parametrize("name", asked_sources())
def test_every_spider_is_named_like_its_file_and_has_a_source(name: str, tmp_path: Path) -> None:
    cls, source = spider_of(name), read_source(name)
    assert cls.name == name
    assert cls.__name__.lower() == name.replace("_", "")
    assert len((inspect.getsource(inspect.getmodule(cls) or cls)).splitlines()) < 100
    for told in (
        source.publisher, source.title, source.manner, source.licence, source.attribution, source.access, source.note,
    ):  # fmt: skip
        assert told
    assert source.terms.startswith("https://")
    assert source.asks_for in {"states", "address"}
    assert source.delay_seconds >= polite.DOWNLOAD_DELAY
    assert source.pages > 0
    assert list(spider(name, tmp_path, source.address or LIVE, ("MT",)).first())


@pytest.mark.parametrize("name", asked_sources())
def test_how_much_goes_to_the_disk_is_said_by_the_source_and_never_without_bound(name: str) -> None:
    streamed = read_source(name).streamed
    assert (streamed is not None) is (name == "qhp")
    if streamed is not None:
        assert polite.DOWNLOAD_MAXSIZE < streamed.most_bytes <= ON_DISK_MOST_BYTES
        assert streamed.progress_bytes >= polite.DOWNLOAD_TIMEOUT * 100_000  # no drip
        assert "index" not in streamed.kinds  # what is held in memory stays under the bound of all


def test_sources_that_are_not_there() -> None:
    with pytest.raises(SourceError, match=r"'yellow_pages'.*nppes_api"):
        read_source("yellow_pages")
    with pytest.raises(SourceError, match="therapygap crawl plan_net"):
        spider_of("plan_net")()


def test_manners_of_a_live_crawl(tmp_path: Path) -> None:
    source = read_source("plan_net")
    live = settings_of(source, Policy.of(source, LIVE), "me@agency.example", tmp_path, is_replay=False)
    assert live["ROBOTSTXT_OBEY"] is True
    assert live["DOWNLOAD_VERIFY_CERTIFICATES"] is True
    assert live["TELNETCONSOLE_ENABLED"] is False
    assert live["REMOTE_CONTROL_ENABLED"] is False
    assert live["COOKIES_ENABLED"] is False
    assert live["CONCURRENT_REQUESTS_PER_DOMAIN"] == 1
    assert live["DOWNLOAD_DELAY"] >= source.delay_seconds >= 1
    assert live["AUTOTHROTTLE_ENABLED"] is True
    assert live["HTTPCACHE_ENABLED"] is True
    assert live["USER_AGENT"] == "therapygap/0.1 (+me@agency.example)"
    order, cache = live["DOWNLOADER_MIDDLEWARES"], 900
    assert order["crawler.middlewares.Gatekeeper"] < order["crawler.robots.Robots"]
    assert order["crawler.middlewares.Saved"] < cache < order["crawler.middlewares.Counted"]
    unknown = [name for name in live if not hasattr(scrapy.settings.default_settings, name)]
    assert set(unknown) <= {"HTTPCACHE_POLICY", "HTTPCACHE_DIR"}


def test_only_this_machine_and_saved_responses_run_at_full_speed(tmp_path: Path) -> None:
    source = read_source("json_ld_site")
    for address, is_replay, is_fast in (
        (LOOPBACK, False, True),
        ("http://[::1]:8000/", False, True),
        ("http://localhost:8000/", False, True),
        (LIVE, True, True),
        (LIVE, False, False),
        ("http://192.168.1.7/", False, False),
        ("http://127.0.0.1.directory.example/", False, False),
    ):
        chosen = settings_of(source, Policy.of(source, address), None, tmp_path, is_replay=is_replay)
        assert (chosen["DOWNLOAD_DELAY"] == 0) is is_fast, address
        assert chosen["ROBOTSTXT_OBEY"] is True
        assert chosen["DOWNLOAD_VERIFY_CERTIFICATES"] is True


@pytest.mark.parametrize(
    ("host", "is_refused"),
    [
        ("psychologytoday.com", True),
        ("www.psychologytoday.com", True),
        ("member.zocdoc.com", True),
        ("doctolib.fr", True),
        ("www.doctolib.de", True),
        ("bacp.co.uk", True),
        ("notpsychologytoday.com", False),
        ("psychologytoday.com.example", False),
        ("doctolib", False),
        ("co.uk", False),
        ("therapists.example", False),
    ],
)
def test_the_refuse_list(host: str, *, is_refused: bool) -> None:
    assert (refused_domain(host) is not None) is is_refused


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "127.9.9.9", "::1", "localhost", "10.0.0.1", "172.16.4.4", "192.168.0.1", "169.254.169.254",
     "fe80::1", "fe80::1%eth0", "::ffff:127.0.0.1", "0x7f.1", "2130706433", "0x7f000001", "127.1", "127.0x1",
     "printer.local", "db.internal", "100.64.0.1", "fd00::1"],
)  # fmt: skip
def test_a_public_crawl_leads_to_no_private_address(host: str) -> None:
    assert is_private(host)
    bracketed = f"[{host}]" if ":" in host else host
    policy = Policy.of(read_source("plan_net"), LIVE)
    assert policy.refusal(f"http://{bracketed}/x") == "not a public address"


def test_public_addresses_are_public() -> None:
    assert not any(map(is_private, ("8.8.8.8", "2606:4700::1111", "directory.example", "1password.com")))
    assert not any(map(is_this_machine, ("8.8.8.8", "127.0.0.1.example", "10.0.0.1", "localhost.example")))


def test_a_crawl_of_this_machine_stays_on_it() -> None:
    policy = Policy.of(read_source("plan_net"), LOOPBACK)
    assert policy.refusal("http://127.0.0.1:9999/elsewhere") is None
    assert policy.refusal("https://directory.example/") == "a crawl of this machine must not leave it"
    assert policy.refusal("https://www.zocdoc.com/") is not None


def test_one_site_stays_one_site() -> None:
    policy = Policy.of(read_source("json_ld_site"), "https://clinic.example/")
    assert policy.refusal("https://www.clinic.example/team") is None
    assert policy.refusal("https://other.example/") == "outside the site that was asked for"
    assert policy.refusal("ftp://clinic.example/") == "not an address of the web"
    assert Policy.of(read_source("plan_net"), LIVE).refusal("https://other.example/") is None
