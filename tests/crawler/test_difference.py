"""What changed between two crawls: every listing is new, gone, changed or as it was, and is counted once."""

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crawler.difference import Difference, difference
from crawler.records import ProviderRecord, write_records

DAY = dt.date(2026, 11, 24)
crawls = st.dictionaries(st.text("abc\u00e9", min_size=1, max_size=3), st.booleans() | st.none(), max_size=12)


def written(folder: Path, name: str, listed: dict[str, bool | None], day: dt.date = DAY) -> Path:
    records = [
        ProviderRecord(source="plan_net", source_id=key, kind="person", is_accepting=answer, retrieved_on=day)
        for key, answer in listed.items()
    ]
    write_records(records, folder / name)
    return folder / name


@given(before=crawls, now=crawls)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_it_is_what_sets_say(tmp_path: Path, before: dict[str, bool | None], now: dict[str, bool | None]) -> None:
    found = difference(written(tmp_path, "before", before), written(tmp_path, "now", now, DAY + dt.timedelta(days=9)))
    both = before.keys() & now.keys()
    assert found == Difference(
        new=len(now.keys() - before.keys()),
        gone=len(before.keys() - now.keys()),
        changed=sum(before[key] != now[key] for key in both),
    )


def test_what_is_no_json_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "damaged").write_text("{", encoding="utf-8")
    with pytest.raises(ValueError, match="Expecting"):
        difference(tmp_path / "damaged", written(tmp_path, "now", {"a": True}))
