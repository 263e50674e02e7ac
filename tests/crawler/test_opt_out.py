"""Who asked not to be listed is erased, stays out, and is nowhere kept in plain words."""

import hashlib
import json
import os
import shutil
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from invented import invented_crawl

from crawler.erasure import PREPARED, VALID
from crawler.opt_out import OPT_OUT_FILE, OptOut, erase, identifiers_of
from crawler.records import RecordError, open_crawl

PLACES = {"59102": ("MT", "general"), "59601": ("MT", "trauma"), "59801": ("MT", "general")}


@pytest.mark.parametrize("identifier", ["npi:9000000015", "nppes_api:9000000001"])
def test_one_person_is_erased_and_the_others_stay(tmp_path: Path, identifier: str) -> None:
    crawl = invented_crawl(tmp_path / "nppes_api" / "one", PLACES)
    before = {record.source_id: record for record in crawl.records()}
    opt_out = OptOut.read(tmp_path).with_identifiers([identifier])
    erased = erase([crawl], opt_out)
    after = open_crawl(crawl.folder)
    assert (erased.listings, erased.crawls) == (1, 1)
    assert {record.source_id: record for record in after.records()} == {
        key: record for key, record in before.items() if key != "9000000001"
    }
    assert after.verdict["records"] == 2
    assert after.verdict["erased_on_request"] == 1
    assert erase([after], opt_out).listings == 0


def test_the_list_survives_and_holds_no_identifier(tmp_path: Path) -> None:
    OptOut.read(tmp_path).with_identifiers(["npi:9000000015"]).write(tmp_path)
    text = (tmp_path / OPT_OUT_FILE).read_text(encoding="utf-8")
    assert "9000000001" not in text
    crawl = invented_crawl(tmp_path / "nppes_api" / "one", PLACES)
    covered = [record.source_id for record in crawl.records() if OptOut.read(tmp_path).covers(record)]
    assert covered == ["9000000001"]
    more = OptOut.read(tmp_path).with_identifiers(["npi:9000000002"])
    more.write(tmp_path)
    assert len(json.loads((tmp_path / OPT_OUT_FILE).read_text(encoding="utf-8"))["hashes"]) == 2


def test_a_listing_is_known_by_its_npi_and_by_its_directorys_identifier(tmp_path: Path) -> None:
    first = next(invented_crawl(tmp_path / "nppes_api" / "one", PLACES).records())
    assert identifiers_of(first) == ("nppes_api:9000000000", "npi:9000000007")


@pytest.mark.parametrize("text", ["", "[]", '{"key": "zz", "hashes": []}', '{"hashes": []}'])
def test_a_damaged_list_is_never_taken_for_an_empty_one(tmp_path: Path, text: str) -> None:
    (tmp_path / OPT_OUT_FILE).write_text(text, encoding="utf-8")
    with pytest.raises(RecordError, match=OPT_OUT_FILE):
        OptOut.read(tmp_path)


class _PowerCutError(BaseException):
    """Ends a process where it stands: nothing catches it."""


_STEPS: dict[str, tuple[object, str]] = {
    "mkdir": (Path, "mkdir"),
    "fsync": (os, "fsync"),
    "rename": (Path, "rename"),
    "replace": (Path, "replace"),
    "rmdir": (Path, "rmdir"),
}


def _cut_at(monkeypatch: pytest.MonkeyPatch, number: int, *, is_before: bool) -> Callable[[], int]:
    """Cut the power before or after the step of that number; return how many steps were taken."""
    steps = count(1)
    taken = [0]

    def cutting(whole: Callable[..., Any]) -> Callable[..., Any]:
        def step(*words: Any, **more: Any) -> Any:  # noqa: ANN401 - as it is called
            taken[0] = next(steps)
            if taken[0] == number and is_before:
                raise _PowerCutError
            answer = whole(*words, **more)
            if taken[0] == number:
                raise _PowerCutError
            return answer

        return step

    for owner, name in _STEPS.values():
        monkeypatch.setattr(owner, name, cutting(getattr(owner, name)))
    return lambda: taken[0]


def _told(folder: Path) -> tuple[list[str], int, int]:
    """Return who is listed and how many the verdict counts and has erased; it must know the file it speaks of."""
    crawl = open_crawl(folder)
    assert crawl.verdict["sha256"] == hashlib.sha256(crawl.records_file.read_bytes()).hexdigest()
    assert not (folder / VALID).exists()
    listed = [record.source_id for record in crawl.records()]
    return listed, crawl.verdict["records"], crawl.verdict.get("erased_on_request", 0)


@pytest.mark.parametrize("is_before", [True, False])
def test_a_power_cut_at_any_step_leaves_all_or_nothing_and_doing_it_again_heals(
    tmp_path: Path, is_before: bool
) -> None:
    everybody = invented_crawl(tmp_path / "nppes_api" / "one", PLACES)
    verdict = everybody.verdict | {"sha256": hashlib.sha256(everybody.records_file.read_bytes()).hexdigest()}
    (everybody.folder / "verdict.json").write_text(json.dumps(verdict), encoding="utf-8")
    opt_out = OptOut.read(tmp_path).with_identifiers(["npi:9000000015"])
    before = _told(everybody.folder)
    after = ([one for one in before[0] if one != "9000000001"], 2, 1)
    seen = []
    for number in count(1):
        folder = tmp_path / "tried" / str(number)
        shutil.copytree(everybody.folder, folder)
        with pytest.MonkeyPatch.context() as patched:
            taken = _cut_at(patched, number, is_before=is_before)
            try:
                erase([open_crawl(folder)], opt_out)
            except _PowerCutError:
                cut = True
            else:
                cut = taken() >= number
        if not cut:
            break
        seen.append(_told(folder))
        assert seen[-1] in (before, after), number
        again = erase([open_crawl(folder)], opt_out)
        assert again.listings == (seen[-1] == before)
        assert _told(folder) == after
        assert not (folder / PREPARED).exists()
    assert seen[0] == before
    assert seen[-1] == after
    assert seen == sorted(seen, key=lambda one: one == after)  # once valid, it stays
    assert len(seen) > 10


def test_both_forms_of_the_verdict_count_the_same(tmp_path: Path) -> None:
    crawl = invented_crawl(tmp_path / "nppes_api" / "one", PLACES)
    erase([crawl], OptOut.read(tmp_path).with_identifiers(["npi:9000000015"]))
    assert "| records | 2 |" in (crawl.folder / "verdict.md").read_text(encoding="utf-8")
    assert "| erased on request | 1 |" in (crawl.folder / "verdict.md").read_text(encoding="utf-8")
