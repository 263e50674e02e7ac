"""The table of coverage in docs/directories.md is what the samples give today."""

from pathlib import Path

import pytest
from sampled import SAMPLES, measured, table

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "directories.md"


@pytest.mark.real
def test_the_document_tells_the_coverage_of_the_samples(real_data: Path, tmp_path: Path) -> None:
    found = {}
    for name, sample in SAMPLES.items():
        work = tmp_path / name
        work.mkdir()
        found[name] = measured(sample, real_data / "directories", work)
    expected = table(found)
    lines = DOCUMENT.read_text(encoding="utf-8").splitlines()
    assert expected[0] in lines, "\n".join(["the document lacks this table:", *expected])
    start = lines.index(expected[0])
    assert lines[start : start + len(expected)] == expected
