"""Whole crawls of servers on this machine: forbidden, refused, failing, cut off and empty ones."""

from pathlib import Path

import pytest
from crawled import crawled, therapist_page
from linked_site import EACH, PAGES, Site
from pytest_httpserver import HTTPServer
from registry_twin import Listed, answer, invented_npi
from werkzeug import Response

from crawler.runner import CrawlOrder, Progress, all_crawls, crawl, latest


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
    assert sorted(file.name for file in done.folder.iterdir()) == [
        "records.jsonl", "stats.json", "verdict.json", "verdict.md",
    ]  # fmt: skip
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
    elsewhere = "(asked again by postal code: not for codes that begin otherwise than 59)"
    misnamed = "(asked again by name: not for names of other letters)"
    assert told["splits"] == {
        f"{state} {elsewhere}": 1,
        f"{state}, postal_code 59*": 10,
        f"{state}, postal_code 596*": 10,
        f"{state}, postal_code 5960*": 10,
        f"{state}, postal_code 59601*": 2,
        f"{state}, postal_code 59601*, enumeration_type NPI-1 {misnamed}": 702,
    }
