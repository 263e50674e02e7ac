"""A directory crawled again: what is new, gone and changed, and who asked not to be listed stays out."""

from pathlib import Path

import pytest
from crawled import crawled, therapist_page
from pytest_httpserver import HTTPServer

from crawler.opt_out import OptOut
from crawler.records import RECORDS_FILE
from crawler.runner import CrawlOrder, plan


def served(server: HTTPServer, people: list[str]) -> str:
    """Serve a page of people, and no other page."""
    server.clear()
    for path in ("/robots.txt", "/sitemap.xml"):
        server.expect_request(path).respond_with_data("", status=404)
    server.expect_request("/").respond_with_data(therapist_page(people), content_type="text/html")
    return server.url_for("/")


def test_a_second_crawl_tells_who_is_new_and_who_is_gone(httpserver: HTTPServer, tmp_path: Path) -> None:
    first = crawled("json_ld_site", tmp_path, served(httpserver, ["a", "b", "c", "d", "e"]))
    again = crawled("json_ld_site", tmp_path, served(httpserver, ["b", "c", "d", "e", "f"]))
    assert first.verdict["change"] is None
    expected = {"run_id": first.verdict["run_id"], "records": 0, "new": 1, "gone": 1, "changed": 0}
    assert again.verdict["change"] == expected


def test_a_damaged_earlier_file_of_records_costs_the_comparison_alone(httpserver: HTTPServer, tmp_path: Path) -> None:
    first = crawled("json_ld_site", tmp_path, served(httpserver, ["a", "b"]))
    (first.folder / RECORDS_FILE).write_text("{", encoding="utf-8")
    again = crawled("json_ld_site", tmp_path, served(httpserver, ["a", "b"]))
    assert again.verdict["change"] == {"run_id": first.verdict["run_id"], "records": 0}
    assert again.verdict["trusted"]


def test_who_asked_not_to_be_listed_is_left_out_and_counted(httpserver: HTTPServer, tmp_path: Path) -> None:
    address = served(httpserver, ["a", "b"])
    asked = next(crawled("json_ld_site", tmp_path, address).records())
    OptOut.read(tmp_path).with_identifiers([f"json_ld_site:{asked.source_id}"]).write(tmp_path)
    again = crawled("json_ld_site", tmp_path, address)
    assert asked.source_id not in {record.source_id for record in again.records()}
    assert again.verdict["records"] == 1
    assert again.verdict["drops"] == {"asked not to be listed": 1}


@pytest.mark.parametrize(("rules", "said"), [("Disallow: /\n", "FORBIDS"), ("Disallow: /private\n", "allows")])
def test_a_plan_says_what_robots_txt_says_and_asks_nothing_else(
    httpserver: HTTPServer, tmp_path: Path, rules: str, said: str
) -> None:
    httpserver.expect_request("/robots.txt").respond_with_data(f"User-agent: *\n{rules}")
    lines = plan(CrawlOrder(source="json_ld_site", crawls=tmp_path, address=httpserver.url_for("/")))
    assert any(line.startswith("robots: ") and said in line for line in lines)
    assert [request.path for request, _ in httpserver.log] == ["/robots.txt"]


def test_nobody_is_asked_by_somebody_who_does_not_say_who_it_is(tmp_path: Path) -> None:
    lines = plan(CrawlOrder(source="nppes_api", crawls=tmp_path, states=("MT",)))
    assert "robots: not asked without --contact" in lines
