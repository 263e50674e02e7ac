"""A broken or interrupted download goes on where it stopped, and never joins two editions."""

from pathlib import Path

import pytest
from publishing import NEW, Publisher
from pytest_httpserver import HTTPServer
from trial_dataset import AGAIN, GOOD, LONG, WAY, dataset, got, served
from werkzeug import Request, Response

from analysis.regions.fetchable import Fetchable, FetchError
from analysis.regions.fetching import fetch


@pytest.mark.parametrize("cut", [0, 1, 16_384, 100_000, len(LONG) - 1])
def test_a_broken_download_goes_on_about_where_it_stopped(httpserver: HTTPServer, tmp_path: Path, cut: int) -> None:
    one = dataset(httpserver.url_for("/files/trial.csv"), rows=50_000, megabytes=1)
    publisher = served(httpserver, LONG)
    publisher.breaks_after = cut
    with pytest.raises(FetchError, match=r"'trial' broke off: the network or localhost:[0-9]+ failed"):
        got(one, tmp_path)
    assert not one.place(tmp_path).exists()
    assert got(one, tmp_path).file.read_bytes() == LONG
    begun = publisher.asked[1].headers.get("Range", "bytes=0-")
    assert 0 <= cut - int(begun.removeprefix("bytes=").removesuffix("-")) < 16_384


@pytest.fixture
def begun(httpserver: HTTPServer, tmp_path: Path) -> tuple[Fetchable, Publisher]:
    """Return a longer dataset of which half has come, and its publisher."""
    one = dataset(httpserver.url_for("/files/trial.csv"), rows=50_000, megabytes=1)
    publisher = served(httpserver, LONG)
    publisher.breaks_after = len(LONG) // 2
    with pytest.raises(FetchError, match=r"it goes on after [0-9,]+ bytes"):
        got(one, tmp_path)
    return one, publisher


def test_two_editions_are_never_mixed(begun: tuple[Fetchable, Publisher], tmp_path: Path) -> None:
    one, publisher = begun
    publisher.content, publisher.edition = LONG.replace(b",1", b",9"), NEW
    assert got(one, tmp_path).file.read_bytes() == publisher.content
    assert "Range" in publisher.asked[1].headers


def test_a_server_that_sends_the_rest_of_another_edition_is_not_believed(
    httpserver: HTTPServer, begun: tuple[Fetchable, Publisher], tmp_path: Path
) -> None:
    one, publisher = begun

    def rest(request: Request) -> Response:
        start = int(request.headers["Range"].removeprefix("bytes=").removesuffix("-"))
        told = {"Content-Range": f"bytes {start}-{len(LONG) - 1}/{len(LONG)}", "ETag": NEW}
        return Response(LONG[start:], status=206, headers=told)

    httpserver.clear()
    httpserver.expect_request("/files/trial.csv").respond_with_handler(rest)
    with pytest.raises(FetchError, match="did not fit any more"):
        got(one, tmp_path)
    httpserver.clear()
    httpserver.expect_request("/files/trial.csv").respond_with_handler(publisher)
    assert got(one, tmp_path).file.read_bytes() == LONG


def test_a_part_from_another_address_is_begun_anew(
    httpserver: HTTPServer, begun: tuple[Fetchable, Publisher], tmp_path: Path
) -> None:
    moved = dataset(httpserver.url_for("/moved.csv"), rows=50_000, megabytes=1)
    publisher = Publisher(LONG)  # which names its edition as the other does
    httpserver.expect_request("/moved.csv").respond_with_handler(publisher)
    assert moved.place(tmp_path) == begun[0].place(tmp_path)
    assert got(moved, tmp_path).file.read_bytes() == LONG
    assert "Range" not in publisher.asked[0].headers


def test_a_date_names_an_edition_too(httpserver: HTTPServer, tmp_path: Path) -> None:
    one = dataset(httpserver.url_for("/files/trial.csv"), rows=50_000, megabytes=1)
    publisher = served(httpserver, LONG, "Wed, 21 Jan 2026 07:28:00 GMT")
    publisher.header = "Last-Modified"
    publisher.breaks_after = len(LONG) // 2
    with pytest.raises(FetchError, match=r"it goes on after [0-9,]+ bytes"):
        got(one, tmp_path)
    assert got(one, tmp_path).file.read_bytes() == LONG
    assert "Range" in publisher.asked[1].headers
    assert got(one, tmp_path, AGAIN).how == "unchanged"
    assert publisher.asked[2].headers["If-Modified-Since"] == publisher.edition


@pytest.mark.parametrize("edition", [None, 'W/"weak"'])
def test_an_edition_without_a_certain_name_is_begun_anew(
    httpserver: HTTPServer, tmp_path: Path, edition: str | None
) -> None:
    one = dataset(httpserver.url_for("/files/trial.csv"), rows=50_000, megabytes=1)
    publisher = served(httpserver, LONG, edition)
    publisher.breaks_after = len(LONG) // 2
    with pytest.raises(FetchError, match="fetch again later"):
        got(one, tmp_path)
    assert got(one, tmp_path).file.read_bytes() == LONG
    assert "Range" not in publisher.asked[1].headers


def test_a_part_that_does_not_fit_any_more_is_thrown_away(begun: tuple[Fetchable, Publisher], tmp_path: Path) -> None:
    one, publisher = begun
    publisher.content = LONG[:15]
    with pytest.raises(FetchError, match="did not fit any more"):
        got(one, tmp_path)
    publisher.content = LONG
    assert got(one, tmp_path).file.read_bytes() == LONG


def test_a_rest_that_begins_elsewhere_is_refused(
    httpserver: HTTPServer, begun: tuple[Fetchable, Publisher], tmp_path: Path
) -> None:
    one, _ = begun
    httpserver.clear()
    wrong = Response(LONG[5:], status=206, headers={"Content-Range": f"bytes 5-{len(LONG) - 1}/{len(LONG)}"})
    httpserver.expect_request("/files/trial.csv").respond_with_response(wrong)
    with pytest.raises(FetchError, match="status 206"):
        got(one, tmp_path)
    assert not one.place(tmp_path).exists()


def test_an_interruption_keeps_what_came(httpserver: HTTPServer, tmp_path: Path) -> None:
    one = dataset(httpserver.url_for("/files/trial.csv"))
    publisher = served(httpserver)

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fetch(one, tmp_path, WAY, interrupted)
    assert not one.place(tmp_path).exists()
    assert got(one, tmp_path).file.read_bytes() == GOOD
    assert len(publisher.asked) == 1  # all of it had come
