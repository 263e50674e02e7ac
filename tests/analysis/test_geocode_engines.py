"""Engines over HTTP on loopback: cached, resumable, patient, robust; addresses go nowhere unasked."""

import csv
import datetime as dt
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from geocoding_server import POINT, GeocodingServer, matched, place, unmatched
from hypothesis import given
from hypothesis import strategies as st
from pytest_httpserver import HTTPServer
from test_geocode import small_gazetteer
from werkzeug import Response

from analysis.providers.geocode import census, nominatim
from analysis.providers.geocode.address import Address
from analysis.providers.geocode.asking import Asked, ask, engine_of
from analysis.providers.geocode.engine import EngineError, Match
from analysis.providers.geocode.remembered import CACHE_FILE, Remembered
from analysis.providers.geocode.web import Web
from analysis.study import Geocode, Study, StudyError, read_study
from crawler.records import Location

STREETS = [f"{number} Invented Street" for number in range(1, 8)]


def located(street: str | None, **changes: object) -> Location:
    stated = {"state": "MT", "city": "Billings", "postal_code": "59101", "street": street}
    return Location(**{**stated, **changes})


@pytest.fixture
def server(httpserver: HTTPServer) -> Iterator[GeocodingServer]:
    yield GeocodingServer(httpserver)
    httpserver.check_assertions()
    httpserver.clear()


def asked(server: GeocodingServer, kind: str, folder: Path, streets: list[str] = STREETS) -> Asked:
    chosen = Geocode(engine=kind, address=server.address, cache=folder)
    engine = engine_of(chosen)
    assert engine is not None
    return ask(engine, small_gazetteer(), [located(street) for street in streets], folder, lambda _: None)


def web(server: GeocodingServer, waits: list[float]) -> Web:
    return Web(server.address, None, 1.0, 5.0, wait=waits.append)


KINDS = pytest.mark.parametrize("kind", ["census", "nominatim"])


@KINDS
def test_every_address_is_found_where_the_server_puts_it(server: GeocodingServer, kind: str, tmp_path: Path) -> None:
    found = asked(server, kind, tmp_path)
    assert (found.addresses, found.from_cache, found.unanswered, len(found.matches)) == (7, 0, 0, 7)
    assert {(one.latitude, one.longitude, one.method) for one in found.matches.values()} == {(*POINT, "address")}
    assert sorted(server.streets) == [street.casefold() for street in STREETS]
    assert server.agents[0] == "therapygap"


@KINDS
def test_an_address_is_asked_for_once_the_unknown_ones_too(server: GeocodingServer, kind: str, tmp_path: Path) -> None:
    server.line = lambda row: unmatched(row) if row[1].startswith("1 ") else matched(row)
    server.places = lambda street: [] if street.startswith("1 ") else [place(street)]
    first = asked(server, kind, tmp_path)
    assert (len(first.matches), first.unanswered) == (6, 0)
    again = asked(server, kind, tmp_path, [*STREETS, "9 New Street", "1  INVENTED street."])
    assert (again.addresses, again.from_cache, len(again.matches)) == (8, 7, 7)
    assert server.streets[7:] == ["9 new street"]


@KINDS
def test_nothing_is_sent_but_streets_without_a_point_to_believe(
    server: GeocodingServer, kind: str, tmp_path: Path
) -> None:
    stated = [
        located("1 Kept Street", latitude=45.71, longitude=-108.5),
        located("P.O. Box 4"),
        located(None),
        located("2 Sent Street, P.O. Box 4", phone="+14065550123"),
        located("3 Far Street", latitude=29.0, longitude=-95.0),
        located("5 Centred Street", latitude=45.7, longitude=-108.5),
        located("4 Lonely Street", city=None, postal_code=None),
    ]
    engine = engine_of(Geocode(engine=kind, address=server.address, cache=tmp_path))
    found = ask(engine, small_gazetteer(), stated, tmp_path, lambda _: None)
    assert sorted(server.streets) == ["2 sent street", "3 far street", "5 centred street"]
    assert found.addresses == 3
    sent = str(server.asked) + str(server.queries)
    assert "555" not in sent


def test_a_country_the_engine_does_not_know_is_not_asked_for(server: GeocodingServer, tmp_path: Path) -> None:
    abroad = located("5 Musterweg", country="DE", state=None, city="Musterstadt", postal_code="01067")
    for kind, count in (("census", 0), ("nominatim", 1)):
        engine = engine_of(Geocode(engine=kind, address=server.address, cache=tmp_path))
        assert ask(engine, small_gazetteer(), [abroad], tmp_path, lambda _: None).addresses == count
    assert server.queries[0]["countrycodes"] == "de"


