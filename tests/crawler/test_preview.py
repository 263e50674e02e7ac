"""What robots.txt says before a crawl: allowed, forbidden, not there, not to be had."""

import pytest
from pytest_httpserver import HTTPServer

from crawler.preview import robots_answer

AGENT = "therapygap/0.1 (+me@agency.example)"


@pytest.mark.parametrize(
    ("text", "is_allowed", "delay"),
    [
        ("User-agent: *\nDisallow: /private\n", True, None),
        ("User-agent: *\nDisallow: /\n", False, None),
        ("User-agent: therapygap\nDisallow: /list\nCrawl-delay: 7\n", False, 7.0),
        ("User-agent: *\nDisallow: /\nUser-agent: therapygap\nAllow: /\n", True, None),
        ("", True, None),
    ],
)
def test_it_says_what_the_file_says(httpserver: HTTPServer, text: str, is_allowed: bool, delay: float | None) -> None:
    httpserver.expect_oneshot_request("/robots.txt", headers={"User-Agent": AGENT}).respond_with_data(text)
    found = robots_answer(httpserver.url_for("/list/all"), AGENT)
    assert (found.is_allowed, found.delay_seconds) == (is_allowed, delay)
    assert ("FORBIDS" in found.sentence) is not is_allowed
    assert [request.path for request, _ in httpserver.log] == ["/robots.txt"]


@pytest.mark.parametrize(("status", "is_allowed"), [(404, True), (410, True), (500, None), (503, None)])
def test_a_file_that_is_not_there_allows_and_one_that_cannot_be_had_does_not(
    httpserver: HTTPServer, status: int, is_allowed: bool | None
) -> None:
    httpserver.expect_request("/robots.txt").respond_with_data("", status=status)
    found = robots_answer(httpserver.url_for("/"), AGENT)
    assert found.is_allowed is is_allowed
    assert str(status) in found.sentence


def test_nobody_answers(httpserver: HTTPServer) -> None:
    address = httpserver.url_for("/")
    httpserver.stop()
    assert robots_answer(address, AGENT).is_allowed is None
    httpserver.start()


def test_a_redirect_to_another_host_is_not_followed(httpserver: HTTPServer) -> None:
    elsewhere = httpserver.url_for("/robots.txt").replace("localhost", "127.0.0.1")
    httpserver.expect_request("/robots.txt").respond_with_data("", status=302, headers={"Location": elsewhere})
    found = robots_answer(httpserver.url_for("/"), AGENT)
    assert found.is_allowed is None
    assert "another host" in found.sentence
    assert len(httpserver.log) == 1
