"""What every test may use: the folder of real data, and examples that do not change from run to run."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

ROOT = Path(__file__).resolve().parents[1]

settings.register_profile("ci", derandomize=True, deadline=None, max_examples=50)
settings.load_profile("ci")


@pytest.fixture(scope="session")
def real_data() -> Path:
    """Return the folder of real public data, or skip saying where it was looked for."""
    folder = Path(os.environ.get("THERAPYGAP_REAL_DATA") or ROOT.parent / "shared" / "data")
    if not (folder / "us" / "county_2023.csv").is_file():
        pytest.skip(
            f"real data is not at {folder}; set THERAPYGAP_REAL_DATA to the folder that holds us/ and directories/"
        )
    return folder


def pytest_addoption(parser: pytest.Parser) -> None:
    """Take the folder of a finished build, for the checks on what was made."""
    parser.addoption("--made", type=Path, default=None, help="folder of a finished build to check (tests/made)")
