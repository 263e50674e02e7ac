"""When a crawl is to be believed, and what it says when it is not."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from crawler.cleaning import Tally
from crawler.records import VERDICT_FILE
from crawler.source import Expected
from crawler.verdict import READABLE_FILE, Account, Expectations, Outcome, expectations_of, judged, write_verdict

IDENTITY = {"source": "plan_net", "run_id": "20261124T100000Z", "started_at": "a", "finished_at": "b"}
COVERAGE = {"npi": 0.9, "is_accepting": 0.6}
NOTHING = Expectations()


def account(**more: object) -> Account:
    return Account(**{"pages": 3, "rows": 12, "listings": 12, "distinct": 10, "requests": 4, **more})  # type: ignore[arg-type]


def outcome(records: int = 10, coverage: dict[str, float] | None = None) -> Outcome:
    return Outcome(records, "0" * 64, COVERAGE if coverage is None else coverage, Tally())


def before(records: int = 10) -> dict[str, Any]:
    return {"run_id": "20261001T100000Z", "records": records, "field_coverage": COVERAGE}


def test_a_whole_crawl_is_trusted() -> None:
    verdict = judged(IDENTITY, account(), outcome(), expectations_of(Expected(5, 20, "so it is written"), before()))
    assert verdict["trusted"] is True
    assert verdict["reasons"] == []
    assert verdict["duplicates"] == 2
    assert verdict["change"] == {"run_id": "20261001T100000Z", "records": 0}
    assert verdict["expected"] == [
        {"least": 5, "most": 20, "because": "so it is written"},
        {"least": 8, "most": 15, "because": "the last trusted crawl brought 10"},  # 0.8 and 1.5 times 10
    ]


@pytest.mark.parametrize(
    ("one", "found", "earlier", "said"),
    [
        (account(), outcome(0, {}), None, "brought no records"),
        (account(failed={"https://x.example/": "status 500"}), outcome(), None, "1 page could not be read"),
        (account(truncated=["state MT, postal_code 59601*"]), outcome(), None, "1 question stayed cut off"),
        (account(stopped_at="20 listings"), outcome(), None, "limit of 20 listings"),
        (account(open_pages=2), outcome(), None, "2 planned pages never came"),
        (account(listings=11), outcome(), None, "Of 12 rows only 11"),
        (account(), outcome(7), before(), "expected 8 to 15"),
        (account(), outcome(16), before(), "expected 8 to 15"),
        (account(), outcome(10, {"npi": 0.9, "is_accepting": 0.3}), before(), "is_accepting fell from 60% to 30%"),
    ],
)
def test_each_fault_alone_makes_it_untrusted(
    one: Account, found: Outcome, earlier: dict[str, Any] | None, said: str
) -> None:
    verdict = judged(IDENTITY, one, found, expectations_of(None, earlier))
    assert verdict["trusted"] is False
    (reason,) = verdict["reasons"]
    assert said in reason
    assert reason.endswith(".")


def test_a_count_outside_what_the_source_declares_is_not_trusted() -> None:
    declared = Expected(5_000, 20_000, "the list of 2015 holds 6,828.")
    verdict = judged(IDENTITY, account(), outcome(), expectations_of(declared, None))
    assert verdict["reasons"] == ["It brought 10 records, expected 5,000 to 20,000: the list of 2015 holds 6,828."]


def test_robots_and_refusals_are_told_and_no_fault() -> None:
    refused = Counter({"zocdoc.com: on the refuse list": 3})
    verdict = judged(
        IDENTITY, account(refused=refused, left_out=Counter({"forbidden by robots.txt": 2})), outcome(), NOTHING
    )
    assert verdict["trusted"] is True
    assert verdict["refused"] == {"zocdoc.com: on the refuse list": 3}
    assert verdict["left_out"] == {"forbidden by robots.txt": 2}


def test_only_the_most_frequent_unknown_terms_are_named() -> None:
    found = outcome()
    found.tally.unknown_terms.update({f"term {number:03}": number for number in range(1, 80)})
    verdict = judged(IDENTITY, account(), found, NOTHING)
    assert len(verdict["unknown_terms"]) == 50
    assert next(iter(verdict["unknown_terms"].items())) == ("term 079", 79)
    assert verdict["unknown_terms_unnamed"] == 29 * 30 // 2  # terms 1 to 29, each as often as its number


def test_a_long_list_is_cut_for_people_and_whole_for_programs(tmp_path: Path) -> None:
    splits = {f"state MT, postal_code {number}*": 10 for number in range(100, 170)}
    write_verdict(judged(IDENTITY, account(splits=splits), outcome(), NOTHING), tmp_path)
    assert "and 20 more in verdict.json" in (tmp_path / READABLE_FILE).read_text(encoding="utf-8")
    assert json.loads((tmp_path / VERDICT_FILE).read_text(encoding="utf-8"))["splits"] == splits


def test_the_readable_twin_escapes_what_the_web_said(tmp_path: Path) -> None:
    found = outcome()
    found.tally.unknown_terms["<b>|\nbold"] += 1
    write_verdict(judged(IDENTITY, account(failed={"u": "unreadable: x."}), found, NOTHING), tmp_path)
    text = (tmp_path / READABLE_FILE).read_text(encoding="utf-8")
    assert "**Not to be trusted.**" in text
    assert "&lt;b>\\| bold: 1" in text
    assert (tmp_path / VERDICT_FILE).read_text(encoding="utf-8").endswith("}\n")
