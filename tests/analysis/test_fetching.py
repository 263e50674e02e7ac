"""Datasets are fetched once, whole and checked; whatever goes wrong is told in a sentence and harms no older copy."""

import dataclasses
import hashlib
import json
from pathlib import Path

import pytest
from publishing import NEW, Publisher, zipped
from pytest_httpserver import HTTPServer
from trial_dataset import AGAIN, GOOD, OTHER, WAY, dataset, got, served
from werkzeug import Request, Response

from analysis.regions import fetching
from analysis.regions.fetchable import Fetchable, FetchError
from analysis.regions.fetching import RECORD_FILE
from analysis.regions.resuming import _unprotected


@pytest.fixture
def one(httpserver: HTTPServer) -> Fetchable:
    """Return a small dataset published on this machine."""
    return dataset(httpserver.url_for("/files/trial.csv"))


def test_a_dataset_is_fetched_once_and_recorded_beside_its_file(
    httpserver: HTTPServer, one: Fetchable, tmp_path: Path
) -> None:
    publisher = served(httpserver)
    done = got(one, tmp_path)
    assert done.how == "fetched"
    assert done.file == tmp_path / "us" / "trial" / "2026" / "trial.csv"
    assert done.file.read_bytes() == GOOD
    record = json.loads((done.file.parent / RECORD_FILE).read_text(encoding="utf-8"))
    assert record == done.record
    assert record["sha256"] == hashlib.sha256(GOOD).hexdigest()
    assert (record["rows"], record["bytes"], record["address"]) == (3, len(GOOD), one.entry["address"])
    assert got(one, tmp_path).how == "there"
    assert len(publisher.asked) == 1


def test_the_publisher_is_told_who_asks_and_sends_the_file_as_it_is(
    httpserver: HTTPServer, one: Fetchable, tmp_path: Path
) -> None:
    publisher = served(httpserver)
    got(one, tmp_path)
    asked = publisher.asked[0].headers
    assert asked["User-Agent"] == WAY.user_agent
    assert asked["Accept-Encoding"] == "identity"


BAD = {
    "a web page": (b"<!DOCTYPE html><html><head><title>Access denied</title>", r"a web page \('Access denied'\) came"),
    "an older web page": (b"\xef\xbb\xbf \n<HTML><body>moved", "a web page came instead"),
    "a fault in XML": (b'<?xml version="1.0"?><Error>AccessDenied</Error>', "a web page came instead"),
    "nothing": (b"", "is empty"),
    "a column less": (GOOD.replace(b"VALUE", b"WORTH"), "lacks column 'VALUE'; found FIPS, WORTH"),
    "fewer rows": (b"FIPS,VALUE\n01001,1\n", "has 1 rows, expected 3: it was cut short"),
    "more rows": (GOOD + b"01007,4\n", "has 4 rows, expected 3: it is another edition"),
    "half a row": (GOOD[:-3], "last row of trial.csv has 1 values instead of 2"),
    "another encoding": (GOOD.replace(b"01003", b"Do\xf1a"), "is not text in utf-8-sig"),
}


@pytest.mark.parametrize("kind", BAD)
def test_what_is_not_the_dataset_is_refused_and_nothing_is_left(
    httpserver: HTTPServer, one: Fetchable, tmp_path: Path, kind: str
) -> None:
    content, said = BAD[kind]
    served(httpserver, content)
    with pytest.raises(FetchError, match=said) as fault:
        got(one, tmp_path)
    assert "'trial'" in str(fault.value)
    assert "\n" not in str(fault.value)
    assert [file.name for file in tmp_path.rglob("*") if file.is_file()] == ["lock"]


@pytest.mark.parametrize("kind", BAD)
def test_what_is_not_the_dataset_leaves_the_old_copy_as_it_was(
    httpserver: HTTPServer, one: Fetchable, tmp_path: Path, kind: str
) -> None:
    publisher = served(httpserver)
    done = got(one, tmp_path)
    publisher.content, publisher.edition = BAD[kind][0], NEW
    with pytest.raises(FetchError, match=BAD[kind][1]):
        got(one, tmp_path, AGAIN)
    assert done.file.read_bytes() == GOOD
    assert got(one, tmp_path) == dataclasses.replace(done, how="there")


def test_an_archive_that_is_none_or_damaged_is_refused(httpserver: HTTPServer, tmp_path: Path) -> None:
    one = dataset(httpserver.url_for("/files/trial.csv"), file="trial.zip")
    whole = zipped({"trial.txt": GOOD})
    damaged = whole.replace(whole[40:50], bytes(10), 1)
    for content in (b"PK or not", whole[:-30], damaged, zipped({"readme.md": b"?"})):
        httpserver.clear()
        served(httpserver, content)
        with pytest.raises(FetchError, match="damaged or no text"):
            got(one, tmp_path)
    httpserver.clear()
    served(httpserver, whole)
    assert got(one, tmp_path).record["rows"] == 3


