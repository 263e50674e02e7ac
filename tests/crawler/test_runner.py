"""Whole crawls of servers on this machine: interrupted, resumed, replayed, refused, failing and empty ones."""

import os
import resource
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest
from crawled import crawled, quiet, therapist_page
from pytest_httpserver import HTTPServer
from registry_twin import Listed, answer, invented_npi
from werkzeug import Request, Response

from crawler import runner
from crawler.folders import alone_in
from crawler.policy import SourceError
from crawler.records import Crawl, RecordError
from crawler.runner import CrawlOrder, Progress, all_crawls, crawl, latest, plan
from crawler.verdict import CrawlError

PAGES = 40
EACH = 3


class Site:
    """A site of linked pages that counts what it is asked; told to, it answers so many pages and holds the others back.

    So a crawl can be cut off in the middle however fast or slow the machine is.
    """

    def __init__(self, server: HTTPServer) -> None:
        self.asked: Counter[str] = Counter()
        self.most: int | None = None
        self._released = threading.Event()
        self.address = server.url_for("/")
        self.broken: set[str] = set()
        self.robots = "User-agent: *\nDisallow: /private\n"
        self.more_links: list[str] = []
        server.expect_request("/").respond_with_handler(self._page)
        server.expect_request("/robots.txt").respond_with_handler(self._robots)
        server.expect_request("/sitemap.xml").respond_with_data("", status=404)
        for number in range(1, PAGES):
            server.expect_request(f"/{number}").respond_with_handler(self._page)
        server.expect_request("/private").respond_with_handler(self._page)
        server.expect_request("/away").respond_with_handler(self._page)

    def _robots(self, request: Request) -> Response:
        self.asked[request.path] += 1
        return Response(self.robots, content_type="text/plain")

    def _page(self, request: Request) -> Response:
        self.asked[request.path] += 1
        if self.most is not None and sum(self.asked.values()) > self.most:
            self._released.wait(60)
        if request.path in self.broken:
            return Response("broken", status=500)
        if request.path == "/away":
            return Response("", status=302, headers={"Location": "https://www.psychologytoday.com/us"})
        number = int(request.path.strip("/") or 0)
        people = [f"p{number}-{one}" for one in range(EACH)] + ["everywhere"]
        links = [f"/{one}" for one in range(1, PAGES)] if number == 0 else [f"/{number % (PAGES - 1) + 1}"]
        return Response(therapist_page(people, [*links, *self.more_links]), content_type="text/html; charset=utf-8")

    def release(self) -> None:
        """Answer everything from now on."""
        self.most = None
        self._released.set()


@pytest.fixture
def site(httpserver: HTTPServer) -> Iterator[Site]:
    served = Site(httpserver)
    yield served
    served.release()
    httpserver.clear()


def records_of(done: Crawl) -> bytes:
    return done.records_file.read_bytes()


def test_a_whole_crawl(site: Site, tmp_path: Path) -> None:
    heard: list[Progress] = []
    order = CrawlOrder(source="json_ld_site", crawls=tmp_path, address=site.address)
    done = crawl(order, heard.append)
    told = done.verdict
    assert told["trusted"], told["reasons"]
    assert told["records"] == len(list(done.records())) == PAGES * EACH + 1
    assert told["duplicates"] == PAGES - 1
    assert told["rows"] == told["records"] + told["duplicates"] + sum(told["drops"].values())
    assert told["responses"] == {"200": PAGES + 2, "404": 1}
    assert told["source"] == done.folder.parent.name == "json_ld_site"
    assert told["run_id"] == done.folder.name
    assert told["attribution"] == "Directory served on this machine, in the manner of a web site with schema.org data"
    assert told["started_at"] <= told["finished_at"]
    assert heard
    assert (heard[-1].listings, heard[-1].queue) == (PAGES * EACH + 1, 0)
    assert sorted(file.name for file in done.folder.iterdir()) == ["records.jsonl", "verdict.json", "verdict.md"]
    assert set(site.asked.values()) <= {1, 2}  # robots.txt is asked by the policy and by the spider
    assert latest(tmp_path, "json_ld_site").folder == done.folder
    assert [one.folder for one in all_crawls(tmp_path)] == [done.folder]


