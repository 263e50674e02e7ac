"""What goes wrong while something is made: one sentence, the promised exit code, and earlier results untouched."""

import hashlib
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pandas as pd
import pytest
from commanded import COMMAND, said, therapygap
from invented import invented_crawl

from analysis.store import RESTRICTED
from cli.console import DONE, FAULT, INTERRUPTED, NOT_TRUSTED, WRONG_USE

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals and limits of file sizes are others there")

STUDY = """
title = "Montana"
notice = "Invented therapists"
states = ["MT"]
[[directories]]
source = "nppes_api"
"""
PLACES = {"59102": ("MT", "general"), "59601": ("MT", "trauma"), "59801": ("MT", "general")}


@pytest.fixture(scope="module")
def worked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a study and a work folder with a crawl and a finished build of it."""
    folder = tmp_path_factory.mktemp("worked")
    invented_crawl(folder / "work" / "crawls" / "nppes_api" / "20261124T080000Z", PLACES)
    (folder / "montana.toml").write_text(STUDY, encoding="utf-8")
    done = therapygap("build", str(folder / "montana.toml"), work=folder / "work")
    assert done.returncode == DONE, done.stderr
    return folder


@pytest.fixture
def work(worked: Path, tmp_path: Path) -> Path:
    """Return a copy of that work folder; the study lies beside it."""
    shutil.copytree(worked, tmp_path, dirs_exist_ok=True)
    return tmp_path / "work"


def contents(folder: Path) -> dict[str, str]:
    """Return the checksum of every file below a folder."""
    files = sorted(file for file in folder.rglob("*") if file.is_file())
    return {str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def test_a_build_prints_its_folder_and_nothing_else_on_standard_output(work: Path) -> None:
    done = therapygap("build", str(work.parent / "montana.toml"), work=work)
    assert done.stdout == f"{work / 'tables' / 'montana'}\n"
    assert (work / "tables" / "montana" / "atlas.html").is_file()
    assert (work / "tables" / "montana" / RESTRICTED / "providers.parquet").is_file()


@pytest.mark.parametrize(
    ("study", "expected"),
    [
        ("title = ", "not valid TOML"),
        ('title = "x"\nstates = ["ZZ"]\n[[directories]]\nsource = "nppes_api"\n', "'ZZ'"),
        ('title = "x"\n', "directories"),
        (STUDY.replace("states", "stats"), "stats"),
        (STUDY + "[inputs]\noutlines = { dataset = 'moon' }\n", "'moon'"),
        ('specialties = ["astrology"]\n' + STUDY, "'astrology'"),
    ],
)
def test_a_wrong_study_leaves_the_last_build_as_it_was(work: Path, study: str, expected: str) -> None:
    before = contents(work)
    (work.parent / "montana.toml").write_text(study, encoding="utf-8")
    done = therapygap("build", str(work.parent / "montana.toml"), work=work)
    assert done.returncode == WRONG_USE
    assert expected in said(done)
    assert contents(work) == before


def test_an_unreadable_listing_is_named_by_file_and_line(work: Path) -> None:
    before = contents(work / "tables")
    file = next((work / "crawls").rglob("records.jsonl"))
    lines = file.read_text(encoding="utf-8").splitlines()
    file.write_text("\n".join([lines[0], lines[1][:40], *lines[2:]]) + "\n", encoding="utf-8")
    done = therapygap("build", str(work.parent / "montana.toml"), work=work)
    assert done.returncode == FAULT
    assert "records.jsonl, line 2" in said(done)
    assert contents(work / "tables") == before


def test_a_crawl_that_is_not_trusted_is_not_built_upon_unless_accepted(work: Path) -> None:
    verdict = next((work / "crawls").rglob("verdict.json"))
    text = verdict.read_text(encoding="utf-8").replace('"trusted": true', '"trusted": false')
    verdict.write_text(text.replace('"reasons": []', '"reasons": ["It stopped at the limit."]'), encoding="utf-8")
    done = therapygap("build", str(work.parent / "montana.toml"), work=work)
    assert done.returncode == NOT_TRUSTED
    assert "It stopped at the limit." in said(done)
    accepted = therapygap("build", str(work.parent / "montana.toml"), "--accept", work=work)
    assert accepted.returncode == DONE


def test_a_full_disk_leaves_the_last_build_as_it_was(work: Path) -> None:
    before = contents(work)
    few_bytes = partial(resource.setrlimit, resource.RLIMIT_FSIZE, (20_000, resource.RLIM_INFINITY))
    done = therapygap("build", str(work.parent / "montana.toml"), work=work, before=few_bytes)
    assert done.returncode == FAULT
    assert "free some space" in said(done)
    assert contents(work) == before


def test_a_full_disk_leaves_the_last_page_as_it_was(work: Path) -> None:
    before = contents(work)
    few_bytes = partial(resource.setrlimit, resource.RLIMIT_FSIZE, (20_000, resource.RLIM_INFINITY))
    done = therapygap("atlas", work=work, before=few_bytes)
    assert done.returncode == FAULT
    assert "what was there is untouched" in said(done)
    assert contents(work) == before


def test_an_interrupted_build_leaves_the_last_one_as_it_was(work: Path) -> None:
    before = contents(work)
    building = subprocess.Popen(
        [*COMMAND, "--work", str(work), "build", str(work.parent / "montana.toml")],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"NO_COLOR": "1"},
    )
    until = time.monotonic() + 60
    while not list((work / "tables").glob(".montana.*.partial")) and time.monotonic() < until:
        time.sleep(0.005)
    building.send_signal(signal.SIGINT)
    _, told = building.communicate(timeout=60)
    assert building.returncode == INTERRUPTED
    assert told.strip().splitlines()[-1].startswith("therapygap: interrupted")
    assert "Traceback" not in told
    assert contents(work) == before


def test_a_query_that_is_not_understood_says_so_and_writes_nothing(work: Path) -> None:
    done = therapygap("query", "SELECT luck FROM gaps", "--format", "csv", "--out", str(work / "x.csv"), work=work)
    assert done.returncode == WRONG_USE
    assert "luck" in said(done)
    assert not (work / "x.csv").exists()


def test_a_query_prints_whole_numbers_whole_and_text_as_it_is(work: Path) -> None:
    sql = "SELECT region_id, rank, '[bold]' AS word FROM gaps WHERE specialty = 'trauma' ORDER BY region_id LIMIT 1"
    done = therapygap("query", sql, "--format", "csv", work=work)
    head, row = done.stdout.strip().splitlines()
    assert head == '"region_id","rank","word"'
    assert row.startswith(('"30001",', "30001,"))
    assert "." not in row
    assert "[bold]" in therapygap("query", sql, work=work).stdout


def test_a_long_query_draws_no_progress_among_its_rows(work: Path) -> None:
    asked = therapygap("query", "--format", "csv", "SELECT current_setting('enable_progress_bar') AS bar", work=work)
    assert asked.stdout == '"bar"\nfalse\n'


def test_a_query_prints_nothing_as_nothing_below_nought(work: Path) -> None:
    sql = "SELECT CAST('-0' AS DOUBLE) AS a, CAST(0 AS DOUBLE) AS b, CAST(-0.25 AS DOUBLE) AS c, -1234.5::DOUBLE AS d"
    row = therapygap("query", sql, work=work).stdout.splitlines()[-1]
    assert row.split() == ["0", "0", "-0.25", "-1,234"]


def test_who_asks_to_be_forgotten_is_erased_and_a_wrong_number_is_refused(work: Path) -> None:
    done = therapygap("forget", "--npi", "9000000015", work=work)
    assert done.returncode == DONE
    assert "1 listing erased from 1 crawl;" in done.stderr
    assert "9000000015" not in next((work / "crawls").rglob("records.jsonl")).read_text(encoding="utf-8")
    before = contents(work)
    for words in (["--npi", "12"], ["--listing", "nobody:1"], []):
        wrong = therapygap("forget", *words, work=work)
        assert wrong.returncode == WRONG_USE
        assert said(wrong)
    assert contents(work) == before


def test_a_build_on_a_cluster_gives_the_same_tables_and_leaves_no_answers(work: Path) -> None:
    done = therapygap(
        "build", str(work.parent / "montana.toml"), "--cluster", "local:2", "--out", str(work / "spread"), work=work
    )
    assert (done.returncode, done.stdout) == (DONE, f"{work / 'spread'}\n"), done.stderr
    assert "build: joining cluster local:2" in done.stderr.splitlines()
    assert not any((work / "cluster").iterdir())
    for name in ("access", "gaps", "online", "stability", "sensitivity"):
        spread, alone = (
            pd.read_parquet(place / f"{name}.parquet") for place in (work / "spread", work / "tables/montana")
        )
        pd.testing.assert_frame_equal(spread, alone, rtol=1e-9, atol=1e-12)


def test_a_cluster_that_does_not_answer_leaves_the_last_build_as_it_was(work: Path) -> None:
    before = contents(work / "tables")
    done = therapygap("build", str(work.parent / "montana.toml"), "--cluster", "local:many", work=work)
    assert done.returncode == WRONG_USE
    assert (
        said(done)
        == "therapygap: cluster 'local:many' is no address; expected such as 'tcp://10.0.0.5:8786' or 'local:2'."
    )
    assert contents(work / "tables") == before