@KINDS
@pytest.mark.parametrize("status", [429, 500, 503])
def test_passing_failures_are_waited_out(server: GeocodingServer, kind: str, status: int) -> None:
    moment = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=60)
    server.failures = [
        Response(status=status),
        Response(status=status, headers={"Retry-After": "17"}),
        Response(status=status, headers={"Retry-After": moment.strftime("%a, %d %b %Y %H:%M:%S GMT")}),
        Response(status=status, headers={"Retry-After": "soon"}),
    ]
    waits: list[float] = []
    one = Address("US", "MT", "billings", "59101", "1 invented street")
    client = web(server, waits)
    engine = census.Census(client, "Public_AR_Current") if kind == "census" else nominatim.Nominatim(client)
    assert engine.locate([one])[one].latitude == POINT[0]
    assert waits[:2] == [2.0, 17.0]
    assert 50 < waits[2] <= 60
    assert waits[3] == 16.0


@KINDS
@pytest.mark.parametrize(
    ("status", "headers", "asks"),
    [
        (429, {"Retry-After": "3600"}, 1),
        (403, {}, 1),
        (302, {"Location": "http://127.0.0.1:9/elsewhere"}, 1),
        (503, {}, 5),
    ],
)
def test_a_server_that_refuses_ends_it_with_a_sentence(
    server: GeocodingServer, kind: str, status: int, headers: dict[str, str], asks: int
) -> None:
    server.failures = [Response(status=status, headers=headers) for _ in range(9)]
    client = web(server, [])
    engine = census.Census(client, "Public_AR_Current") if kind == "census" else nominatim.Nominatim(client)
    with pytest.raises(EngineError, match=f"did not answer \\(status {status}.*run again later to go on"):
        engine.locate([Address("US", "MT", "billings", "59101", "1 invented street")])
    assert len(server.agents) == asks


def test_a_server_that_is_not_there_is_named() -> None:
    waits: list[float] = []
    with pytest.raises(EngineError, match=r"'http://127\.0\.0\.1:9' did not answer"):
        Web("http://127.0.0.1:9", None, 1.0, 1.0, wait=waits.append).send("/search")
    assert waits == [2.0, 4.0, 8.0, 16.0]