def test_robots_are_obeyed_and_what_they_forbid_is_no_fault(site: Site, tmp_path: Path) -> None:
    site.more_links = ["/private"]
    told = crawled("json_ld_site", tmp_path, site.address).verdict
    assert site.asked["/private"] == 0
    assert told["left_out"] == {"forbidden by robots.txt": 1, "status 404": 1}
    assert told["trusted"]


def test_a_site_that_forbids_all_brings_nothing_and_is_not_trusted(site: Site, tmp_path: Path) -> None:
    site.robots = "User-agent: *\nDisallow: /\n"
    told = crawled("json_ld_site", tmp_path, site.address).verdict
    assert set(site.asked) == {"/robots.txt"}
    assert not told["trusted"]
    assert "no records" in told["reasons"][0]


@pytest.mark.parametrize(
    ("robots", "fault"),
    [
        (Response("", status=503), "status 503"),
        (Response("", status=302, headers={"Location": "https://www.linkedin.com/robots.txt"}), "refused"),
        (Response("", status=302, headers={"Location": "/robots.txt?again"}), "max redirections reached"),
    ],
)
def test_nothing_is_asked_of_a_site_whose_robots_file_cannot_be_had(
    httpserver: HTTPServer, tmp_path: Path, robots: Response, fault: str
) -> None:
    httpserver.expect_request("/robots.txt").respond_with_response(robots)
    told = crawled("json_ld_site", tmp_path, httpserver.url_for("/")).verdict
    assert {request.path for request, _ in httpserver.log} == {"/robots.txt"}
    assert not told["trusted"]
    assert told["errors"]["robots.txt could not be had"] == 3  # the page, the sitemap, and robots.txt for its sitemaps
    assert fault in told["failed_pages"][httpserver.url_for("/")]


def test_robots_hold_for_requests_that_waited_for_them_together(httpserver: HTTPServer, tmp_path: Path) -> None:
    asked: list[str] = []
    httpserver.expect_request("/robots.txt").respond_with_data("User-agent: therapygap\nDisallow: /api/\n")
    httpserver.expect_request("/api/").respond_with_handler(lambda request: asked.append(request.url) or Response("{}"))
    told = crawled("nppes_api", tmp_path, httpserver.url_for("/api/"), ("MT",)).verdict
    assert asked == []
    assert told["errors"] == {"forbidden by robots.txt": 10}


def test_a_redirect_to_a_refused_directory_is_not_followed_but_named(site: Site, tmp_path: Path) -> None:
    site.more_links = ["/away"]
    told = crawled("json_ld_site", tmp_path, site.address).verdict
    assert site.asked["/away"] == 1
    (place,) = told["refused"]
    assert place.startswith("www.psychologytoday.com: on the refuse list")
    assert told["trusted"]


def test_pages_that_keep_failing_make_it_untrusted(site: Site, tmp_path: Path) -> None:
    site.broken = {"/7"}
    told = crawled("json_ld_site", tmp_path, site.address).verdict
    assert site.asked["/7"] == 4  # once and three times again
    assert told["errors"] == {"status 500": 1}
    assert told["responses"]["500"] == 4
    assert not told["trusted"]
    assert "/7 (status 500)" in told["reasons"][0]
    assert told["records"] == (PAGES - 1) * EACH + 1


def test_an_address_where_nobody_answers_is_failed_not_empty(tmp_path: Path) -> None:
    told = crawled("plan_net", tmp_path, "http://127.0.0.1:9/fhir").verdict
    assert not told["trusted"]
    assert told["errors"] == {"robots.txt could not be had": 1}
    assert "DownloadConnectionRefusedError" in told["reasons"][1]


def _roles(count: int, following: str) -> dict[str, object]:
    person, place = {"resourceType": "Practitioner", "id": "p"}, {"resourceType": "Location", "id": "l"}
    roles = [
        {
            "resourceType": "PractitionerRole",
            "id": f"r{number}",
            "practitioner": {"reference": "Practitioner/p"},
            "location": [{"reference": "Location/l"}],
        }
        for number in range(count)
    ]
    included = [person, {**place, "address": {"state": "MT", "postalCode": "59601"}}]
    entries = [{"resource": one} for one in roles]
    entries += [{"resource": one, "search": {"mode": "include"}} for one in included]
    links = [{"relation": "next", "url": following}] if following else []
    return {"resourceType": "Bundle", "type": "searchset", "link": links, "entry": entries}


