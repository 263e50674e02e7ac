"""Shortage areas in counties of any year: what the list says comes back, what is carried over is called assumed."""

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.country import country
from analysis.regions.assemble import read_world
from analysis.regions.catalog import Dataset
from analysis.regions.figures import indicators
from analysis.regions.origins import Ground
from analysis.regions.published import Figures
from analysis.regions.units import keyed
from analysis.regions.vintage import Read, vintage_told
from analysis.study import Directory, Input, Inputs, Study

OLD = [f"09{number:03}" for number in range(1, 16, 2)]
NEW = [f"09{number}" for number in range(110, 200, 10)]
COUNTIES = {"counties_2020": [*OLD, "56001", "56005"], "counties_2022": [*NEW, "56001", "56005"]}
WORDS = ("none", "part", "whole")


def ground(vintage: str) -> Ground:
    ids = COUNTIES[vintage]
    origins = pd.DataFrame({"origin_id": ids, "region_id": ids, "county": ids, "population": 10.0})
    origins = origins.assign(latitude=0.0, longitude=0.0)
    return Ground(pd.Index(ids, name="region_id"), "county", vintage, origins, {"county": vintage})


def listing(said: dict[str, str], vintage: str = "") -> Read:
    """Return a list that designates counties: ``whole`` by themselves, in ``part`` by a subdivision."""
    rows = [(code, "county" if word == "whole" else "subdivision") for code, word in said.items() if word != "none"]
    table = pd.DataFrame(rows, columns=["county_id", "component"], dtype="str")
    table = table.assign(hpsa_id=[str(number) for number in range(len(rows))], tract_id=None)
    return Read(table, vintage or vintage_told(table.county_id, "counties_2022"), len(rows))


def brought(read: Read, vintage: str) -> tuple[pd.DataFrame, list[str]]:
    figures = [Figures("some_list", "hpsa", one) for one in keyed(read) if one.unit == "county"]
    return indicators(figures, ground(vintage), country("US"), 0.9)


@pytest.mark.parametrize("vintage", list(COUNTIES))
@given(words=st.lists(st.sampled_from(WORDS), min_size=9, max_size=9))
def test_a_list_in_the_codes_of_the_outlines_comes_back_as_it_is(vintage: str, words: list[str]) -> None:
    said = dict(zip(COUNTIES[vintage], [*words, "whole"], strict=False))
    told, carried = brought(listing(said, vintage), vintage)
    assert told.mental_hpsa.to_dict() == dict.fromkeys(COUNTIES[vintage], "none") | said
    assert set(told.mental_hpsa_basis) == {"measured"}
    assert carried == []


@pytest.mark.parametrize("vintage", ["counties_2013", "counties_2014", "counties_2015"])
def test_a_list_with_codes_of_long_ago_still_knows_what_stayed(vintage: str) -> None:
    told, _ = brought(listing({"09001": "whole", "56005": "part"}, vintage), "counties_2020")
    assert told.mental_hpsa[["09001", "09003", "56005"]].tolist() == ["whole", "none", "part"]
    assert set(told.mental_hpsa_basis) == {"measured"}


def test_old_counties_in_planning_regions_are_assumed_and_the_provenance_says_so() -> None:
    told, carried = brought(listing({"09001": "whole", "56005": "whole"}), "counties_2022")
    # all of 09120 was 09001, of which 09140 and 09190 have parts; what never changed is as it is listed, or not
    assert told.mental_hpsa[["09120", "09140", "09190", "09110"]].tolist() == ["whole", "part", "part", "none"]
    assert told.mental_hpsa[["56001", "56005"]].tolist() == ["none", "whole"]
    assert set(told.mental_hpsa_basis[NEW]) == {"assumed"}
    assert told.mental_hpsa_basis[["56001", "56005"]].tolist() == ["measured", "measured"]
    assert carried == ["some_list: counties_2020 to counties_2022, by people"]


