"""Which of several figures counts: how it is known first, then the best source, then the order of the study."""

from itertools import permutations

import pandas as pd
import pytest

from analysis.country import country
from analysis.regions.figures import indicators
from analysis.regions.origins import Ground
from analysis.regions.published import Figures
from analysis.regions.tracts import changes_of
from analysis.regions.units import Keyed, current_tracts
from analysis.regions.vintage import Read, vintage_told

US = country("US")
TRACTS = ["56001000100", "56001000200"]


def ground(unit: str, region_of: dict[str, str], county_vintage: str = "counties_2022") -> Ground:
    """Return tracts of ten people each, and the region of each."""
    origins = pd.DataFrame({"origin_id": list(region_of), "region_id": list(region_of.values()), "population": 10.0})
    origins["tract"] = current_tracts(pd.Index(origins.origin_id))
    origins["county"] = origins.tract.str[:5]
    vintages = {"tract": "tracts_2022", "county": county_vintage}
    ids = pd.Index(sorted(set(region_of.values())), name="region_id")
    return Ground(ids, unit, vintages.get(unit, "added"), origins, vintages)


IN_COUNTY = ground("county", dict.fromkeys(TRACTS, "56001"))


def told(figures: list[Figures], on: Ground) -> pd.DataFrame:
    return indicators(figures, on, US, 0.9)[0]


def of_tracts_of_2010(dataset: str, reader: str, **columns: float) -> Figures:
    """Return figures of the two tracts under the numbers that they had, by land."""
    table = pd.DataFrame(columns, index=pd.Index(TRACTS, name="tract_id"))
    parts = pd.DataFrame({"tract_2010_id": TRACTS, "tract_2020_id": TRACTS})
    changes = changes_of(parts.assign(land_of_2010_share=1.0, land_of_2020_share=1.0), table)
    return Figures(dataset, reader, Keyed(table, "tract", "tracts_2010", changes))


def of_the_county(dataset: str, reader: str, **columns: float) -> Figures:
    table = pd.DataFrame(columns, index=pd.Index(["56001"], name="county_id"))
    return Figures(dataset, reader, Keyed(table, "county", "counties_2022"))


def distress(share: float) -> dict[str, float]:
    return {
        "mhlth_crude_share": share,
        "mhlth_crude_low_share": share - 0.01,
        "mhlth_crude_high_share": share + 0.01,
    }


def test_what_is_measured_counts_before_what_is_assumed_whatever_comes_first() -> None:
    figures = [
        of_tracts_of_2010("places_tracts", "places", **distress(0.1)),
        of_the_county("places_counties", "places", **distress(0.2)),
    ]
    for order in permutations(figures):
        found = told(list(order), IN_COUNTY).loc["56001"]
        assert (found.frequent_mental_distress_share, found.frequent_mental_distress_share_basis) == (0.2, "measured")
        # the interval is that of the same figure
        assert found.frequent_mental_distress_share_low == pytest.approx(0.19)
        assert found.frequent_mental_distress_share_high == pytest.approx(0.21)


def test_what_is_assumed_counts_before_what_a_wider_area_has() -> None:
    on = ground("tract", dict(zip(TRACTS, TRACTS, strict=True)))
    figures = [
        of_the_county("places_counties", "places", **distress(0.2)),
        of_tracts_of_2010("places_tracts", "places", **distress(0.1)),
    ]
    for order in permutations(figures):
        found = told(list(order), on)
        assert found.frequent_mental_distress_share.tolist() == pytest.approx([0.1, 0.1])
        assert set(found.frequent_mental_distress_share_basis) == {"assumed"}


def test_a_lesser_source_that_measures_counts_before_a_better_one_that_is_assumed() -> None:
    older = of_tracts_of_2010("svi_tracts", "svi", no_vehicle_share=0.1, no_vehicle_share_margin=0.01)
    lesser = of_the_county("county_table_2023", "county_table", no_vehicle_share=0.2)
    for order in permutations([older, lesser]):
        found = told(list(order), IN_COUNTY).loc["56001"]
        assert (found.no_vehicle_share, found.no_vehicle_share_basis) == (0.2, "measured")
        assert pd.isna(found.no_vehicle_share_low)  # never the interval of another figure


