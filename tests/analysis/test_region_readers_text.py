"""Text that readers of published files begin with: every cell as it was written, and every fault told by its row."""

import csv
import io
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis.promise import TableError
from analysis.regions.readers._published import numbers, read_text

_CELL = st.text(alphabet='ab1 ,|"\nñ', max_size=4)


@st.composite
def tables(draw: st.DrawFn) -> list[list[str]]:
    width = draw(st.integers(1, 4))
    rows = draw(st.lists(st.lists(_CELL, min_size=width, max_size=width), min_size=1, max_size=5))
    return [[f"C{place}" for place in range(width)], *rows]


def saved(rows: list[list[str]], folder: Path) -> Path:
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows(rows)
    file = folder / "any.csv"
    file.write_bytes(text.getvalue().encode())
    return file


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=tables(), kept=st.sets(st.integers(0, 3)))
def test_cells_are_those_python_s_own_module_finds(rows: list[list[str]], kept: set[int], tmp_path: Path) -> None:
    head, *body = rows
    wanted = [name for place, name in enumerate(head) if place in kept] or head[:1]
    read = read_text(saved(rows, tmp_path), "any table", wanted)
    with (tmp_path / "any.csv").open(encoding="utf-8", newline="") as lines:
        known = [{name: cell.strip() for name, cell in row.items()} for row in csv.DictReader(lines)]
    assert read.to_dict("records") == [{name: row[name] for name in wanted} for row in known]
    assert len(read) == len(body)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=tables(), place=st.integers(0, 4), more=st.booleans())
def test_a_row_of_another_length_is_named(rows: list[list[str]], place: int, more: bool, tmp_path: Path) -> None:
    head, *body = rows
    at = place % len(body)
    body[at] = [*body[at], "x"] if more else body[at][1:]
    with pytest.raises(TableError, match=f"row {at + 2}: {len(body[at])} cells, expected {len(head)} of any table"):
        read_text(saved([head, *body], tmp_path), "any table", head[:1])


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"A,B\n1,2\n\n3,4\n", "row 3: 0 cells, expected 2"),
        (b"A,B\n1,2\n\n", "row 3: 0 cells"),
        (b'A,B\n1,"2\n3,4\n', "cannot be read as any table"),
        (b"A,B\n1,\xf1\n", "cannot be read as any table .*utf-8"),
        (b"A,B,A\n1,2,3\n", "has column A more than once"),
        (b"A,B\n", "has a head but no rows"),
        (b"A,B\n1,2", "ends inside its last row"),
    ],
)
def test_a_fault_in_cells_nobody_reads_is_still_found(content: bytes, words: str, tmp_path: Path) -> None:
    file = tmp_path / "any.csv"
    file.write_bytes(content)
    with pytest.raises(TableError, match=words):
        read_text(file, "any table", ["A"])


@given(values=st.lists(st.floats(0, allow_infinity=False), min_size=1), plus=st.booleans())
def test_numbers_are_those_that_were_written(values: list[float], plus: bool) -> None:
    texts = pd.Series([f"{'+' if plus else ''}{value!r}" for value in values] + ["", "NA"], name="A", dtype="str")
    read = numbers(texts, Path("a.csv"))
    assert read[:-2].tolist() == values
    assert read[-2:].isna().all()


@pytest.mark.parametrize("text", ["inf", "-inf", "nan", "1e999", "0x10", "1,5", "5 %", "--", "None", "true"])
def test_what_is_no_number_is_named(text: str) -> None:
    texts = pd.Series(["1", "", text], name="A", dtype="str")
    with pytest.raises(TableError, match=r"a\.csv, row 4: A is '.*' \(1 such\), expected a number from 0 up"):
        numbers(texts, Path("a.csv"))
