"""``therapygap fetch``: what it prints, how it ends, whom it asks, and that a build then finds what was fetched."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from commanded import COMMAND, said, therapygap
from invented import invented_crawl
from publishing import Publisher, invented
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from analysis.provenance import read_provenance
from analysis.regions.fetchable import Fetchable, fetchables
from analysis.study import StudyError
from cli.console import DONE, FAULT, INTERRUPTED, WRONG_USE
from cli.main import app
from cli.places import WORK

ALL = {one.name: one for one in fetchables("us")}
RUCC, CENTRES, OUTLINES = ALL["rucc_2023"], ALL["census_county_centres_2020"], ALL["census_counties_2021"]
STUDY = """
title = "Montana"
notice = "Invented therapists"
states = ["MT"]
[inputs]
outlines = { dataset = "census_counties_2021" }
[[directories]]
source = "nppes_api"
"""


def published(httpserver: HTTPServer, one: Fetchable, content: bytes | None = None) -> Publisher:
    """Serve a dataset at its place below the mirror."""
    publisher = Publisher(invented(one) if content is None else content)
    parts = urlsplit(str(one.entry["address"]))
    httpserver.expect_request(f"/{parts.netloc}{parts.path}").respond_with_handler(publisher)
    return publisher


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a work folder in which commands of this process work."""
    monkeypatch.setattr(WORK, "root", tmp_path)
    return tmp_path


def fetched(*words: str) -> int:
    """Run the verb in this process and return its exit code."""
    return app(["fetch", *words], prog_name="therapygap", standalone_mode=False) or DONE


def test_it_prints_the_files_and_asks_for_each_once(httpserver: HTTPServer, tmp_path: Path) -> None:
    asked = [published(httpserver, RUCC), published(httpserver, CENTRES)]
    words = ("fetch", "us", "--only", "rucc_2023,census_county_*", "--mirror", httpserver.url_for("/"))
    places = [str(one.place(tmp_path / "downloads")) for one in (CENTRES, RUCC)]
    for how in (": fetched, 9,703 rows", ": there since 2"):
        done = therapygap(*words, work=tmp_path)
        assert done.returncode == DONE, done.stderr
        assert done.stdout.splitlines() == places
        assert f"rucc_2023{how}" in done.stderr
    assert [len(one.asked) for one in asked] == [1, 1]
    assert asked[0].asked[0].headers["User-Agent"] == "therapygap/0.1"
    done = therapygap(*words, "--again", "--contact", "me@agency.example", work=tmp_path)
    assert "rucc_2023: nothing newer than 2" in done.stderr
    assert asked[0].asked[1].headers["User-Agent"] == "therapygap/0.1 (+me@agency.example)"


