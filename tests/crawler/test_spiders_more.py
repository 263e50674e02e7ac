"""Community services, the map and insurers' files: where their spiders go, and whole crawls of them over HTTP."""

import json
from collections import Counter
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from crawled import crawled, page, quiet, spider, walked
from pytest_httpserver import HTTPServer
from saved_pages import saved
from werkzeug import Request, Response

from crawler import settings as polite
from crawler.readers.overpass import areas_of
from crawler.records import Crawl
from crawler.runner import CrawlOrder, Progress, crawl
from crawler.source import SourceError, read_source
from crawler.verdict import CrawlError

HSDS = "https://services.example/hsds/"
MAP = "https://map.example/api/interpreter"
INDEX = "https://insurer.example/files/index.json"


def asked_of(address: str) -> dict[str, list[str]]:
    return parse_qs(urlsplit(address).query)


def replayed(live: Crawl, source: str, folder: Path) -> Crawl:
    """Read a crawl's saved responses again."""
    return crawl(CrawlOrder(source=source, crawls=folder / "again", replay=live.folder), quiet)


def service(number: int, *, is_whole: bool) -> dict[str, object]:
    """Return an invented service, whole or only its head."""
    head = {
        "id": f"s{number}",
        "name": "Counselling" if number % 2 else "Food pantry",
        "organization": {"name": "Heron"},
    }
    address = {"city": "Helena", "state_province": "MT", "postal_code": "59601", "country": "US"}
    location = {"id": f"l{number}", "location_type": "physical", "addresses": [address]}
    term = {"taxonomy_term": {"name": "Psychotherapy"}}
    whole = {
        "attributes": [term] if number % 2 else [],
        "service_at_locations": [{"id": f"sal{number}", "location": location}],
    }
    return head | whole if is_whole else head


def envelope(contents: list[object], number: int, total: int | None) -> dict[str, object]:
    told = {"page_number": number, "size": len(contents), "contents": contents}
    return told if total is None else {**told, "total_pages": total}


def services_answer(*, is_whole: bool, total: int | None, pages: int = 3, each: int = 4) -> dict[str, bytes]:
    """Return the answers of a directory of services by path and page."""
    answers: dict[str, bytes] = {}
    for one in range(1, pages + 2):
        numbers = range((one - 1) * each, one * each) if one <= pages else range(0)
        rows: list[object] = [service(number, is_whole=is_whole) for number in numbers]
        placed: list[object] = [
            {"id": f"sal{number}", "service": service(number, is_whole=False), "location": {"id": f"l{number}"}}
            for number in numbers
        ]
        answers[f"/hsds/services?{one}"] = json.dumps(envelope(rows, one, total)).encode()
        answers[f"/hsds/service_at_locations?{one}"] = json.dumps(envelope(placed, one, total)).encode()
    for number in range(pages * each):
        answers[f"/hsds/services/s{number}?"] = json.dumps(service(number, is_whole=True)).encode()
    return answers


def key_of(address: str) -> str:
    return f"{urlsplit(address).path}?{asked_of(address).get('page', [''])[0]}"


@pytest.mark.parametrize("total", [3, None])
@pytest.mark.parametrize("is_whole", [True, False])
def test_every_service_is_found_however_the_lists_are_given(tmp_path: Path, total: int | None, is_whole: bool) -> None:
    answers = services_answer(is_whole=is_whole, total=total)
    met, truncated, _ = walked(spider("hsds", tmp_path, HSDS), lambda address: answers[key_of(address)])
    assert set(met) == {f"sal{number}" for number in range(12)}
    assert not truncated


def test_whole_services_are_not_asked_for_one_by_one(tmp_path: Path) -> None:
    one = spider("hsds", tmp_path, HSDS)
    services, places = one.first()
    answers = services_answer(is_whole=True, total=1)
    assert one.read(page(services, answers["/hsds/services?1"]), services).visits == ()
    short = one.read(page(places, answers["/hsds/service_at_locations?1"]), places)
    assert [urlsplit(visit.address).path for visit in short.visits] == [f"/hsds/services/s{n}" for n in range(4)]
    assert (services.is_optional, places.is_optional) == (False, True)


def test_what_the_user_asks_for_besides_is_asked_for_everywhere(tmp_path: Path) -> None:
    one = spider("hsds", tmp_path, f"{HSDS}?taxonomy_term_id=abc")
    services, _ = one.first()
    assert urlsplit(services.address).path == "/hsds/services"
    assert asked_of(services.address) == {
        "taxonomy_term_id": ["abc"], "page": ["1"], "per_page": ["100"], "full": ["true"],
    }  # fmt: skip
    reading = one.read(page(services, saved("hsds", "services_heads")), services)
    assert [urlsplit(visit.address).path for visit in reading.visits] == ["/hsds/services/s1", "/hsds/services/s%2F2"]
    assert {visit.kind for visit in reading.visits} == {"service"}