@pytest.mark.parametrize(
    ("status", "said"), [(404, "has no file"), (403, "refuses"), (401, "asks for a login"), (503, "did not give")]
)
def test_a_refusal_is_told_with_its_address(
    httpserver: HTTPServer, one: Fetchable, tmp_path: Path, status: int, said: str
) -> None:
    httpserver.expect_request("/files/trial.csv").respond_with_data("no", status=status)
    with pytest.raises(FetchError, match=rf"'trial': the publisher {said}.*status {status} at http"):
        got(one, tmp_path)


def test_a_protected_address_may_not_lead_to_one_that_is_not() -> None:
    for asked, came_from, is_refused in (("s", "s", False), ("s", "", True), ("", "", False), ("", "s", False)):
        assert _unprotected(f"http{asked}://a.example/x", f"http{came_from}://b.example/y") is is_refused


def test_a_file_that_moved_is_followed_and_a_circle_is_told(
    httpserver: HTTPServer, one: Fetchable, tmp_path: Path
) -> None:
    httpserver.expect_request("/files/trial.csv").respond_with_data("", 302, headers={"Location": "/files/trial.csv"})
    with pytest.raises(FetchError, match=r"cannot be had: .*\(TooManyRedirects\)"):
        got(one, tmp_path)
    httpserver.clear()
    httpserver.expect_request("/files/trial.csv").respond_with_data("", 302, headers={"Location": "/new.csv"})
    httpserver.expect_request("/new.csv").respond_with_handler(Publisher(GOOD))
    assert got(one, tmp_path).file.read_bytes() == GOOD


def test_names_may_end_with_a_separator_where_rows_do_not(
    httpserver: HTTPServer, one: Fetchable, tmp_path: Path
) -> None:
    served(httpserver, GOOD.replace(b"VALUE", b"VALUE,"))
    assert got(one, tmp_path).record["rows"] == 3


def test_a_publisher_that_is_busy_says_how_long(httpserver: HTTPServer, one: Fetchable, tmp_path: Path) -> None:
    httpserver.expect_request("/files/trial.csv").respond_with_data("", status=429, headers={"Retry-After": "90"})
    with pytest.raises(FetchError, match=r"is busy.*asks to wait 90 seconds"):
        got(one, tmp_path)


def test_nobody_there_is_told(tmp_path: Path) -> None:
    one = dataset("http://127.0.0.1:9/files/trial.csv")
    with pytest.raises(FetchError, match=r"'trial' cannot be had: .*127\.0\.0\.1:9 failed \(ConnectionError\)"):
        got(one, tmp_path)


def test_asking_again_brings_nothing_where_nothing_changed(
    httpserver: HTTPServer, one: Fetchable, tmp_path: Path
) -> None:
    publisher = served(httpserver)
    done = got(one, tmp_path)
    assert got(one, tmp_path, AGAIN) == dataclasses.replace(done, how="unchanged")
    publisher.edition = NEW  # another name for the same bytes
    assert got(one, tmp_path, AGAIN).how == "unchanged"
    assert len(publisher.asked) == 3


def test_a_vintage_that_changed_without_a_new_name_is_refused(
    httpserver: HTTPServer, one: Fetchable, tmp_path: Path
) -> None:
    publisher = served(httpserver)
    done = got(one, tmp_path)
    publisher.content, publisher.edition = OTHER, NEW
    with pytest.raises(
        FetchError, match=r"changed trial\.csv since .* without a new vintage; the copy of then was kept"
    ):
        got(one, tmp_path, AGAIN)
    assert got(one, tmp_path).record["sha256"] == hashlib.sha256(GOOD).hexdigest()
    assert sorted(file.name for file in tmp_path.rglob("*") if file.is_file()) == [RECORD_FILE, "lock", "trial.csv"]
    done.file.unlink()
    assert got(one, tmp_path).file.read_bytes() == OTHER


def test_an_address_that_moves_on_brings_the_newer_content(httpserver: HTTPServer, tmp_path: Path) -> None:
    one = dataset(httpserver.url_for("/files/trial.csv"), moves=True)
    publisher = served(httpserver)
    got(one, tmp_path)
    publisher.content, publisher.edition = OTHER, NEW
    assert got(one, tmp_path, AGAIN).how == "renewed"
    assert got(one, tmp_path).file.read_bytes() == OTHER


def test_a_file_changed_on_this_machine_is_told_and_can_be_fetched_again(
    httpserver: HTTPServer, one: Fetchable, tmp_path: Path
) -> None:
    served(httpserver)
    done = got(one, tmp_path)
    done.file.write_bytes(OTHER)
    for way in (WAY, dataclasses.replace(WAY, offline=True)):
        with pytest.raises(FetchError, match="was changed or damaged since it was fetched on"):
            got(one, tmp_path, way)
    done = got(one, tmp_path, AGAIN)
    assert done.how == "fetched"
    assert done.file.read_bytes() == GOOD


