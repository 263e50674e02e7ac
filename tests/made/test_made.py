"""Checks on a finished build, as its reader would look at it: run with ``pytest tests/made --made FOLDER``."""

import json
import re
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from analysis.promise import promised
from analysis.provenance import read_provenance
from analysis.store import DATABASE, RESTRICTED, read_table
from analysis.tables import GAPS, ONLINE, REGIONS, TABLES


@pytest.fixture(scope="module")
def made(request: pytest.FixtureRequest) -> Path:
    folder: Path | None = request.config.getoption("--made")
    if folder is None:
        pytest.skip("no finished build was named with --made")
    return folder


def test_every_table_keeps_its_promise(made: Path) -> None:
    for table in TABLES.values():
        frame = read_table(made, table)
        pd.testing.assert_frame_equal(
            pd.DataFrame(promised(frame, table)).drop(columns="geometry", errors="ignore"),
            pd.DataFrame(frame).drop(columns="geometry", errors="ignore"),
        )
        assert len(frame) > 0, table.name


def test_every_check_of_the_build_holds_and_every_crawl_is_trusted(made: Path) -> None:
    provenance = read_provenance(made)
    assert provenance["checks"]
    assert all(check["holds"] for check in provenance["checks"])
    assert all(crawl["trusted"] for crawl in provenance["crawls"])
    assert all(len(source["sha256"]) == 64 for source in provenance["inputs"])


def test_every_region_has_every_specialty_and_scenario(made: Path) -> None:
    gaps, online, regions = (read_table(made, table) for table in (GAPS, ONLINE, REGIONS))
    measured = read_provenance(made)["specialties_measured"]
    assert len(gaps) == len(regions) * len(measured)
    assert len(online) == len(gaps) * online.scenario.nunique()


def test_the_parts_of_the_potential_add_up(made: Path) -> None:
    online = read_table(made, ONLINE).dropna(subset="potential_fte")
    parts = online[["served_fte", "lost_to_connection_fte", "lost_to_licence_fte", "lost_to_hours_fte"]].sum(axis=1)
    assert (parts - online.potential_fte).abs().max() < 1e-6
    assert (online.served_fte <= online.shortage_fte + 1e-9).all()


def test_more_doors_never_serve_fewer_people(made: Path) -> None:
    online = read_table(made, ONLINE)
    served = online.pivot_table(index="specialty", columns="scenario", values="served_fte", aggfunc="sum")
    for wider in ("every_licence", "everyone_connected"):
        assert (served[wider] >= served["present"] - 1e-6).all()


def test_the_database_and_the_csv_files_say_the_same(made: Path) -> None:
    with duckdb.connect(str(made / DATABASE), read_only=True) as database:
        for name, table in TABLES.items():
            if table.is_public:
                assert len(database.table(name).df()) == len(pd.read_csv(made / f"{name}.csv", dtype="str"))
    package = json.loads((made / "datapackage.json").read_text())
    assert {resource["name"] for resource in package["resources"]} == {n for n, t in TABLES.items() if t.is_public}


def test_the_query_of_the_readme_finds_its_rows(made: Path) -> None:
    readme = (Path(__file__).resolve().parents[2] / "README.md").read_text(encoding="utf-8")
    (sql,) = re.findall(r'therapygap query "(.+?)"', readme, re.DOTALL)
    with duckdb.connect(str(made / DATABASE), read_only=True) as database:
        found = database.sql(sql).df()
    assert len(found) == 10
    assert found.need_people.notna().all()


def test_nothing_about_single_providers_is_published(made: Path) -> None:
    published = [file for file in made.iterdir() if file.is_file()]
    assert {file.stem for file in (made / RESTRICTED).iterdir()} == {n for n, t in TABLES.items() if not t.is_public}
    providers = read_table(made, TABLES["providers"]).provider_id.head(50)
    for file in published:
        if file.suffix in (".csv", ".json", ".md", ".html"):
            text = file.read_text(encoding="utf-8")
            assert not any(provider in text for provider in providers), file.name


def test_the_atlas_needs_no_network(made: Path) -> None:
    page = (made / "atlas.html").read_text(encoding="utf-8")
    assert 'src="http' not in page
    assert 'href="http' not in page.split("</head>")[0]
    assert len(page) < 2_500_000
