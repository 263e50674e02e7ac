"""Why two listings are one or two is told level by level, without their names."""

from pathlib import Path

import pytest
from commanded import said, therapygap
from invented import invented_crawl

from cli.console import DONE, WRONG_USE

STUDY = """
title = "Montana"
notice = "Invented therapists"
states = ["MT"]
[[directories]]
source = "nppes_api"
"""
PLACES = {"59102": ("MT", "general"), "59601": ("MT", "trauma")}
ONE, OTHER = "nppes_api/9000000000", "nppes_api/9000000001"


@pytest.fixture(scope="module")
def worked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a study and a work folder with a crawl, and no build."""
    folder = tmp_path_factory.mktemp("worked")
    invented_crawl(folder / "work" / "crawls" / "nppes_api" / "20261124T080000Z", PLACES)
    (folder / "montana.toml").write_text(STUDY, encoding="utf-8")
    return folder


def test_without_a_build_and_with_one_the_same_is_explained(worked: Path) -> None:
    study, work = str(worked / "montana.toml"), worked / "work"
    before = therapygap("explain-match", study, ONE, OTHER, work=work)
    assert before.returncode == DONE, before.stderr
    assert "There is no build of the study." in before.stderr
    assert therapygap("build", study, work=work).returncode == DONE
    after = therapygap("explain-match", study, ONE, OTHER, work=work)
    assert after.stdout == before.stdout
    assert "In the build they are two providers." in after.stderr
    assert "another identifier" in after.stdout
    assert "probability 0.0000" in after.stdout
    for told in (after.stdout, after.stderr):
        assert not any(name in told for name in ("Avo", "Inventaia", "Inventbia"))


@pytest.mark.parametrize(
    ("one", "other", "named"),
    [
        (ONE, ONE, "is one listing"),
        (ONE, "nowhere", "names no listing"),
        (ONE, "nppes_api/12", "there is no listing nppes_api/12"),
    ],
)
def test_what_cannot_be_explained_says_so(worked: Path, one: str, other: str, named: str) -> None:
    done = therapygap("explain-match", str(worked / "montana.toml"), one, other, work=worked / "work")
    assert done.returncode == WRONG_USE
    assert named in said(done)