def test_planning_regions_in_old_counties_are_assumed_too() -> None:
    told, carried = brought(listing({"09110": "whole", "09130": "whole", "09150": "whole"}), "counties_2020")
    # all of 09007 is in 09130; 09003 is in 09110, 09140 and 09160, 09001 in none of the listed
    assert told.mental_hpsa[["09007", "09003", "09001"]].tolist() == ["whole", "part", "none"]
    assert set(told.mental_hpsa_basis[OLD]) == {"assumed"}
    assert carried == ["some_list: counties_2022 to counties_2020, by people"]


MIXED = {"09001": "whole", "09110": "whole", "56001": "part"}


def test_a_list_of_several_years_keeps_what_it_says_in_the_codes_of_the_outlines() -> None:
    read = listing(MIXED, "counties_several")
    older, carried = brought(read, "counties_2020")
    assert older.mental_hpsa[["09001", "09005", "56001", "56005"]].tolist() == ["whole", "none", "part", "none"]
    assert carried == ["some_list: counties_several to counties_2020, by people"]
    newer, _ = brought(read, "counties_2022")
    assert newer.mental_hpsa[["09110", "09120", "09170"]].tolist() == ["whole", "whole", "none"]
    for told, changed in ((older, OLD), (newer, NEW)):
        assert set(told.mental_hpsa_basis[changed]) == {"assumed"}
        assert told.mental_hpsa_basis[["56001", "56005"]].tolist() == ["measured", "measured"]


def test_what_a_list_of_several_years_leaves_open_is_missing_and_never_none() -> None:
    # 09120 and a part of 09190 were 09001, of which only a part is designated: nothing tells which
    told, _ = brought(listing(MIXED | {"09001": "part"}, "counties_several"), "counties_2022")
    assert pd.isna(told.mental_hpsa["09120"])
    assert pd.isna(told.mental_hpsa_basis["09120"])
    listed = listing(MIXED | {"09001": "part", "09120": "part"}, "counties_several")
    assert brought(listed, "counties_2022")[0].mental_hpsa["09120"] == "part"


def test_a_county_that_ended_long_ago_is_not_lost_in_a_list_of_several_years() -> None:
    ids = ["02063", "02066", "46102", "30001"]
    origins = pd.DataFrame({"origin_id": ids, "region_id": ids, "county": ids, "population": 10.0})
    on = Ground(pd.Index(ids), "county", "counties_2022", origins, {"county": "counties_2022"})
    read = listing({"02261": "whole", "46102": "whole", "09110": "part", "09001": "part"}, "counties_several")
    figures = [Figures("some_list", "hpsa", one) for one in keyed(read) if one.unit == "county"]
    told, _ = indicators(figures, on, country("US"), 0.9)
    assert told.mental_hpsa.tolist() == ["whole", "whole", "whole", "none"]
    assert told.mental_hpsa_basis.tolist() == ["assumed", "assumed", "measured", "measured"]


def test_on_the_counties_that_ship_the_list_itself_is_told(tmp_path: Path) -> None:
    head = (
        "HPSA Name,HPSA ID,Designation Type,HPSA Discipline Class,HPSA Score,HPSA Status,"
        "HPSA Geography Identification Number,Common State County FIPS Code,HPSA Component Type Description,"
    )
    rows = [
        f"Anil,{number},Geographic HPSA,Mental Health,18,Designated,{code},{code},Single County,"
        for number, code in enumerate(("09001", "09003"))
    ]
    (tmp_path / "hpsa.csv").write_text("\n".join([head, *rows]) + "\n")
    counties = Input(dataset="bundle_counties")
    inputs = Inputs(
        outlines=counties,
        origins="inside",
        figures=(Input(dataset="hpsa_mental_health", file=Path("hpsa.csv")), counties),
    )
    study = Study(title="t", states=("CT",), directories=(Directory(source="nppes_api"),), inputs=inputs)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Dataset, "rows", 0)
        world = read_world(study, tmp_path)
    told = world.regions.set_index("region_id")
    assert told.mental_hpsa.to_dict() == dict.fromkeys(OLD, "none") | {"09001": "whole", "09003": "whole"}
    assert set(told.mental_hpsa_basis) == {"measured"}
    assert world.carried == []