def test_a_known_checksum_is_held_against_what_comes_and_what_is_there(httpserver: HTTPServer, tmp_path: Path) -> None:
    digest = hashlib.sha256(GOOD).hexdigest()
    one = dataset(httpserver.url_for("/files/trial.csv"), sha256=digest)
    publisher = served(httpserver, OTHER)
    with pytest.raises(FetchError, match=f"is not the file the catalogue knows.*{digest}"):
        got(one, tmp_path)
    assert not one.place(tmp_path).exists()
    one.place(tmp_path).write_bytes(OTHER)
    with pytest.raises(FetchError, match=f"is not the file the catalogue knows.*expected {digest}"):
        got(one, tmp_path)
    one.place(tmp_path).unlink()
    publisher.content, publisher.edition = GOOD, NEW
    assert got(one, tmp_path).how == "fetched"


@pytest.mark.parametrize("tells_length", [True, False])
def test_a_file_far_too_big_is_not_taken(
    httpserver: HTTPServer, one: Fetchable, tmp_path: Path, tells_length: bool
) -> None:
    big = b"FIPS,VALUE\n" + b"01001,1\n" * 20_000  # 160 kB, where 1 kB is expected

    def pieces(_: Request) -> Response:
        return Response(iter([big]), headers={"Content-Length": str(len(big))} if tells_length else {})

    httpserver.expect_request("/files/trial.csv").respond_with_handler(pieces)
    seen = f"{len(big):,}" if tells_length else "16,384"
    with pytest.raises(FetchError, match=f"{seen} bytes or more, over ten times"):
        got(one, tmp_path)
    assert [file.name for file in tmp_path.rglob("*") if file.is_file()] == ["lock"]


def test_offline_asks_nobody(httpserver: HTTPServer, one: Fetchable, tmp_path: Path) -> None:
    offline = dataclasses.replace(AGAIN, offline=True)
    publisher = served(httpserver)
    with pytest.raises(FetchError, match=r"'trial' is not at .*trial\.csv; fetch it without --offline"):
        got(one, tmp_path, offline)
    got(one, tmp_path)
    assert got(one, tmp_path, offline).how == "there"
    assert len(publisher.asked) == 1


def test_a_file_fetched_by_hand_is_asked_for_and_checked(tmp_path: Path) -> None:
    one = dataset("https://publisher.example/", by_hand="it asks for an account")
    with pytest.raises(FetchError, match=r"by hand, since it asks for an account: get trial\.csv from https://publish"):
        got(one, tmp_path)
    place = one.place(tmp_path)
    place.parent.mkdir(parents=True)
    place.write_bytes(BAD["fewer rows"][0])
    with pytest.raises(FetchError, match="has 1 rows"):
        got(one, tmp_path)
    place.write_bytes(GOOD)
    assert got(one, tmp_path).how == "found"
    assert got(one, tmp_path).how == "there"


def test_two_at_once_do_not_write_one_file(httpserver: HTTPServer, one: Fetchable, tmp_path: Path) -> None:
    fcntl = pytest.importorskip("fcntl", reason="locks of files are others on this system")
    served(httpserver)
    place = one.place(tmp_path)
    (place.parent / ".incoming").mkdir(parents=True)
    with (place.parent / ".incoming" / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(FetchError, match="is being fetched by another process"):
            got(one, tmp_path)
    assert got(one, tmp_path).how == "fetched"


def test_a_crash_between_file_and_record_is_healed_by_checking(
    httpserver: HTTPServer, one: Fetchable, tmp_path: Path
) -> None:
    served(httpserver)
    done = got(one, tmp_path)
    (done.file.parent / RECORD_FILE).unlink()
    assert got(one, tmp_path).how == "found"
    (done.file.parent / RECORD_FILE).write_text("{ half a rec", encoding="utf-8")
    assert got(one, tmp_path).how == "found"


def test_a_crash_while_a_newer_file_takes_its_place_leaves_no_record_of_the_older(
    httpserver: HTTPServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = dataset(httpserver.url_for("/files/trial.csv"), moves=True)
    publisher = served(httpserver)
    got(one, tmp_path)
    publisher.content, publisher.edition = OTHER, NEW

    def crash(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(fetching, "_record", crash)
        with pytest.raises(KeyboardInterrupt):
            got(one, tmp_path, AGAIN)
    assert got(one, tmp_path).how == "found"


def test_what_a_crash_left_on_the_way_is_not_taken_for_the_file(
    httpserver: HTTPServer, one: Fetchable, tmp_path: Path
) -> None:
    served(httpserver)
    left = one.place(tmp_path).parent / ".incoming" / "whole" / "trial.csv"
    left.parent.mkdir(parents=True)
    left.write_bytes(OTHER)
    assert got(one, tmp_path).file.read_bytes() == GOOD
