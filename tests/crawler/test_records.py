"""The folder a crawl leaves: what is damaged in it is named with its file and line."""

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest

from crawler.records import ProviderRecord, RecordError, open_crawl, write_records

VERDICT: dict[str, Any] = {
    "source": "plan_net", "run_id": "run", "trusted": True, "reasons": [], "started_at": "a", "finished_at": "b",
    "attribution": "A payer", "records": 2,
}  # fmt: skip


def left(folder: Path) -> Path:
    """Return the folder of a crawl of two records."""
    records = [
        ProviderRecord(source="plan_net", source_id=name, kind="person", retrieved_on=dt.date(2026, 11, 24))
        for name in ("b", "a")
    ]
    assert write_records(records, folder / "records.jsonl") == 2
    (folder / "verdict.json").write_text(json.dumps(VERDICT), encoding="utf-8")
    return folder


def test_records_come_back_sorted_by_key(tmp_path: Path) -> None:
    assert [record.key for record in open_crawl(left(tmp_path)).records()] == [("plan_net", "a"), ("plan_net", "b")]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b'{"source": "plan_net", "sou', "line 3: the line is"),
        (b"\xff\xfe", "line 3: the line is"),
        (b'{"source": "plan_net", "source_id": "c", "kind": "robot", "retrieved_on": "2026-11-24"}', "kind is 'robot'"),
        (b'{"source": "plan_net", "source_id": "' + b"c" * 90_000, "line 3: the line is"),
    ],
)
def test_a_damaged_record_is_named_with_its_file_and_line(tmp_path: Path, line: bytes, said: str) -> None:
    crawl = open_crawl(left(tmp_path))
    with crawl.records_file.open("ab") as records:
        records.write(line)
    with pytest.raises(RecordError, match=r"records\.jsonl, line 3: .*crawl again") as raised:
        list(crawl.records())
    assert said in str(raised.value)
    assert "\n" not in str(raised.value)
    assert len(str(raised.value)) < 1_000


@pytest.mark.parametrize(
    ("verdict", "said"),
    [
        (b"{", "is not JSON"),
        (b"\xff\xfe", "is not JSON"),
        (b"[]", "does not say source, run_id"),
        (
            json.dumps({name: told for name, told in VERDICT.items() if name != "trusted"}).encode(),
            "not say trusted, as",
        ),
    ],
)
def test_a_damaged_verdict_is_named(tmp_path: Path, verdict: bytes, said: str) -> None:
    (left(tmp_path) / "verdict.json").write_bytes(verdict)
    with pytest.raises(RecordError, match=said):
        open_crawl(tmp_path)


@pytest.mark.parametrize("name", ["records.jsonl", "verdict.json"])
def test_a_folder_that_lacks_a_file_is_no_finished_crawl(tmp_path: Path, name: str) -> None:
    (left(tmp_path) / name).unlink()
    with pytest.raises(RecordError, match=f"has no {name}"):
        open_crawl(tmp_path)
