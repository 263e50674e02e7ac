"""The locator over real HTTP, and again over what was saved of it: the same questions, the same bytes."""

import json
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from crawled import crawled, quiet
from pytest_httpserver import HTTPServer
from saved_pages import saved
from werkzeug import Request, Response

from crawler.runner import CrawlOrder, crawl

ROWS_A_PAGE, PAGES_OF_MONTANA = 2, 3


def _locator(request: Request) -> Response:
    """Answer for Montana in three pages, for Wyoming with none, and for any other state not at all."""
    asked = {name: told[0] for name, told in parse_qs(urlsplit(request.url).query).items()}
    pages = {"4": PAGES_OF_MONTANA, "52": 0}[asked["limitValue"]]
    (row, *_) = json.loads(saved("findtreatment", "live_answer"))["rows"]
    number = int(asked["page"])
    rows = [{**row, "name1": f"Clinic {number}{one}"} for one in range(ROWS_A_PAGE if number <= pages else 0)]
    answer = {"page": number, "totalPages": pages, "recordCount": pages * ROWS_A_PAGE, "rows": rows}
    return Response(json.dumps(answer), content_type="application/json")


def test_the_locator_is_read_page_by_page_and_again_without_the_network(httpserver: HTTPServer, tmp_path: Path) -> None:
    httpserver.expect_request("/robots.txt").respond_with_data("", status=404)
    httpserver.expect_request("/v2").respond_with_handler(_locator)
    live = crawled("findtreatment", tmp_path, httpserver.url_for("/v2"), ("MT", "WY"), save_responses=True)
    assert live.verdict["trusted"], live.verdict["reasons"]
    assert live.verdict["pages"] == PAGES_OF_MONTANA + 1
    assert live.verdict["records"] == live.verdict["rows"] == ROWS_A_PAGE * PAGES_OF_MONTANA
    assert all(record.professions == ("clinic",) for record in live.records())
    httpserver.clear()
    again = crawl(CrawlOrder(source="findtreatment", crawls=tmp_path / "again", replay=live.folder), quiet)
    assert again.records_file.read_bytes() == live.records_file.read_bytes()
    assert not httpserver.log
