"""Three ways into a payer's directory: open, with a key, with a token; and no secret left anywhere."""

import base64
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from crawled import crawled
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from crawler.access import way_into
from crawler.order import CrawlOrder, checked
from crawler.records import Crawl
from crawler.runner import plan
from crawler.settings import DOWNLOADER_MIDDLEWARES
from crawler.source import SourceError, read_source

SOURCE = read_source("plan_net")
NAMES = SOURCE.search["environment"]
KEY, CLIENT, SECRET = "k3y-never-to-be-seen", "client-77", "s3cret:never/to be+seen"  # invented
LIVE = "https://payer.example/fhir"


class Payer:
    """A payer's directory that lets in whom it is told to, and counts what it is asked."""

    def __init__(self, server: HTTPServer) -> None:
        self.address = server.url_for("/fhir")
        self.token_address = server.url_for("/token")
        self.is_let_in = lambda _: True
        self.tokens: list[str] = []
        self.token_answer: Response | None = None
        self.asked: list[Request] = []
        self.asked_for_token: list[Request] = []
        self.following = server.url_for("/fhir/next")
        server.expect_request("/fhir/PractitionerRole").respond_with_handler(self._first)
        server.expect_request("/fhir/next").respond_with_handler(self._last)
        server.expect_request("/token").respond_with_handler(self._token)
        server.expect_request("/robots.txt").respond_with_handler(self._robots)
        self.asked_for_robots: list[Request] = []

    def _robots(self, request: Request) -> Response:
        self.asked_for_robots.append(request)
        return Response("", status=404)

    def _first(self, request: Request) -> Response:
        return self._page(request, "a", self.following)

    def _last(self, request: Request) -> Response:
        return self._page(request, "b", None)

    def _page(self, request: Request, identifier: str, following: str | None) -> Response:
        self.asked.append(request)
        if not self.is_let_in(request):
            return Response("who are you?", status=401)
        place = {"resourceType": "Location", "id": "l", "address": {"state": "MT", "postalCode": "59601"}}
        role = {"resourceType": "PractitionerRole", "id": identifier, "location": [{"reference": "Location/l"}]}
        links = [{"relation": "next", "url": following}] if following else []
        entries = [{"resource": role}, {"resource": place}]
        bundle = {"resourceType": "Bundle", "type": "searchset", "link": links, "entry": entries}
        return Response(json.dumps(bundle), content_type="application/fhir+json")

    def _token(self, request: Request) -> Response:
        self.asked_for_token.append(request)
        if self.token_answer is not None:
            return self.token_answer
        self.tokens.append(f"t0ken-never-to-be-seen-{len(self.tokens)}")
        answer = {"access_token": self.tokens[-1], "token_type": "Bearer", "expires_in": 60}
        return Response(json.dumps(answer), content_type="application/json")

    def has_newest_token(self, request: Request) -> bool:
        """Tell whether a request carries the token given out last."""
        return request.headers.get("Authorization") == f"Bearer {self.tokens[-1]}"


@pytest.fixture
def payer(httpserver: HTTPServer) -> Payer:
    return Payer(httpserver)


@pytest.fixture(autouse=True)
def _no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in NAMES.values():
        monkeypatch.delenv(variable, raising=False)


@pytest.fixture
def by_token(payer: Payer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Payer]:
    """Return a payer that wants a token, with the credentials for it in the environment."""
    monkeypatch.setenv(NAMES["token_address"], payer.token_address)
    monkeypatch.setenv(NAMES["client_id"], CLIENT)
    monkeypatch.setenv(NAMES["client_secret"], SECRET)
    payer.is_let_in = payer.has_newest_token
    return payer


def pair() -> str:
    """Return the client's name and secret as they go over the line, by RFC 6749, section 2.3.1."""
    return base64.b64encode(b"client-77:s3cret%3Anever%2Fto+be%2Bseen").decode()


def crawled_without_a_trace(payer: Payer, work: Path) -> Crawl:
    """Crawl, keep every response, and look for secrets in every file below the work folder."""
    done = crawled("plan_net", work / "crawls", payer.address, save_responses=True)
    files = [file for file in work.rglob("*") if file.is_file()]
    assert len(files) >= 2
    secrets = [KEY, SECRET, "never", pair(), *payer.tokens]
    for file in files:
        text = file.read_bytes() + str(file).encode()
        assert not [secret for secret in secrets if secret.encode() in text], file
    return done


def ids(done: Crawl) -> list[str]:
    return [record.source_id for record in done.records()]


def test_an_open_directory_is_asked_without_anything(payer: Payer, tmp_path: Path) -> None:
    done = crawled_without_a_trace(payer, tmp_path)
    assert done.verdict["trusted"], done.verdict["reasons"]
    assert ids(done) == ["a", "b"]
    assert not any("Authorization" in request.headers for request in payer.asked)
    assert payer.asked_for_token == []


