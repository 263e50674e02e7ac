"""Crawls side by side, field by field."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from crawler.comparison import by_field
from crawler.coverage import FIELDS

WIDTH = 80


def verdict(number: int, **more: object) -> dict[str, Any]:
    plain = {"source": "plan_net", "run_id": f"20260101T00000{number % 10}Z", "trusted": True, "records": 1_200}
    return {**plain, "field_coverage": dict.fromkeys(FIELDS, 0.256), "invalid": {}, **more}


def test_a_row_says_the_same_of_every_crawl() -> None:
    crawls = [
        verdict(1, invalid={"npi length": 3}),
        verdict(2, trusted=False),
        verdict(3, records=0, field_coverage={}),
    ]
    rows = [line.split() for line in by_field(crawls, WIDTH)]
    assert rows[0] == ["plan_net"] * 3
    assert rows[2] == ["trusted", "NOT", "TRUSTED", "trusted"]
    assert ["records", "1,200", "1,200", "0"] in rows
    assert ["npi", "26%", "26%", "-"] in rows  # of no records nothing is known
    assert ["invalid:", "npi", "length", "3", "0", "0"] in rows


def test_a_verdict_that_does_not_count_faults_does_not_say_none() -> None:
    old = verdict(1)
    del old["invalid"]
    assert ["invalid:", "npi", "length", "-", "1"] in [
        line.split() for line in by_field([old, verdict(2, invalid={"npi length": 1})], WIDTH)
    ]


@given(st.integers(0, 12), st.integers(0, 200))
def test_every_crawl_stands_once_and_no_line_is_wider_than_it_must_be(count: int, width: int) -> None:
    lines = list(by_field([verdict(number, source=f"source{number}x") for number in range(count)], width))
    heads = " ".join(lines).split()
    assert all(heads.count(f"source{number}x") == 1 for number in range(count))
    assert all(len(line) <= max(width, len("taxonomy_codes") + 2 + len("20260101T000000Z")) for line in lines)


def test_without_crawls_there_is_no_table() -> None:
    assert list(by_field([], WIDTH)) == []
