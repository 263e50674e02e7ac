"""The command as its user types it: wrong options, files that are not there, and the exit codes they promise."""

from pathlib import Path

import pytest
from commanded import said, therapygap

from analysis.tables import TABLES
from cli.console import DONE, FAULT, NOT_TRUSTED, WRONG_USE


def test_without_a_verb_the_verbs_are_listed(tmp_path: Path) -> None:
    done = therapygap(work=tmp_path)
    assert done.returncode == WRONG_USE
    assert done.stderr.startswith("Usage: therapygap")
    assert done.stdout == ""


def test_describe_lists_every_table(tmp_path: Path) -> None:
    done = therapygap("describe", work=tmp_path)
    assert done.returncode == DONE
    for name in TABLES:
        assert name in done.stdout
    assert "| `shortage_fte` |" in therapygap("describe", "gaps", work=tmp_path).stdout


@pytest.mark.parametrize(
    ("words", "code", "expected"),
    [
        (["describe", "gap"], WRONG_USE, "there is no table 'gap'"),
        (["--colour", "demo"], WRONG_USE, "No such option"),
        (["fly"], WRONG_USE, "No such command"),
        (["build", "none.toml"], WRONG_USE, "'none.toml' does not exist"),
        (["query", "SELECT 1"], FAULT, "run 'therapygap demo'"),
        (["query", "SELECT 1", "--build", "nowhere"], FAULT, "'nowhere' is not a finished build"),
        (["crawl", "yellow_pages"], WRONG_USE, "'yellow_pages'"),
        (["crawl", "nppes_api", "--states", "ZZ", "--contact", "someone@agency.example"], WRONG_USE, "'ZZ'"),
        (["crawl", "nppes_api", "--states", "MT"], WRONG_USE, "contact"),
        (["crawl", "findtreatment", "--export", "none.csv"], WRONG_USE, "none.csv"),
        (["build", "examples/demonstration.toml"], FAULT, "nppes_api"),
        (["build", "examples/us_clinics.toml"], WRONG_USE, "--inputs"),
    ],
)
def test_wrong_use_is_one_sentence_with_its_exit_code(
    tmp_path: Path, words: list[str], code: int, expected: str
) -> None:
    done = therapygap(*words, work=tmp_path)
    assert expected in said(done)
    assert done.returncode == code


def test_a_wrong_column_in_an_export_says_what_was_expected(tmp_path: Path) -> None:
    (tmp_path / "clinics.csv").write_text("nom,rue\nx,y\n", encoding="utf-8")
    done = therapygap("crawl", "findtreatment", "--export", str(tmp_path / "clinics.csv"), work=tmp_path)
    assert done.returncode in (FAULT, WRONG_USE)
    assert "clinics.csv" in said(done)
    assert not list(tmp_path.glob("crawls/findtreatment/*/verdict.json"))


def test_an_empty_export_is_not_to_be_trusted(tmp_path: Path) -> None:
    header = "name1,name2,street1,street2,city,state,zip,zip4,county,phone,latitude,longitude,type_facility,tele,ptsd\n"
    (tmp_path / "clinics.csv").write_text(header, encoding="utf-8")
    done = therapygap("crawl", "findtreatment", "--export", str(tmp_path / "clinics.csv"), work=tmp_path)
    assert done.returncode == NOT_TRUSTED
