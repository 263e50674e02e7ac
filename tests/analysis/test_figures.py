"""Published figures brought to regions: from the publishers' own files, across years, out of lists of designations."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.country import country
from analysis.indicators import found, published
from analysis.promise import TableError
from analysis.regions.assemble import World, read_world
from analysis.regions.catalog import BUNDLE
from analysis.regions.figures import indicators
from analysis.regions.origins import Ground
from analysis.regions.published import Figures
from analysis.regions.units import current_tracts, keyed
from analysis.regions.vintage import Read
from analysis.study import Directory, Input, Inputs, Study

US = country("US")
TABLE = Input(dataset="county_table_2023", file=Path("us/county_2023.csv"))
RAW = (
    Input(dataset="svi_counties_2022", file=Path("us/SVI_2022_US_county.csv")),
    Input(dataset="places_counties", file=Path("us/PLACES_county_2024_release.csv")),
    Input(dataset="rucc_2023", file=Path("us/Ruralurbancontinuumcodes2023.csv")),
    Input(dataset="ahrf_geo", file=Path("us/AHRF2025geo.csv")),
    Input(dataset="herop_commuting_2023", file=Path("us/commuting_tract23.csv")),
)
SHARED = (
    "no_internet_share",
    "disability_share",
    "uninsured_share",
    "poverty_share",
    "limited_english_share",
    "frequent_mental_distress_share",
    "depression_share",
    "rurality",
)


def world(real_data: Path, figures: tuple[Input, ...], year: int = 2023) -> World:
    file = Path(f"us/cb_{year}_us_county_20m/cb_{year}_us_county_20m.shp")
    inputs = Inputs(
        outlines=Input(dataset=f"census_counties_{year}", file=file),
        figures=figures,
        origins=Input(dataset="census_tract_centres_2020", file=Path("us/CenPop2020_Mean_TR.txt")),
    )
    return read_world(Study(title="t", directories=(Directory(source="nppes_api"),), inputs=inputs), real_data)


@pytest.mark.real
def test_raw_files_give_what_the_joined_table_has_and_intervals_besides(real_data: Path) -> None:
    joined = world(real_data, (TABLE,)).regions.set_index("region_id")
    raw = world(real_data, (*RAW, TABLE)).regions.set_index("region_id")
    assert list(raw.index) == list(joined.index)
    for name in SHARED:
        assert raw[name].to_numpy() == pytest.approx(joined[name].to_numpy(), abs=1e-12), name
        assert set(raw[f"{name}_basis"]) == {"measured"}, name
    for name in ("no_internet_share", "frequent_mental_distress_share"):
        assert (raw[f"{name}_low"] <= raw[name]).all(), name
        assert (raw[name] <= raw[f"{name}_high"]).all(), name
    # the index has no margin for people of little English in 113 counties: its formula failed there
    assert raw.limited_english_share_low.isna().sum() == 113


@pytest.mark.real
def test_designations_are_those_of_the_joined_table_where_borders_stayed(real_data: Path) -> None:
    raw = world(real_data, (*RAW, TABLE)).regions.set_index("region_id")
    told = pd.read_csv(real_data / "us/county_2023.csv", dtype={"fips": "str"}).set_index("fips").ahrf25_hpsa_mh_code
    words = told.map({0: "none", 1: "whole", 2: "part"})
    stayed = raw.index[raw.state != "CT"]
    assert (raw.mental_hpsa[stayed].dropna() == words[stayed].dropna()).all()
    assert raw.mental_hpsa[stayed].notna().sum() >= words[stayed].notna().sum() > 3_100


@pytest.mark.real
def test_shares_of_tracts_make_the_county_the_survey_itself_tells(real_data: Path) -> None:
    # households without a vehicle: tracts of 2019-23 averaged over people, against the county's own of 2018-22
    raw = world(real_data, (*RAW[2:], TABLE)).regions.set_index("region_id")
    own = world(real_data, (TABLE,)).regions.set_index("region_id")
    big = own[own.population > 100_000].index
    difference = (raw.no_vehicle_share - own.no_vehicle_share)[big].abs()
    assert difference.median() < 0.005
    assert difference.max() < 0.05


@pytest.mark.real
def test_connecticut_is_placed_by_tract_numbers_to_the_person(real_data: Path) -> None:
    found_at = world(real_data, (TABLE,))
    tracts = pd.read_csv(real_data / "us/CenPop2020_Mean_TR.txt", dtype="str", encoding="utf-8-sig")
    ids = tracts.STATEFP + tracts.COUNTYFP + tracts.TRACTCE
    people = pd.Series(tracts.POPULATION.astype(int).to_numpy(), index=ids)
    region = found_at.origins.set_index("origin_id").region_id
    connecticut = region[region.index.str.startswith("09")]
    counted = people[connecticut.index].groupby(connecticut).sum()
    assert counted.tolist() == [
        976_248, 325_778, 174_225, 450_376, 95_348, 112_503, 570_487, 280_430, 620_549,
    ]  # fmt: skip


@pytest.mark.real
@pytest.mark.parametrize("state", ["DC", "KY", "RI"])
def test_nobody_beyond_a_states_border_is_taken_for_its_own(real_data: Path, state: str) -> None:
    whole = world(real_data, (TABLE,))
    study = Study(
        title="t",
        states=(state,),
        directories=(Directory(source="nppes_api"),),
        inputs=Inputs(
            outlines=Input(
                dataset="census_counties_2023", file=Path("us/cb_2023_us_county_20m/cb_2023_us_county_20m.shp")
            ),
            figures=(TABLE, Input(dataset="herop_ruca_2020", file=Path("us/oeps_tract_RUCA_2020.csv"))),
            origins=Input(dataset="census_tract_centres_2020", file=Path("us/CenPop2020_Mean_TR.txt")),
        ),
    )
    alone = read_world(study, real_data)
    code = US.states[state]
    assert alone.origins.origin_id.str.startswith(code).all()
    own = whole.origins[whole.origins.region_id.isin(alone.regions.region_id)].reset_index(drop=True)
    pd.testing.assert_frame_equal(alone.origins, own)
    assert alone.regions.population.sum() == whole.regions.population[whole.regions.state == state].sum()


@pytest.mark.real
def test_figures_of_2023_on_outlines_of_2021_lose_nobody_and_say_so(real_data: Path) -> None:
    told = world(real_data, (TABLE,), 2021)
    assert told.regions.population.sum() == 334_914_895
    assert "09001" in set(told.regions.region_id)
    assert told.carried == ["county_table_2023: counties_2022 to counties_2020, by people"]
    connecticut = told.regions[told.regions.state == "CT"]
    assert set(connecticut.population_basis) == {"assumed"}
    assert connecticut.land_km2.sum() == pytest.approx(12_541, rel=0.01)  # of the drawing, never divided by people


def ground(unit: str, ids: list[str], tracts: list[str], people: list[float]) -> Ground:
    origins = pd.DataFrame(
        {
            "origin_id": tracts,
            "region_id": ids,
            "tract": current_tracts(pd.Index(tracts)),
            "population": people,
            "latitude": 0.0,
            "longitude": 0.0,
        }
    )
    origins["county"] = origins.tract.str[:5]
    vintages = {"tract": "tracts_2022", "county": "counties_2022"}
    return Ground(pd.Index(sorted(set(ids)), name="region_id"), unit, vintages[unit], origins, vintages)


def brought(read: Read, reader: str, on: Ground, known_share: float = 0.9) -> pd.DataFrame:
    return indicators([Figures(reader, reader, one) for one in keyed(read)], on, US, known_share)[0]


def designations() -> Read:
    rows = [
        ("county", "56001", None),
        ("tract", "56003", "56003000100"),
        ("facility", "56005", None),
        ("county", "09001", None),  # an old county of Connecticut, three planning regions today
    ]
    table = pd.DataFrame(rows, columns=["component", "county_id", "tract_id"])
    return Read(table.assign(hpsa_id=["1", "2", "3", "4"]), "counties_2020", 4)


def test_a_county_that_no_designation_names_has_none() -> None:
    counties = ["56001", "56003", "56003", "56005", "09120"]
    tracts = ["56001000100", "56003000100", "56003000200", "56005000100", "09001060100"]
    told = brought(designations(), "hpsa", ground("county", counties, tracts, [1] * 5)).mental_hpsa
    # all of 09120 was 09001; a facility is nobody's home; Connecticut's other counties have none
    assert told.to_dict() == {"56001": "whole", "56003": "part", "56005": "none", "09120": "whole"}


def test_a_tract_is_designated_by_itself_or_with_its_county() -> None:
    tracts = ["56001000100", "56003000100", "56003000200", "56005000100"]
    told = brought(designations(), "hpsa", ground("tract", tracts, tracts, [1, 1, 1, 1]))
    assert told.mental_hpsa.tolist() == ["whole", "whole", "part", "none"]
    # no list says of which year a tract's number is; that of a county is as it is listed
    assert told.mental_hpsa_basis.tolist() == ["measured", "assumed", "wider_area", "measured"]


def test_what_is_not_told_of_a_planning_region_is_not_none() -> None:
    tracts = ["09001060100", "09001010101", "09001110100"]  # of 09120, 09190 and 09140 today
    ids = [f"{new}" for new in current_tracts(pd.Index(tracts)).str[:5]]
    on = ground("county", ids, tracts, [1, 1, 1])
    # 09001 is whole: 09120 lies in it, 09190 and 09140 partly; 09005 is not listed, so it has none
    told = brought(designations(), "hpsa", on).mental_hpsa
    assert told["09120"] == "whole"
    assert set(told.drop("09120")) <= {"part"}
    several = designations()
    mixed = pd.concat(
        [several.table, several.table.iloc[[0]].assign(county_id="09190", component="tract", hpsa_id="5")]
    )
    both = brought(Read(mixed, "counties_several", 5), "hpsa", on).mental_hpsa
    assert both["09120"] == "whole"  # told by the old county, whatever the new codes of others say


def test_a_county_is_whole_only_if_all_of_it_is() -> None:
    known = 0.95
    on = ground("county", ["56003"] * 2, ["56003000100", "56003000200"], [known, 1 - known])
    assert brought(designations(), "hpsa", on).mental_hpsa["56003"] == "part"


def test_an_interval_is_of_the_same_people_as_its_figure() -> None:
    tracts = [f"5600100{number:02}00" for number in range(1, 11)]
    table = pd.DataFrame(
        {
            "tract_id": tracts,
            "no_vehicle_share": [0.01] * 9 + [0.9],
            "no_vehicle_share_margin": [0.002] * 9 + [np.nan],
        }
    )
    svi = Read(table, "tracts_2022", 10)
    told = brought(svi, "svi", ground("county", ["56001"] * 10, tracts, [1.0] * 10)).loc["56001"]
    assert told.no_vehicle_share == pytest.approx(0.099)
    assert pd.isna(told.no_vehicle_share_low)
    assert pd.isna(told.no_vehicle_share_high)


def test_a_class_of_older_counties_goes_where_most_of_their_people_went() -> None:
    classes = {"09001": 3, "09003": 1, "09005": 4, "09007": 1, "09009": 2, "09011": 4, "09013": 1, "09015": 5}
    table = pd.DataFrame({"county_id": [*classes, "56039"], "nchs_2013": [*classes.values(), 6]}).astype(
        {"nchs_2013": "Int64"}
    )
    tracts = ["56039000100", "09001060100"]
    on = ground("county", ["56039", "09120"], tracts, [1, 1])
    told = brought(Read(table, "counties_2013", len(table)), "nchs_urban_rural", on)
    assert told.nchs_urban_rural.to_dict() == {"09120": 3, "56039": 6}  # all of 09120 was 09001
    assert told.nchs_urban_rural_basis.to_dict() == {"09120": "assumed", "56039": "measured"}


def test_tracts_of_2010_are_no_tracts_of_2020() -> None:
    old = Read(pd.DataFrame({"tract_id": ["56001000100"], "ruca": [3]}), "tracts_2010", 1)
    with pytest.raises(TableError, match="tracts of 2010 cannot be joined"):
        brought(old, "ruca_2010", ground("county", ["56001"], ["56001000100"], [1]))


def shares(values: list[float]) -> Read:
    tracts = [f"5600100{number:02}00" for number in range(1, len(values) + 1)]
    table = pd.DataFrame({"tract_id": tracts, "broadband_share": values})
    return Read(table, "tracts_2022", len(values))


def test_a_share_of_tracts_is_averaged_over_people_and_needs_enough_of_them() -> None:
    tracts = ["56001000100", "56001000200", "56001000300"]
    on = ground("county", ["56001"] * 3, tracts, [100, 300, 600])
    # (100 x .9 + 300 x .8 + 600 x .7) / 1,000 = .75 have broadband
    assert brought(shares([0.9, 0.8, 0.7]), "herop_internet_2023", on).no_broadband_share["56001"] == pytest.approx(
        0.25
    )
    known = brought(shares([np.nan, 0.8, 0.7]), "herop_internet_2023", on).no_broadband_share["56001"]
    assert known == pytest.approx(1 - (300 * 0.8 + 600 * 0.7) / 900)  # known for nine tenths of the people
    assert pd.isna(brought(shares([0.9, np.nan, 0.7]), "herop_internet_2023", on).no_broadband_share["56001"])


def test_nothing_stands_in_but_where_the_indicator_says_so() -> None:
    on = ground("county", ["56001"], ["56001000100"], [10])
    told = brought(shares([0.9]), "herop_internet_2023", on).loc["56001"]
    for name, indicator in published().items():
        if name == "no_broadband_share":
            continue
        is_age = indicator.fallback == "class average" and name.removesuffix("_share") in US.age_bands
        assert pd.notna(told[name]) == is_age, name  # without rurality no class has an average


def test_the_page_on_regions_has_every_indicator_as_it_is_declared() -> None:
    page = (BUNDLE.parents[1] / "docs" / "regions.md").read_text(encoding="utf-8")
    for name, one in found().items():
        stands_in = "nothing" if one.fallback == "none" else one.fallback
        interval = "yes" if one.has_interval else "no"
        row = f"| `{name}` | {one.meaning} | {one.direction} | {one.source} | {interval} | {stands_in} |"
        assert row in page, row