def test_one_that_fails_is_named_and_the_others_are_fetched(
    httpserver: HTTPServer, work: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    published(httpserver, CENTRES, b"<html><title>Sorry</title>")
    published(httpserver, RUCC)
    words = ("us", "--only", "rucc_2023", "--only", CENTRES.name, "--mirror", httpserver.url_for("/"))
    assert fetched(*words) == FAULT
    told, errors = capsys.readouterr()
    assert errors.splitlines()[-1] == f"therapygap: 1 dataset of 2 not fetched: {CENTRES.name}."
    assert f"dataset {CENTRES.name!r}: a web page ('Sorry') came instead of CenPop2020_Mean_CO.txt" in errors
    assert told.splitlines() == [str(RUCC.place(work / "downloads"))]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["xx"], "no datasets of 'xx'"),
        (["us", "--level", "planet"], "'planet' is no level; expected one of county, zcta, tract"),
        (["us", "--level", "nuts3"], "'nuts3' is no level; expected one of county, zcta, tract"),
        (["at", "--level", "county"], "'county' is no level; expected one of nuts3"),
        (["us", "--only", "nothing"], "no dataset to fetch is called 'nothing'"),
        (["us", "--only", "svi_tracts_2022", "--level", "county"], "both of that name and of that level"),
        (["us"], "would be asked without a contact"),
        (["us", "--mirror", "http://mirror.example"], "would be asked without a contact"),
        (["us", "--mirror", "mirror.example"], "'mirror.example' is no mirror"),
        (["us", "--mirror", "ftp://mirror.example"], "is no mirror; expected an address"),
        (["us", "--mirror", "http://[mirror"], "is no mirror"),
        (["us", "--contact", "nobody"], "'nobody' is not a contact"),
    ],
)
def test_wrong_use_asks_nobody(words: list[str], expected: str, work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("THERAPYGAP_CONTACT", raising=False)
    with pytest.raises(StudyError, match=expected):
        fetched(*words)
    assert not (work / "downloads").exists()


def test_offline_needs_no_contact_and_checks_what_is_there(
    httpserver: HTTPServer, work: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    published(httpserver, RUCC)
    offline = ("us", "--only", "rucc_2023", "--offline")
    assert fetched(*offline) == FAULT
    assert "fetch it without --offline" in capsys.readouterr().err
    assert fetched(*offline[:-1], "--mirror", httpserver.url_for("/")) == DONE
    assert fetched(*offline) == DONE
    with RUCC.place(work / "downloads").open("a", encoding="latin-1") as file:
        file.write("9,9,9,9,9\n")
    assert fetched(*offline) == FAULT
    assert "was changed or damaged since it was fetched on" in capsys.readouterr().err


@pytest.mark.usefixtures("work")
def test_the_list_shows_the_catalogue_and_what_is_there(
    httpserver: HTTPServer, capsys: pytest.CaptureFixture[str]
) -> None:
    published(httpserver, RUCC)
    assert fetched("us", "--only", "rucc_2023", "--mirror", httpserver.url_for("/")) == DONE
    capsys.readouterr()
    assert fetched("us", "--list") == DONE
    listed = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in listed] == list(ALL)
    by_name = {line.split()[0]: line for line in listed}
    assert "there, 2" in by_name["rucc_2023"]
    assert "by hand" in by_name["hud_zip_counties_2020"]
    assert "named only" in by_name["acs_b28002_2023"]
    assert " -  " in by_name["rucc_2013"]
    assert fetched("us", "--list", "--level", "tract") == DONE
    tracts = capsys.readouterr().out
    assert "svi_tracts_2022" in tracts
    assert "svi_counties_2022" not in tracts


@pytest.mark.usefixtures("work")
def test_the_list_of_a_european_country_shows_its_own_datasets_and_those_of_all(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert fetched("de", "--list") == DONE
    germany = [line.split()[0] for line in capsys.readouterr().out.splitlines()]
    assert fetched("eu", "--list", "--level", "nuts3") == DONE
    shared = [line.split()[0] for line in capsys.readouterr().out.splitlines()]
    assert germany == [one.name for one in fetchables("de")]
    assert set(shared) < set(germany)
    assert "germany_districts" in set(germany) - set(shared)


def test_what_was_fetched_for_one_country_is_there_for_the_other(httpserver: HTTPServer, tmp_path: Path) -> None:
    one = next(one for one in fetchables("eu") if one.name == "eurostat_people_2024")
    publisher = Publisher(invented(one))
    path = urlsplit(str(one.entry["address"])).path
    httpserver.expect_request(f"/{urlsplit(one.address()).netloc}{path}").respond_with_handler(publisher)
    for country, how in (("at", ": fetched, 20,000 rows"), ("de", ": there since 2")):
        words = ("fetch", country, "--only", one.name, "--mirror", httpserver.url_for("/"))
        done = therapygap(*words, work=tmp_path)
        assert done.returncode == DONE, done.stderr
        assert f"{one.name}{how}" in done.stderr
    assert len(publisher.asked) == 1


def test_a_build_finds_what_was_fetched(httpserver: HTTPServer, tmp_path: Path) -> None:
    published(httpserver, OUTLINES)
    places = {"59102": ("MT", "general"), "59601": ("MT", "trauma"), "59801": ("MT", "general")}
    invented_crawl(tmp_path / "crawls" / "nppes_api" / "20261124T080000Z", places)
    (tmp_path / "montana.toml").write_text(STUDY, encoding="utf-8")
    done = therapygap("build", str(tmp_path / "montana.toml"), work=tmp_path)
    assert done.returncode == WRONG_USE
    assert "fetch it with 'therapygap fetch us --only census_counties_2021'" in said(done)
    therapygap("fetch", "us", "--only", OUTLINES.name, "--mirror", httpserver.url_for("/"), work=tmp_path)
    done = therapygap("build", str(tmp_path / "montana.toml"), work=tmp_path)
    assert done.returncode == DONE, done.stderr
    used = {one["dataset"]: one for one in read_provenance(tmp_path / "tables" / "montana")["inputs"]}
    assert used[OUTLINES.name]["file"] == OUTLINES.how.file
    assert used[OUTLINES.name]["address"] == OUTLINES.entry["address"]


@pytest.mark.skipif(sys.platform == "win32", reason="signals are others there")
def test_ctrl_c_keeps_what_came_and_the_next_run_goes_on(httpserver: HTTPServer, tmp_path: Path) -> None:
    content, half_came, go_on = invented(RUCC), threading.Event(), threading.Event()
    half = len(content) // 2
    begun: list[str | None] = []

    def slowly(request: Request) -> Response:
        begun.append(request.headers.get("Range"))
        start = int((begun[-1] or "bytes=0-").removeprefix("bytes=").removesuffix("-"))
        told = {"ETag": '"1"', "Content-Length": str(len(content) - start)}
        if start:
            told["Content-Range"] = f"bytes {start}-{len(content) - 1}/{len(content)}"
            return Response(content[start:], status=206, headers=told)

        def pieces() -> Iterator[bytes]:
            yield content[:half]
            half_came.set()
            go_on.wait(60)

        return Response(pieces(), headers=told)

    httpserver.expect_request(
        f"/{urlsplit(RUCC.address()).netloc}{urlsplit(RUCC.address()).path}"
    ).respond_with_handler(slowly)
    words = ["fetch", "us", "--only", "rucc_2023", "--mirror", httpserver.url_for("/")]
    place = RUCC.place(tmp_path / "downloads")
    part = place.parent / ".incoming" / place.name
    with subprocess.Popen(
        [*COMMAND, "--work", str(tmp_path), *words],
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"NO_COLOR": "1"},
    ) as running:
        assert half_came.wait(60)
        until = time.monotonic() + 60
        while not (part.is_file() and part.stat().st_size) and time.monotonic() < until:
            time.sleep(0.01)
        running.send_signal(signal.SIGINT)
        _, told = running.communicate(timeout=60)
    go_on.set()
    assert running.returncode == INTERRUPTED
    assert "Traceback" not in told
    assert not place.exists()
    kept = part.stat().st_size
    assert kept
    assert therapygap(*words, work=tmp_path).returncode == DONE
    assert begun == [None, f"bytes={kept}-"]
    assert place.read_bytes() == content