@pytest.mark.parametrize(
    ("following", "errors"),
    [
        ("https://www.linkedin.com/page2", {"refused": 1}),
        ("/forbidden", {"forbidden by robots.txt": 1}),
        ("/moved", {"refused": 1}),
        ("file:///etc/hostname", {"refused": 1}),
        ("javascript:alert(1)", {"not an address of the web": 1}),
        ("http://[::1/page2", {"not an address of the web": 1}),
        ("/page2", {}),
    ],
)
def test_a_next_page_that_may_not_be_asked_for_is_missing(
    httpserver: HTTPServer, tmp_path: Path, following: str, errors: dict[str, int]
) -> None:
    away = {"Location": "https://www.linkedin.com/page2"}
    httpserver.expect_request("/robots.txt").respond_with_data("User-agent: *\nDisallow: /forbidden\n")
    httpserver.expect_request("/fhir/PractitionerRole").respond_with_json(_roles(3, following))
    httpserver.expect_request("/page2").respond_with_json(_roles(5, ""))
    httpserver.expect_request("/moved").respond_with_data("", status=302, headers=away)
    told = crawled("plan_net", tmp_path, httpserver.url_for("/fhir")).verdict
    assert told["errors"] == errors
    assert told["trusted"] is not bool(errors)
    assert told["records"] == (3 if errors else 5)
    assert len(told["refused"]) == errors.get("refused", 0)


def test_addresses_that_are_none_do_no_harm_where_only_a_link_named_them(
    httpserver: HTTPServer, tmp_path: Path
) -> None:
    httpserver.expect_request("/robots.txt").respond_with_data("Sitemap: http://[::1/map.xml\n")
    httpserver.expect_request("/sitemap.xml").respond_with_data("<urlset><url><loc>http://[x/</loc></url></urlset>")
    page = therapist_page(["a"], ["http://[::1/x", "javascript:void(0)", "//"])
    httpserver.expect_request("/").respond_with_data(page, content_type="text/html")
    told = crawled("json_ld_site", tmp_path, httpserver.url_for("/")).verdict
    assert told["trusted"], told["reasons"]
    assert told["left_out"] == {"not an address of the web": 2}
    assert told["records"] == 1


def test_an_answer_nested_beyond_measure_is_unreadable(httpserver: HTTPServer, tmp_path: Path) -> None:
    httpserver.expect_request("/robots.txt").respond_with_data("", status=404)
    httpserver.expect_request("/fhir/PractitionerRole").respond_with_data("[" * 100_000)
    assert crawled("plan_net", tmp_path, httpserver.url_for("/fhir")).verdict["errors"] == {"unreadable": 1}


def test_a_directory_without_listings_is_not_trusted(httpserver: HTTPServer, tmp_path: Path) -> None:
    httpserver.expect_request("/robots.txt").respond_with_data("", status=404)
    httpserver.expect_request("/fhir/PractitionerRole").respond_with_json(_roles(0, ""))
    told = crawled("plan_net", tmp_path, httpserver.url_for("/fhir")).verdict
    assert (told["records"], told["trusted"], told["errors"]) == (0, False, {})
    assert told["reasons"] == ["It brought no records out of 0 rows on 1 page."]


def test_a_limit_stops_early_and_says_so(site: Site, tmp_path: Path) -> None:
    told = crawled("json_ld_site", tmp_path, site.address, limit=10).verdict
    assert 10 <= told["records"] < PAGES * EACH
    assert told["reasons"] == ["It stopped at the limit of 10 listings."]


