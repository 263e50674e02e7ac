"""One centre a region in the place of finer origins: how far access and minutes are off, and where."""

import numpy as np
import pandas as pd
import pytest

from analysis.access.aggregation import aggregation_error, aggregation_summary, one_centre
from analysis.access.assemble import measure_access
from analysis.promise import TableError, promised
from analysis.providers.assemble import Providers
from analysis.regions.origins import weighted_centres
from analysis.stability_tables import AGGREGATION
from analysis.study import Directory, Study
from analysis.tables import ORIGINS

STUDY = Study(title="t", directories=(Directory(source="nppes_api"),))
REGIONS = pd.DataFrame(
    {
        "region_id": ["30001", "30003", "30005"],
        "population": [5_000, 800, 20],
        "place_type": ["micro", "rural", "ceac"],
        "rurality": pd.array([4, 8, None], dtype="Int64"),
    }
)
POINTS = pd.DataFrame(
    {
        "origin_id": ["a", "b", "c", "d"],
        "region_id": ["30001", "30001", "30003", "30005"],
        "latitude": [46.0, 46.4, 46.5, 47.0],
        "longitude": [-110.0, -110.0, -110.0, -109.0],
        "population": [3_000.0, 2_000.0, 800.0, 20.0],
    }
)
SITES = pd.DataFrame(
    {
        "site_id": ["s1", "s2"],
        "latitude": [46.0, 46.5],
        "longitude": [-110.0, -110.0],
        "region_id": ["30001", "30003"],
        "geocode_method": ["coordinates", "coordinates"],
        "precision_km": [0.1, 0.1],
    }
)
SUPPLY = pd.DataFrame(
    {
        "site_id": ["s1", "s2"],
        "specialty": ["general", "general"],
        "fte": [4.0, 0.8],
        "fte_variance": [0.3, 0.2],
        "providers": [6, 7],
    }
)


def centred(origins: pd.DataFrame) -> pd.DataFrame:
    return REGIONS.merge(weighted_centres(origins), left_on="region_id", right_index=True)


def access_from(origins: pd.DataFrame) -> pd.DataFrame:
    blank = pd.DataFrame()
    tables = dict.fromkeys(("records", "providers", "evidence", "levels", "coverage", "offer"), blank)
    present = pd.DataFrame({"region_id": ["30001"], "specialty": ["general"], "providers": [6]})
    providers = Providers(**tables, sites=SITES, supply=SUPPLY, present=present, by_region=pd.DataFrame(), counts={})
    return measure_access(REGIONS, origins, providers, ("general",), STUDY).table


def test_one_centre_holds_all_people_of_the_region() -> None:
    origins = one_centre(centred(POINTS))
    promised(origins, ORIGINS)
    assert origins.origin_id.tolist() == origins.region_id.tolist() == REGIONS.region_id.tolist()
    assert origins.population.tolist() == [5_000.0, 800.0, 20.0]
    assert origins.latitude[0] == pytest.approx(46.16, abs=1e-3)  # (3 x 46.0 + 2 x 46.4) / 5


def test_origins_that_are_the_centres_make_no_error() -> None:
    centres = one_centre(centred(POINTS))
    error = aggregation_error(access_from(centres), access_from(one_centre(centred(centres))))
    assert error.difference.dropna().to_numpy() == pytest.approx(0, abs=1e-9)
    # access of twenty people is withheld; minutes of all three regions are known
    known = error.groupby("measure").difference.count()
    assert known[["nearest", "e2sfca", "three_sfca"]].tolist() == [3, 2, 2]


def test_minutes_of_one_centre_and_of_finer_origins() -> None:
    # three in five people of 30001 live at the first site, .16 degrees of latitude (17.8 km) south of the centre
    error = aggregation_error(access_from(POINTS), access_from(one_centre(centred(POINTS))))
    minutes = error[error.measure == "nearest"].set_index("region_id")
    km_per_minute = 45 / 60 * 1.609344  # a micropolitan county: 45 miles in 60 minutes
    assert minutes.value["30001"] == pytest.approx(0, abs=1e-6)
    assert minutes.difference["30001"] == pytest.approx(1.4 * 17.79 / km_per_minute, rel=1e-3)
    assert minutes.difference["30003"] == pytest.approx(0, abs=1e-6)


def test_what_no_origin_bears_on_is_left_out() -> None:
    error = aggregation_error(access_from(POINTS), access_from(one_centre(centred(POINTS))))
    assert {"e2sfca", "three_sfca", "nearest"} <= set(error.measure)
    assert not {"provider_ratio", "balanced_fca"} & set(error.measure)


def errors(*differences: float, value: float = 10.0) -> pd.DataFrame:
    ids = [f"3000{number}" for number in range(len(differences))]
    return pd.DataFrame(
        {
            "region_id": ids,
            "specialty": "general",
            "measure": "three_sfca",
            "unit": "FTE per 100,000 people",
            "value": value,
            "difference": differences,
        }
    )


def test_the_summary_of_eleven_regions() -> None:
    # without signs 0, 1 .. 10: median 5, nine in ten within 9, worst 10 at the last; over a value of 10 a median of .5
    found = errors(*[(-1) ** number * float(number) for number in range(11)])
    regions = pd.DataFrame({"region_id": found.region_id, "rurality": pd.array([1] * 10 + [9], dtype="Int64")})
    summary = promised(aggregation_summary(found, regions), AGGREGATION).set_index("rurality_class")
    everywhere = summary.loc["all"]
    assert everywhere[["regions", "median_difference", "high_difference", "worst_difference"]].tolist() == [
        11,
        5,
        9,
        10,
    ]
    assert everywhere.worst_region_id == "300010"
    assert everywhere.median_change_share == 0.5
    assert summary.regions.to_dict() == {"1": 10, "9": 1, "all": 11}
    assert summary.worst_difference["1"] == 9


def test_the_worst_region_is_the_first_of_those_that_are_farthest_off_either_way() -> None:
    found = errors(1.0, -7.0, 7.0, 3.0)
    regions = pd.DataFrame({"region_id": found.region_id, "rurality": pd.array([1] * 4, dtype="Int64")})
    for order in (found, found[::-1]):
        summary = aggregation_summary(order, regions).set_index("rurality_class")
        assert summary.worst_region_id["all"] == "30001"
        assert summary.worst_difference["all"] == 7.0


def test_unknown_rurality_is_a_class_and_missing_differences_are_left_out() -> None:
    found = errors(1.0, np.nan, 3.0, value=0.0)
    regions = pd.DataFrame({"region_id": found.region_id, "rurality": pd.array([1, 1, None], dtype="Int64")})
    summary = promised(aggregation_summary(found, regions), AGGREGATION).set_index("rurality_class")
    assert summary.regions.to_dict() == {"1": 1, "all": 2, "unknown": 1}
    assert summary.median_change_share.isna().all()
    minutes = aggregation_summary(errors(1.0, 3.0).assign(measure="nearest", unit="minutes"), regions.iloc[:2])
    assert minutes.median_change_share.isna().all()  # minutes are close to 0 where both ends are at one centre
    assert minutes.median_difference.tolist() == [2.0, 2.0]


def test_two_tables_of_different_regions_are_refused() -> None:
    access = access_from(POINTS)
    with pytest.raises(TableError, match=r"table access: \('30005', 'general', '\w+'\) \(\d+ such\) is in one of two"):
        aggregation_error(access, access[access.region_id != "30005"])