def test_a_directory_that_wants_a_key_gets_it(payer: Payer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NAMES["key_header"], "X-Invented-Key")
    monkeypatch.setenv(NAMES["key"], KEY)
    payer.is_let_in = lambda request: request.headers.get("X-Invented-Key") == KEY
    done = crawled_without_a_trace(payer, tmp_path)
    assert done.verdict["trusted"], done.verdict["reasons"]
    assert ids(done) == ["a", "b"]
    assert not any("X-Invented-Key" in request.headers for request in payer.asked_for_robots)


def test_a_token_is_asked_for_once_and_used_for_every_page(by_token: Payer, tmp_path: Path) -> None:
    done = crawled_without_a_trace(by_token, tmp_path)
    assert done.verdict["trusted"], done.verdict["reasons"]
    assert ids(done) == ["a", "b"]
    (asked,) = by_token.asked_for_token
    assert (asked.method, asked.headers["Authorization"]) == ("POST", f"Basic {pair()}")
    assert dict(asked.form) == {"grant_type": "client_credentials"}
    assert len(by_token.asked) == 2
    assert not any("Authorization" in request.headers for request in by_token.asked_for_robots)


def test_a_scope_is_asked_for_where_one_is_named(
    by_token: Payer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(NAMES["scope"], "system/*.read directory")
    assert crawled_without_a_trace(by_token, tmp_path).verdict["trusted"]
    (asked,) = by_token.asked_for_token
    assert dict(asked.form) == {"grant_type": "client_credentials", "scope": "system/*.read directory"}


def test_a_token_that_has_run_out_is_renewed_once(by_token: Payer, tmp_path: Path) -> None:
    def runs_out_after_the_first_page(request: Request) -> bool:
        is_old = request.path.endswith("/next") and len(by_token.tokens) == 1
        return not is_old and by_token.has_newest_token(request)

    by_token.is_let_in = runs_out_after_the_first_page
    done = crawled_without_a_trace(by_token, tmp_path)
    assert done.verdict["trusted"], done.verdict["reasons"]
    assert ids(done) == ["a", "b"]
    assert len(by_token.asked_for_token) == 2
    assert done.verdict["responses"]["401"] == 1


def test_a_fresh_token_that_is_refused_is_not_renewed_for_ever(by_token: Payer, tmp_path: Path) -> None:
    by_token.is_let_in = lambda _: False
    told = crawled_without_a_trace(by_token, tmp_path).verdict
    assert len(by_token.asked_for_token) == len(by_token.asked) == 2
    assert told["errors"] == {"no access": 1}
    assert "no access: localhost refused a fresh token (status 401); check " in " ".join(told["reasons"])


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (401, {"error": "invalid_client", "error_description": SECRET}, "refused the client (status 401, invalid_"),
        (400, {"error": SECRET}, "refused the client (status 400)"),
        (200, {"token": "never"}, "answered without a token"),
        (200, {"access_token": "never\r\nX: y", "token_type": "bearer"}, "answered without a token"),
        (302, {}, "refused the client (status 302)"),
        (503, {}, "failed (status 503)"),
    ],
)  # fmt: skip
def test_a_refused_token_is_one_sentence_and_asked_for_once(
    by_token: Payer, tmp_path: Path, status: int, body: dict[str, str], said: str
) -> None:
    by_token.token_answer = Response(json.dumps(body), status=status, headers={"Location": "/elsewhere"})
    done = crawled("plan_net", tmp_path, by_token.address, ("MT", "WY", "ID"), save_responses=True)
    told = done.verdict
    assert by_token.asked == []
    assert len(by_token.asked_for_token) == (4 if status == 503 else 1)  # a fault of the server is asked again, as any
    assert told["trusted"] is False
    assert told["errors"] == {"no access": 3}
    (why,) = set(told["failed_pages"].values())
    assert why.startswith(f"no access: the token address {by_token.token_address} {said}")
    assert "\n" not in why
    if "check" in why:
        assert NAMES["client_id"] in why
    assert not [file for file in tmp_path.rglob("*") if file.is_file() and b"never" in file.read_bytes()]