def test_errors_in_the_answer_are_no_empty_answer(httpserver: HTTPServer, tmp_path: Path) -> None:
    refusal = {"Errors": [{"description": "Unsupported Version", "field": "version", "number": "17"}]}
    httpserver.expect_request("/robots.txt").respond_with_data("", status=404)
    httpserver.expect_request("/api/").respond_with_json(refusal)
    told = crawled("nppes_api", tmp_path, httpserver.url_for("/api/"), ("MT",)).verdict
    assert not told["trusted"]
    assert told["errors"] == {"unreadable": 10}
    assert "Unsupported Version" in told["reasons"][1]


def test_a_question_that_stays_cut_off_is_named(httpserver: HTTPServer, tmp_path: Path) -> None:
    people = [Listed(invented_npi(number), f"SMITH{number}") for number in range(1250)]
    httpserver.expect_request("/robots.txt").respond_with_data("", status=404)
    httpserver.expect_request("/api/").respond_with_handler(
        lambda request: Response(answer(people, request.url), content_type="application/json")
    )
    told = crawled("nppes_api", tmp_path, httpserver.url_for("/api/"), ("MT",)).verdict
    assert told["records"] == 1200
    (leaf,) = told["truncated"]
    assert "last_name SM*" in leaf
    assert not told["trusted"]
    assert leaf in told["reasons"][0]
    # the way to it: the state has one prefix, 59; three more digits; persons or clinics; 26 letters times 27
    state = "state MT, address_purpose LOCATION, taxonomy_description Counselor"
    assert told["splits"] == {
        state: 1,
        f"{state}, postal_code 59*": 10,
        f"{state}, postal_code 596*": 10,
        f"{state}, postal_code 5960*": 10,
        f"{state}, postal_code 59601*": 2,
        f"{state}, postal_code 59601*, enumeration_type NPI-1": 702,
    }


class _StoppedError(Exception):
    """Raised by a listener in the middle of a crawl."""


def interrupt_at(listings: int, fault: type[BaseException]) -> "runner.Callable[[Progress], None]":
    def hear(progress: Progress) -> None:
        if progress.listings >= listings:
            raise fault

    return hear


def test_an_interrupted_crawl_goes_on_without_loss_or_double(site: Site, tmp_path: Path) -> None:
    expected = records_of(crawled("json_ld_site", tmp_path / "whole", site.address))
    site.asked.clear()
    site.most = 10
    order = CrawlOrder(source="json_ld_site", crawls=tmp_path / "cut", address=site.address)
    with pytest.raises(KeyboardInterrupt):
        crawl(order, interrupt_at(10, KeyboardInterrupt))
    (left,) = (tmp_path / "cut" / "json_ld_site").iterdir()
    assert left.name.endswith(".partial")
    assert all_crawls(tmp_path / "cut") == []
    before = Counter(site.asked)
    site.release()
    done = crawled("json_ld_site", tmp_path / "cut", site.address, resume=True)
    assert records_of(done) == expected
    assert done.verdict["trusted"], done.verdict["reasons"]
    assert done.verdict["rows"] == PAGES * (EACH + 1)
    assert f"{done.folder.name}.partial" == left.name
    assert not left.exists()
    asked_twice = [path for path in before if before[path] and site.asked[path] > 1 and path != "/robots.txt"]
    assert len(asked_twice) <= 8  # those on their way when it was cut


def _ended(process_id: int) -> bool:
    status = Path(f"/proc/{process_id}/stat")
    return not status.exists() or ") Z " in status.read_text()


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="processes are not listed in files there")
def test_a_terminated_parent_takes_its_child_along_and_the_crawl_goes_on(site: Site, tmp_path: Path) -> None:
    site.most = 10
    script = (
        "import sys; from pathlib import Path; from crawler.runner import CrawlOrder, crawl\n"
        "order = CrawlOrder(source='json_ld_site', crawls=Path(sys.argv[1]), address=sys.argv[2])\n"
        "crawl(order, lambda seen: print(seen.listings, flush=True))\n"
    )
    root = Path(runner.__file__).parents[1]
    words = [sys.executable, "-c", script, str(tmp_path), site.address]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True, cwd=root) as parent:
        assert parent.stdout is not None
        next(line for line in parent.stdout if int(line) > 0)
        children = Path(f"/proc/{parent.pid}/task/{parent.pid}/children").read_text().split()
        parent.terminate()
        assert parent.wait(10) == -signal.SIGTERM
    assert len(children) == 1
    until = time.monotonic() + 10
    while not _ended(int(children[0])):
        assert time.monotonic() < until, "the child outlived its parent"
        time.sleep(0.05)
    assert [left.suffix for left in (tmp_path / "json_ld_site").iterdir()] == [".partial"]
    site.release()
    told = crawled("json_ld_site", tmp_path, site.address, resume=True).verdict
    assert told["trusted"], told["reasons"]
    assert told["records"] == PAGES * EACH + 1