def test_a_page_that_is_another_than_was_asked_for_is_a_question_cut_off(tmp_path: Path) -> None:
    one = spider("hsds", tmp_path, HSDS)
    services, _ = one.first()
    first = one.read(page(services, json.dumps(envelope([], 1, 2)).encode()), services)
    assert first.truncated is None
    (second,) = first.visits
    again = one.read(page(second, json.dumps(envelope([], 1, 2)).encode()), second)
    assert again.truncated == "page 2 of services, answered with page 1"
    assert again.visits == ()


def test_no_more_pages_are_planned_than_may_be_read(tmp_path: Path) -> None:
    one = spider("hsds", tmp_path, HSDS)
    services, _ = one.first()
    claim = json.dumps(envelope([], 1, 10**12)).encode()
    assert len(one.read(page(services, claim), services).visits) == one.source.pages - 1


def test_a_directory_of_services_is_crawled_and_read_again(httpserver: HTTPServer, tmp_path: Path) -> None:
    answers = services_answer(is_whole=False, total=3)
    httpserver.expect_request("/robots.txt").respond_with_data("", status=404)

    def answer(request: Request) -> Response:
        key = key_of(request.url)
        return Response(answers.get(key, b""), status=200 if key in answers else 404)

    for path in ("/hsds/services", *(f"/hsds/services/s{number}" for number in range(12))):
        httpserver.expect_request(path).respond_with_handler(answer)
    httpserver.expect_request("/hsds/service_at_locations").respond_with_data("", status=404)
    live = crawled("hsds", tmp_path, httpserver.url_for("/hsds"), save_responses=True)
    told = live.verdict
    assert told["trusted"], told["reasons"]
    assert told["records"] == 6
    assert told["drops"] == {"not named mental health": 6}
    assert told["unknown_terms"] == {"Counselling": 6, "Food pantry": 6}
    assert told["left_out"] == {"status 404": 1}
    httpserver.clear()
    again = replayed(live, "hsds", tmp_path)
    assert again.records_file.read_bytes() == live.records_file.read_bytes()
    assert not httpserver.log


def test_areas_are_named_by_their_codes_or_as_states() -> None:
    assert areas_of(("AT-5", "DE", "DE-BY"), ("MT",)) == ("AT-5", "DE", "DE-BY", "US-MT")
    assert areas_of(("AT", "AT"), ()) == ("AT",)


@pytest.mark.parametrize("area", ["Austria", "at-5", "AT-5678", 'AT"];out;', ""])
def test_what_is_no_area_is_named_and_reaches_no_server(area: str) -> None:
    with pytest.raises(SourceError, match="ISO 3166"):
        areas_of((area,), ())


def test_the_map_is_asked_once_an_area_and_told_when_to_give_up(tmp_path: Path) -> None:
    visits = list(spider("overpass", tmp_path, f"{MAP}?key=x", ("MT",), ("AT-5", "AT")).first())
    assert [visit.kind for visit in visits] == ["AT-5", "AT", "US-MT"]
    assert {urlsplit(visit.address)._replace(query="").geturl() for visit in visits} == {MAP}
    asked = [asked_of(visit.address) for visit in visits]
    assert all(sorted(one) == ["data", "key"] for one in asked)
    assert ['"ISO3166-2"="AT-5"' in asked[0]["data"][0], '"ISO3166-1"="AT"' in asked[1]["data"][0]] == [True, True]
    seconds = read_source("overpass").search["timeout_seconds"]
    assert all(one["data"][0].startswith(f"[out:json][timeout:{seconds}];") for one in asked)
    assert seconds < polite.DOWNLOAD_TIMEOUT  # so that it is the server that gives up, and says so


@pytest.mark.parametrize(("area", "found"), [("US-MT", ("US", "MT")), ("AT-5", ("AT", None)), ("US", ("US", None))])
def test_things_stand_in_the_area_they_were_asked_for_in(
    tmp_path: Path, area: str, found: tuple[str, str | None]
) -> None:
    one = spider("overpass", tmp_path, MAP, areas=(area,))
    (visit,) = one.first()
    element = {"type": "node", "id": 1, "lat": 46.6, "lon": -112.0, "tags": {"healthcare": "psychotherapist"}}
    reading = one.read(page(visit, json.dumps({"elements": [element]}).encode()), visit)
    (place,) = reading.listings[0].locations
    assert (place.country, place.state) == found