def test_the_token_address_is_subject_to_the_policy(
    by_token: Payer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(NAMES["token_address"], "https://login.payer.example/token")
    told = crawled_without_a_trace(by_token, tmp_path).verdict
    assert list(told["refused"]) == ["login.payer.example: a crawl of this machine must not leave it"]
    assert "could not be asked (refused: a crawl of this machine must not leave it)" in " ".join(told["reasons"])
    monkeypatch.setenv(NAMES["token_address"], "https://www.zocdoc.com/token")
    with pytest.raises(SourceError, match=r"www\.zocdoc\.com"):
        checked(CrawlOrder("plan_net", tmp_path, address=by_token.address))


@pytest.mark.parametrize("is_by_redirect", [True, False])
def test_a_key_goes_to_the_directory_alone(
    httpserver: HTTPServer, payer: Payer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, is_by_redirect: bool
) -> None:
    monkeypatch.setenv(NAMES["key_header"], "X-Invented-Key")
    monkeypatch.setenv(NAMES["key"], KEY)
    with HTTPServer(host="localhost", port=0) as elsewhere:
        other = Payer(elsewhere)
        payer.following = other.following
        if is_by_redirect:
            moved = Response("", status=302, headers={"Location": other.following})
            httpserver.expect_request("/fhir/moved").respond_with_response(moved)
            payer.following = httpserver.url_for("/fhir/moved")
        assert ids(crawled_without_a_trace(payer, tmp_path)) == ["a", "b"]
        assert payer.asked[0].headers["X-Invented-Key"] == KEY
        assert "X-Invented-Key" not in other.asked[0].headers


def test_a_directory_that_is_not_open_says_so(payer: Payer, tmp_path: Path) -> None:
    payer.is_let_in = lambda _: False
    told = crawled("plan_net", tmp_path, payer.address).verdict
    assert "asks for a key or a token (status 401); --dry-run says which" in " ".join(told["reasons"])


def test_secrets_are_sent_behind_the_cache_and_what_is_saved() -> None:
    scrapys_cache = 900
    place = DOWNLOADER_MIDDLEWARES["crawler.tokens.Access"]
    saved = DOWNLOADER_MIDDLEWARES["crawler.middlewares.Saved"]
    assert place is not None
    assert saved is not None
    assert place > max(scrapys_cache, saved)


WHOLE_TOKEN = {"token_address": "https://login.payer.example/token", "client_id": CLIENT, "client_secret": SECRET}


@pytest.mark.parametrize(
    ("held", "kind"),
    [
        ({}, "open"),
        ({"key": " "}, "open"),
        ({"key_header": "X-Key", "key": KEY}, "key"),
        (WHOLE_TOKEN, "token"),
        ({**WHOLE_TOKEN, "scope": "a b"}, "token"),
    ],
)
def test_what_is_set_says_which_way(held: dict[str, str], kind: str) -> None:
    way = way_into(SOURCE, LIVE, {NAMES[name]: text for name, text in held.items()})
    assert way.kind == kind
    assert "never" not in repr(way) + way.said
    assert way_into(read_source("nppes_api"), LIVE, {NAMES["key"]: KEY}).kind == "open"


@pytest.mark.parametrize(
    ("held", "address", "named"),
    [
        ({"key": KEY}, LIVE, "key_header"),
        ({"key_header": "X-Key"}, LIVE, "key"),
        ({"scope": "a"}, LIVE, "token_address"),
        ({"client_id": CLIENT, "client_secret": SECRET}, LIVE, "token_address"),
        ({"key": KEY, "key_header": "X-Key", "client_id": CLIENT}, LIVE, "client_id"),
        ({"key_header": "X Key", "key": KEY}, LIVE, "key_header"),
        ({"key_header": "Host", "key": KEY}, LIVE, "key_header"),
        ({"key_header": "X-Key", "key": KEY + "\r\nX: y"}, LIVE, "key"),
        ({"key_header": "X-Key", "key": KEY}, "http://payer.example/fhir", "key"),
        (WHOLE_TOKEN, "http://payer.example/fhir", None),
        ({**WHOLE_TOKEN, "token_address": "http://login.payer.example/token"}, LIVE, "client_secret"),
        ({**WHOLE_TOKEN, "token_address": f"https://{SECRET}@login.payer.example"}, LIVE, "token_address"),
        ({**WHOLE_TOKEN, "token_address": "login"}, LIVE, "token_address"),
    ],
)
def test_half_a_way_in_is_one_sentence_without_secrets(held: dict[str, str], address: str, named: str | None) -> None:
    with pytest.raises(SourceError) as raised:
        way_into(SOURCE, address, {NAMES[name]: text for name, text in held.items()})
    said = str(raised.value)
    assert named is None or NAMES[named] in said
    assert said.endswith(".")
    assert "\n" not in said
    assert "never" not in said


def test_a_plan_names_the_variables_and_not_what_they_hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    order = CrawlOrder("plan_net", tmp_path, address="http://127.0.0.1:9/fhir")
    live = checked(CrawlOrder("plan_net", tmp_path, address=LIVE), needs_contact=False).source.access
    assert all(variable in live for variable in NAMES.values())
    monkeypatch.setenv(NAMES["key_header"], "X-Key")
    monkeypatch.setenv(NAMES["key"], KEY)
    said = "\n".join(plan(order))
    assert f"asked with a key in a header from {NAMES['key_header']} and {NAMES['key']}" in said
    assert KEY not in said