def test_of_what_is_measured_the_best_source_counts_and_then_the_first_dataset() -> None:
    first = of_the_county("first", "svi", no_vehicle_share=0.1, no_vehicle_share_margin=0.01)
    second = of_the_county("second", "svi", no_vehicle_share=0.3, no_vehicle_share_margin=0.01)
    lesser = of_the_county("lesser", "county_table", no_vehicle_share=0.2)
    assert told([lesser, first, second], IN_COUNTY).no_vehicle_share.tolist() == [0.1]
    assert told([lesser, second, first], IN_COUNTY).no_vehicle_share.tolist() == [0.3]


def test_a_tract_that_is_designated_itself_is_so_though_it_is_the_only_one_of_its_county() -> None:
    tract = TRACTS[0]
    designated = pd.DataFrame({"mental_hpsa_of_tract": "whole"}, index=pd.Index([tract], name="tract_id"))
    county = pd.DataFrame({"mental_hpsa": "part"}, index=pd.Index(["56001"], name="county_id"))
    listed = [
        Figures("some_list", "hpsa", Keyed(designated, "tract", "tracts_several")),
        Figures("some_list", "hpsa", Keyed(county, "county", "counties_2022")),
    ]
    for order in permutations(listed):
        found = told(list(order), ground("tract", {tract: tract})).loc[tract]
        assert (found.mental_hpsa, found.mental_hpsa_basis) == ("whole", "assumed")


OF_CONNECTICUT = {
    "09001060100": "west",
    "09001010101": "west",
    "09003400101": "east",
    "56001000100": "plains",
}


def rurality_of(read: Read) -> Figures:
    keyed = Keyed(read.table.set_index("county_id"), "county", read.vintage)
    return Figures("rucc_2013", "rucc_2013", keyed)


OLD_COUNTIES = [*(f"09{number:03}" for number in range(1, 16, 2)), "56001"]
NEW_COUNTIES = [*(f"09{number}" for number in range(110, 200, 10)), "56001"]
OLD_CLASSES = pd.DataFrame({"county_id": OLD_COUNTIES, "rucc_2013": 2})


def test_figures_of_divided_counties_are_assumed_in_regions_of_ones_own_too() -> None:
    classes = rurality_of(Read(OLD_CLASSES, vintage_told(OLD_CLASSES.county_id, "counties_2013"), 9))
    found = told([classes], ground("added", OF_CONNECTICUT))
    assert found.rurality.tolist() == [2, 2, 2]
    assert found.rurality_basis.to_dict() == {"east": "assumed", "west": "assumed", "plains": "measured"}
    # in the counties they were published for nothing was carried over
    older = ground("added", OF_CONNECTICUT, "counties_2020")
    older = Ground(
        older.region_ids,
        older.unit,
        older.vintage,
        older.origins.assign(county=older.origins.origin_id.str[:5]),
        older.vintages,
    )
    assert set(told([classes], older).rurality_basis) == {"measured"}


@pytest.mark.parametrize(("plain", "basis"), [(1, "assumed"), (2, "measured"), (3, "measured")])
def test_most_of_a_region_s_people_decide(plain: int, basis: str) -> None:
    classes = rurality_of(Read(OLD_CLASSES, "counties_2013", 9))
    here = {f"56001000{number}00": "mine" for number in range(1, plain + 1)}
    found = told([classes], ground("added", {"09001060100": "mine", "09001010101": "mine"} | here))
    assert found.rurality_basis.tolist() == [basis]


def test_what_was_carried_over_is_named_only_where_a_figure_of_it_is_taken() -> None:
    halves = [
        Figures("ahrf_geo", "ahrf_geo", Keyed(pd.DataFrame({"mental_hpsa": "whole"}, index=ids), "county", vintage))
        for ids, vintage in ((NEW_COUNTIES, "counties_2022"), (OLD_COUNTIES, "counties_2020"))
    ]
    on = ground("county", {"56001000100": "56001"})
    told_of, carried = indicators(halves, on, US, 0.9)
    assert told_of.mental_hpsa.tolist() == ["whole"]
    assert carried == []
    older = of_tracts_of_2010("places_tracts", "places", **distress(0.1))
    newer = of_the_county("places_counties", "places", **distress(0.2))
    assert indicators([older, newer], IN_COUNTY, US, 0.9)[1] == []
    assert indicators([older], IN_COUNTY, US, 0.9)[1] == ["places_tracts: tracts_2010 to tracts_2022, by land"]