def test_a_busy_map_is_asked_again_and_brings_the_same(httpserver: HTTPServer, tmp_path: Path) -> None:
    asked: Counter[str] = Counter()
    busy = {"AT-5": (429, 504), "AT-2": (504,)}

    def answer(request: Request) -> Response:
        area = next(area for area in busy if f'"{area}"' in request.args["data"])
        asked[area] += 1
        if asked[area] <= len(busy[area]):
            return Response("busy", status=busy[area][asked[area] - 1], headers={"Retry-After": "1"})
        body = saved("overpass", "answer") if area == "AT-5" else b'{"elements": [{"type": "area", "id": 36}]}'
        return Response(body, content_type="application/json")

    httpserver.expect_request("/robots.txt").respond_with_data("", status=404)
    httpserver.expect_request("/api/interpreter").respond_with_handler(answer)
    address = httpserver.url_for("/api/interpreter")
    live = crawled("overpass", tmp_path, address, areas=("AT-5", "AT-2"), save_responses=True)
    told = live.verdict
    assert asked == {"AT-5": 3, "AT-2": 2}
    assert told["responses"] == {"200": 2, "404": 1, "429": 1, "504": 2}
    assert told["records"] == 5
    assert told["reasons"] == ["Of 7 rows only 6 were understood."]  # the one that is neither node, way nor relation
    assert told["asked"]["areas"] == ["AT-2", "AT-5"]
    again = replayed(live, "overpass", tmp_path)
    assert again.records_file.read_bytes() == live.records_file.read_bytes()


def test_areas_are_gone_on_with_and_compared_by(httpserver: HTTPServer, tmp_path: Path) -> None:
    httpserver.expect_request("/robots.txt").respond_with_data("", status=404)
    httpserver.expect_request("/api").respond_with_data(saved("overpass", "answer"), content_type="application/json")
    address = httpserver.url_for("/api")

    def cut(_: Progress) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        crawl(CrawlOrder("overpass", tmp_path, address=address, areas=("AT-5",)), cut)
    with pytest.raises(SourceError, match=r"asked for areas \('AT-5',\), not \('AT-2',\)"):
        crawled("overpass", tmp_path, address, areas=("AT-2",), resume=True)
    first = crawled("overpass", tmp_path, address, areas=("AT-5",), resume=True)
    said = json.loads((first.folder / "verdict.json").read_text()) | {"trusted": True, "reasons": []}
    (first.folder / "verdict.json").write_text(json.dumps(said))
    assert crawled("overpass", tmp_path, address, areas=("AT-2",)).verdict["change"] is None
    again = crawled("overpass", tmp_path, address, areas=("AT-5",)).verdict["change"]
    assert (again["run_id"], again["new"], again["gone"]) == (first.verdict["run_id"], 0, 0)


def test_a_map_that_gives_up_is_failed_not_empty(httpserver: HTTPServer, tmp_path: Path) -> None:
    httpserver.expect_request("/robots.txt").respond_with_data("", status=404)
    httpserver.expect_request("/api").respond_with_data(saved("overpass", "gave_up"))
    told = crawled("overpass", tmp_path, httpserver.url_for("/api"), areas=("AT",)).verdict
    assert told["errors"] == {"unreadable": 1}
    assert "timed out" in told["reasons"][1]


def test_without_an_area_no_server_is_asked(httpserver: HTTPServer, tmp_path: Path) -> None:
    with pytest.raises((CrawlError, SourceError)):
        crawled("overpass", tmp_path, httpserver.url_for("/api"))
    assert not httpserver.log


def test_the_index_leads_to_files_of_providers_wherever_they_are(tmp_path: Path) -> None:
    one = spider("qhp", tmp_path, INDEX)
    (index,) = one.first()
    reading = one.read(page(index, saved("qhp", "index")), index)
    assert [visit.address for visit in reading.visits] == [
        "https://files.insurer.example/providers-1.json",
        "https://insurer.example/files/providers-2.json",
    ]
    assert not any(visit.is_link or visit.is_optional for visit in reading.visits)  # one that is missing is missing
    assert all(visit.depth <= one.source.depth for visit in reading.visits)
    (first, _) = reading.visits
    assert one.read(page(first, saved("qhp", "providers")), first).rows == 8


def test_an_insurers_files_are_crawled_and_one_that_is_missing_is_named(httpserver: HTTPServer, tmp_path: Path) -> None:
    rows = [row for row in json.loads(saved("qhp", "providers"))[:6] if isinstance(row, dict)]
    httpserver.expect_request("/robots.txt").respond_with_data("", status=404)
    httpserver.expect_request("/index.json").respond_with_json({"provider_urls": ["/a.json", "/b.json", "/gone.json"]})
    httpserver.expect_request("/a.json").respond_with_json(rows)
    httpserver.expect_request("/b.json").respond_with_json([{**rows[0], "addresses": rows[0]["addresses"][:1]}])
    httpserver.expect_request("/gone.json").respond_with_data("", status=404)
    live = crawled("qhp", tmp_path, httpserver.url_for("/index.json"), save_responses=True)
    told = live.verdict
    assert told["records"] == 4
    assert told["variants"] == 1
    assert told["drops"] == {"not named mental health": 1, "profession not counted": 1}
    (fullest,) = (record for record in live.records() if record.npi == rows[0]["npi"])
    assert len(fullest.locations) == 2
    assert told["reasons"] == [f"1 page could not be read, such as {httpserver.url_for('/gone.json')} (status 404)."]
    again = replayed(live, "qhp", tmp_path)
    assert again.records_file.read_bytes() == live.records_file.read_bytes()