def test_a_killed_child_is_one_sentence_and_goes_on(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    children: list[subprocess.Popen[str]] = []
    start = subprocess.Popen

    def remembered(*words: object, **more: object) -> "subprocess.Popen[str]":
        children.append(start(*words, **more))  # type: ignore[call-overload]
        return children[-1]

    def kill(progress: Progress) -> None:
        if progress.listings > 10:
            os.kill(children[0].pid, signal.SIGKILL)

    monkeypatch.setattr(runner.subprocess, "Popen", remembered)
    site.most = 10
    order = CrawlOrder(source="json_ld_site", crawls=tmp_path, address=site.address)
    with pytest.raises(CrawlError, match=r"json_ld_site was ended by signal 9.*--resume"):
        crawl(order, kill)
    site.release()
    told = crawled("json_ld_site", tmp_path, site.address, resume=True).verdict
    assert told["trusted"], told["reasons"]
    assert told["records"] == PAGES * EACH + 1


def test_a_resumed_crawl_must_ask_the_same(site: Site, tmp_path: Path) -> None:
    site.most = 10
    order = CrawlOrder(source="json_ld_site", crawls=tmp_path, address=site.address)
    with pytest.raises(_StoppedError):
        crawl(order, interrupt_at(1, _StoppedError))
    with pytest.raises(SourceError, match=r"asked for address .*not"):
        crawled("json_ld_site", tmp_path, "http://127.0.0.1:1/", resume=True)
    (left,) = (tmp_path / "json_ld_site").iterdir()
    with alone_in(left), pytest.raises(CrawlError, match="still running"):
        crawled("json_ld_site", tmp_path, site.address, resume=True)
    with pytest.raises(CrawlError, match="no interrupted crawl of plan_net"):
        crawled("plan_net", tmp_path, site.address, resume=True)


def test_a_replay_gives_the_same_bytes_without_the_network(site: Site, tmp_path: Path) -> None:
    site.more_links = ["/private", "/away"]
    live = crawled("json_ld_site", tmp_path, site.address, save_responses=True)
    site.asked.clear()
    again = crawl(CrawlOrder(source="json_ld_site", crawls=tmp_path / "again", replay=live.folder), quiet)
    assert not site.asked
    assert records_of(again) == records_of(live)
    assert {**again.verdict, **dict.fromkeys(("run_id", "started_at", "finished_at"))} == {
        **live.verdict,
        **dict.fromkeys(("run_id", "started_at", "finished_at")),
    }


def test_a_replay_lacking_a_page_is_not_trusted(site: Site, tmp_path: Path) -> None:
    live = crawled("json_ld_site", tmp_path, site.address, save_responses=True)
    lost = next(file for file in (live.folder / "responses").glob("*.json") if '/7"' in file.read_text())
    lost.unlink()
    again = crawl(CrawlOrder(source="json_ld_site", crawls=tmp_path / "again", replay=live.folder / "responses"), quiet)
    assert again.verdict["errors"] == {"not among the saved responses": 1}
    assert not again.verdict["trusted"]
    with pytest.raises(SourceError, match="not of 'plan_net'"):
        crawl(CrawlOrder(source="plan_net", crawls=tmp_path, replay=live.folder), quiet)
    with pytest.raises(SourceError, match="no saved responses"):
        crawl(CrawlOrder(source="plan_net", crawls=tmp_path, replay=tmp_path), quiet)


def test_a_replay_with_a_damaged_response_is_not_trusted(site: Site, tmp_path: Path) -> None:
    live = crawled("json_ld_site", tmp_path, site.address, save_responses=True)
    hurt = [file for file in (live.folder / "responses").glob("*.json") if '/7"' in file.read_text()]
    hurt[0].write_text('{"status": 2', encoding="utf-8")
    order = CrawlOrder(source="json_ld_site", crawls=tmp_path / "again", replay=live.folder)
    assert crawl(order, quiet).verdict["errors"] == {"damaged among the saved responses": 1}
    (live.folder / "responses" / "order.json").write_text("[]", encoding="utf-8")
    with pytest.raises(SourceError, match="no saved responses"):
        crawl(order, quiet)


def test_a_crawl_cut_off_before_it_had_its_name_only_gets_it(site: Site, tmp_path: Path) -> None:
    done = crawled("json_ld_site", tmp_path, site.address)
    cut = done.folder.rename(done.folder.with_name(done.folder.name + ".partial"))
    (cut / "lock").touch()
    site.asked.clear()
    again = crawled("json_ld_site", tmp_path, site.address, resume=True)
    assert not site.asked
    assert (again.folder, again.verdict) == (done.folder, done.verdict)
    assert sorted(file.name for file in done.folder.iterdir()) == ["records.jsonl", "verdict.json", "verdict.md"]


def test_a_damaged_earlier_crawl_is_told_before_anything_is_asked(site: Site, tmp_path: Path) -> None:
    done = crawled("json_ld_site", tmp_path, site.address)
    (done.folder / "verdict.json").write_text("{}", encoding="utf-8")
    site.asked.clear()
    with pytest.raises(RecordError, match=r"verdict\.json does not say source, .* crawl again"):
        crawled("json_ld_site", tmp_path, site.address)
    assert not site.asked
    assert [one.name for one in (tmp_path / "json_ld_site").iterdir()] == [done.folder.name]


def test_crawls_side_by_side_do_not_meet(site: Site, tmp_path: Path) -> None:
    with ThreadPoolExecutor(3) as pool:
        done = list(pool.map(lambda _: crawled("json_ld_site", tmp_path, site.address), range(3)))
    assert len({one.folder for one in done}) == 3
    assert len({records_of(one) for one in done}) == 1
    assert all(one.verdict["trusted"] for one in done)


def test_a_fall_against_the_last_trusted_crawl_is_told(site: Site, tmp_path: Path) -> None:
    assert crawled("json_ld_site", tmp_path, site.address).verdict["change"] is None
    site.robots += "".join(f"Disallow: /{number}$\n" for number in range(1, 30))
    told = crawled("json_ld_site", tmp_path, site.address).verdict
    assert told["change"]["records"] == -29 * EACH
    assert "expected 97 to 182: the last trusted crawl brought 121" in told["reasons"][0]  # 0.8 and 1.5 times 121


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="an administrator may write everywhere")
def test_a_folder_that_cannot_be_written_to(site: Site, tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(CrawlError, match="cannot be written"):
        crawled("json_ld_site", tmp_path, site.address)


def test_a_file_where_the_folder_should_be(site: Site, tmp_path: Path) -> None:
    (tmp_path / "crawls").write_text("not a folder", encoding="utf-8")
    with pytest.raises(CrawlError, match=r"cannot be written.*free space"):
        crawled("json_ld_site", tmp_path / "crawls", site.address)


@pytest.mark.skipif(sys.platform == "win32", reason="no limit to a file's size there")
def test_a_disk_that_takes_no_more_is_one_sentence_and_the_crawl_goes_on_later(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = subprocess.Popen

    def limited(*words: object, **more: object) -> "subprocess.Popen[str]":
        few_bytes = partial(resource.setrlimit, resource.RLIMIT_FSIZE, (8_000, resource.RLIM_INFINITY))
        return start(*words, preexec_fn=few_bytes, **more)  # type: ignore[call-overload]

    with monkeypatch.context() as patched:
        patched.setattr(runner.subprocess, "Popen", limited)
        with pytest.raises(CrawlError, match=r"cannot be written to .*partial: File too large.*--resume"):
            crawled("json_ld_site", tmp_path, site.address)
    assert crawled("json_ld_site", tmp_path, site.address, resume=True).verdict["trusted"]


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