@KINDS
def test_what_was_answered_before_a_failure_is_kept(
    server: GeocodingServer, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(census, "_BATCH", 3)
    monkeypatch.setattr(nominatim, "_BATCH", 3)
    broken = {"at": 4}

    def breaking(row: list[str]) -> str:
        if len(server.streets) >= broken["at"]:
            server.failures = [Response(status=403)] * 9
        return matched(row)

    server.line = breaking
    server.places = lambda street: json_of(breaking(["0", street]) and street)
    with pytest.raises(EngineError):
        asked(server, kind, tmp_path)
    broken["at"], server.failures, before = 99, [], len(server.streets)
    again = asked(server, kind, tmp_path)
    assert (len(again.matches), again.unanswered) == (7, 0)
    assert again.from_cache > 0
    assert len(server.streets) == before + 7 - again.from_cache


def json_of(street: str) -> object:
    return [place(street)]


@KINDS
def test_partial_and_broken_answers_are_asked_again_once_and_counted(
    server: GeocodingServer, kind: str, tmp_path: Path
) -> None:
    bad = {
        "1": lambda _: "",
        "2": lambda row: f'"{row[0]}","x","Perhaps"',
        "3": lambda row: f'"{row[0]}","x","Match","Exact","X","nowhere","1","L"',
        "4": lambda row: f'"{row[0]}","x","Match","Exact","X","-108.5,99.5","1","L"',
        "5": lambda _: '"77","x","Match","Exact","X","-108.5,45.7","1","L"',
    }
    answers = {"1": "<html>", "2": {"error": "x"}, "3": [{"lat": "x"}], "4": [place("x") | {"lat": "99"}], "5": [3]}
    server.line = lambda row: bad.get(row[1][0], matched)(row)
    server.places = lambda street: answers.get(street[0], [place(street)])
    found = asked(server, kind, tmp_path)
    assert (found.addresses, len(found.matches), found.unanswered) == (7, 2, 5)
    assert len(server.streets) == 7 + 5
    server.line, server.places = matched, lambda street: [place(street)]
    mended = asked(server, kind, tmp_path)  # what was not answered was not kept as unknown
    assert (mended.from_cache, len(mended.matches)) == (2, 7)


def test_a_census_answer_that_is_a_page_is_a_fault(server: GeocodingServer, tmp_path: Path) -> None:
    server.failures = [Response("<html><body>Maintenance, back soon</body></html>", content_type="text/html")]
    with pytest.raises(EngineError, match="no row of a match table"):
        asked(server, "census", tmp_path)


def test_a_nominatim_answer_that_is_a_page_is_a_fault(server: GeocodingServer, tmp_path: Path) -> None:
    server.places = lambda _: "<html>Welcome</html>"
    with pytest.raises(EngineError, match="no list of places"):
        asked(server, "nominatim", tmp_path)


def test_a_tie_is_no_match_and_an_inexact_match_is_less_precise() -> None:
    one, two = (Address("US", "MT", "", "59101", street) for street in ("1 a st", "2 b st"))
    rows = unmatched(["0"], "Tie") + "\n" + matched(["1"]).replace("Exact", "Non_Exact")
    found = census.read_answer(rows, [one, two])
    assert found[one] is None
    assert found[two].precision_km > census.read_answer(matched(["1"]), [one, two])[two].precision_km


def test_a_coarse_place_is_called_one() -> None:
    # a box of a tenth of a degree each way: half its diagonal is about 13.6 km at 45.78 degrees north
    (match,) = nominatim.read_answer(str([place("x", 0.1)]).replace("'", '"').encode())
    assert match.method == "place"
    assert match.precision_km == pytest.approx(13.6, abs=0.1)


@given(st.text(max_size=200))
def test_whatever_a_server_says_is_an_answer_or_none(text: str) -> None:
    one = Address("US", "MT", "", "59101", "1 a st")
    for match in census.read_answer(text, [one]).values():
        assert match is None or abs(match.latitude) <= 90
    nominatim.read_answer(text.encode("utf-8", errors="replace"))


@given(st.lists(st.text(min_size=1, max_size=30), min_size=1, max_size=5))
def test_any_street_survives_the_file(streets: list[str]) -> None:
    addresses = [Address("US", "MT", "a,b", "59101", street.replace("\r", " ")) for street in streets]
    rows = list(csv.reader(io.StringIO(census._file(addresses).decode("utf-8", errors="replace"), newline="")))
    assert [row[1] for row in rows] == [one.street for one in addresses]
    assert {len(row) for row in rows} == {5}


def test_requests_are_paced_except_on_loopback(server: GeocodingServer) -> None:
    waits: list[float] = []
    local = Web(server.address, None, 1.0, 5.0, wait=waits.append, clock=lambda: 100.0)
    for _ in range(3):
        local.send("/search?street=x&format=jsonv2")
    assert waits == []
    far = Web("https://geocoding.example", "me@my.example", 1.0, 5.0, wait=waits.append, clock=lambda: 100.0)
    for _ in range(3):
        far._paced()
    assert waits == [1.0, 2.0]


def test_a_far_server_needs_a_contact_and_an_encrypted_address() -> None:
    with pytest.raises(EngineError, match="must be told who asks"):
        Web("https://geocoding.example", None, 1.0, 5.0)
    for address in ("http://geocoding.example", "ftp://geocoding.example", "geocoding.example", ""):
        with pytest.raises(EngineError, match="is not an https address"):
            Web(address, "me@my.example", 1.0, 5.0)


def test_the_cache_holds_no_address_and_keeps_engines_apart(tmp_path: Path) -> None:
    one = Address("US", "MT", "billings", "59101", "1 invented street")
    Remembered(tmp_path, "census a").keep({one: Match(45.0, -108.0, 0.2)})
    Remembered(tmp_path, "census b").keep({one: None})
    assert Remembered(tmp_path, "census a").known([one]) == {one: Match(45.0, -108.0, 0.2)}
    assert Remembered(tmp_path, "census b").known([one]) == {one: None}
    assert Remembered(tmp_path, "nominatim").known([one]) == {}
    assert b"invented" not in (tmp_path / CACHE_FILE).read_bytes()


def test_answers_are_kept_all_or_none(tmp_path: Path) -> None:
    one, two = (Address("US", "MT", "", "59101", street) for street in ("1 a st", "2 b st"))
    kept = Remembered(tmp_path, "census")
    with pytest.raises(EngineError):
        kept.keep({one: None, two: Match(45.0, object(), 0.2)})  # type: ignore[arg-type]
    assert kept.known([one, two]) == {}


def test_a_broken_cache_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / CACHE_FILE).write_bytes(b"this is no database at all, " * 50)
    with pytest.raises(EngineError, match=r"cannot be used .* delete that file"):
        Remembered(tmp_path, "census").known([])


def test_offline_asks_nobody_and_the_study_says_what_it_needs(tmp_path: Path) -> None:
    assert engine_of(Geocode()) is None
    for text, said in (
        ('engine = "census"', "an engine needs 'cache'"),
        ('engine = "nominatim"\ncache = "x"', "needs the 'address'"),
        ('engine = "somebody"', "geocode.engine"),
        ('contact = "me\\nX-Other: 1"', "contact must be one line"),
    ):
        file = tmp_path / "study.toml"
        file.write_text(f'title = "t"\n[[directories]]\nsource = "nppes_api"\n[geocode]\n{text}\n')
        with pytest.raises(StudyError, match=said):
            read_study(file)


def test_contact_and_folders_stay_out_of_what_is_written() -> None:
    chosen = {"engine": "census", "cache": "/home/me/cache", "contact": "me@my.example"}
    study = Study.model_validate({"title": "t", "directories": [{"source": "nppes_api"}], "geocode": chosen})
    assert set(study.model_dump(mode="json")["geocode"]) == {"engine", "address", "benchmark", "gazetteer"}
