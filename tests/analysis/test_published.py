"""Published tables of a study: whom they count, whose land they tell, and which of them a fault is about."""

from pathlib import Path

import pandas as pd
import pytest

from analysis.country import country
from analysis.indicators import published
from analysis.promise import Column, Table, TableError, promised
from analysis.regions.assemble import World, read_world
from analysis.regions.catalog import CATALOG, Dataset, entry_of
from analysis.regions.origins import Ground
from analysis.regions.published import Figures, land_of, people_of, read_figures
from analysis.regions.rurality import place_types
from analysis.regions.units import Keyed
from analysis.study import Directory, Input, Inputs, Study
from demonstration.public_files import invent_tracts, write_tract_centres

TRACTS = invent_tracts(200, 7, ("WY",))
COUNTIES = sorted(TRACTS.table.county_id.unique())
_SVI_CODES = (
    "POV150 UNEMP HBURD NOHSDP UNINSUR AGE65 AGE17 DISABL SNGPNT LIMENG MINRTY MUNIT MOBILE CROWD NOVEH GROUPQ NOINT"
)


def at_hand(dataset: str, file: Path) -> Dataset:
    return Dataset(dataset, entry_of(CATALOG / f"{dataset}.toml"), file)


@pytest.fixture(autouse=True)
def _files_of_some_places(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Dataset, "rows", 0)


def write_svi(file: Path, people: dict[str, int]) -> None:
    """Write the index of counties, -999 where an estimate could not be made."""
    pairs = ",".join(f"{kind}_{code}" for code in _SVI_CODES.split() for kind in ("EP", "MP"))
    rows = [f"WY,Anil,{code},10,{told},0,50,3,{','.join(['10.5', '1.5'] * 17)},0.25" for code, told in people.items()]
    head = f"ST_ABBR,COUNTY,FIPS,AREA_SQMI,E_TOTPOP,M_TOTPOP,E_HH,M_HH,{pairs},RPL_THEMES"
    file.write_text("\n".join([head, *rows]) + "\n")


def world(folder: Path, people: dict[str, int]) -> World:
    write_svi(folder / "svi.csv", people)
    write_tract_centres(TRACTS, folder / "centres.txt")
    inputs = Inputs(
        outlines=Input(dataset="bundle_counties"),
        figures=(Input(dataset="svi_counties_2022", file=Path("svi.csv")),),
        origins=Input(dataset="census_tract_centres_2020", file=Path("centres.txt")),
    )
    study = Study(title="t", states=("WY",), directories=(Directory(source="nppes_api"),), inputs=inputs)
    return read_world(study, folder)


def test_a_county_whose_people_were_not_estimated_has_those_of_its_origins(tmp_path: Path) -> None:
    unknown, *known = COUNTIES
    regions = world(tmp_path, {unknown: -999} | dict.fromkeys(known, 1000)).regions.set_index("region_id")
    at_origins = int(TRACTS.table.population[TRACTS.table.county_id == unknown].sum())
    assert at_origins > 0
    assert regions.population.to_dict() == {unknown: at_origins} | dict.fromkeys(known, 1000)
    assert regions.population_basis.to_dict() == {unknown: "assumed"} | dict.fromkeys(known, "measured")


def counties(vintage: str, **columns: object) -> Figures:
    return Figures("some", "svi", Keyed(pd.DataFrame(columns, index=["56001", "56003"]), "county", vintage))


def test_people_that_are_not_told_are_nobodys_count() -> None:
    told = people_of(
        [counties("counties_2022", population=pd.array([5, pd.NA], dtype="Int64"))], "county", "counties_2022"
    )
    assert told is not None
    assert told.to_dict() == {"56001": 5}


def test_land_is_told_by_a_table_of_just_that_year() -> None:
    older, newer = counties("counties_2020", land_km2=[1.0, 2.0]), counties("counties_2022", area_km2=[3.0, 4.0])
    assert land_of([older], "county", "counties_2022") is None
    assert land_of([older], "tract", "counties_2020") is None
    found = land_of([older, newer], "county", "counties_2022")
    assert found is not None
    assert found.tolist() == [3.0, 4.0]


def test_in_which_counties_areas_lie_is_no_figure(tmp_path: Path) -> None:
    file = tmp_path / "pairs.txt"
    head = "OID_ZCTA5_20|GEOID_ZCTA5_20|NAMELSAD_ZCTA5_20|OID_COUNTY_20|GEOID_COUNTY_20|AREALAND_PART|AREAWATER_PART"
    file.write_text(f"{head}\n1|82001|Z|2|56021|5|0\n")
    assert read_figures([at_hand("zcta_counties_2020", file)]) == []


def test_a_class_of_nchs_is_one_of_six() -> None:
    indicator = published()["nchs_urban_rural"]
    assert (indicator.low, indicator.high) == (1, 6)
    value, basis = indicator.columns("nchs_urban_rural")
    table = Table("classes", "One county.", ("region_id",), (Column("region_id", "text", "Its id."), value, basis))
    classes = pd.DataFrame({"region_id": list("abcdef"), "nchs_urban_rural": range(1, 7)})
    classes["nchs_urban_rural_basis"] = "measured"
    assert promised(classes, table).nchs_urban_rural.tolist() == [1, 2, 3, 4, 5, 6]
    for wrong in (0, 7):
        with pytest.raises(TableError, match="nchs_urban_rural"):
            promised(classes.replace({"nchs_urban_rural": {3: wrong}}), table)


@pytest.mark.real
def test_a_table_of_no_known_unit_is_named(real_data: Path) -> None:
    limits = at_hand("cms_hsd", real_data / "us/cms_hsd_reference_2020.xlsx")
    with pytest.raises(TableError, match=r"^dataset 'cms_hsd': 'ssa_counties_2020' is of no known unit"):
        read_figures([limits])


def test_a_table_that_cannot_be_counted_in_another_year_is_named() -> None:
    older = Keyed(pd.DataFrame({"population": [5]}, index=["56001000100"]), "tract", "tracts_2010")
    with pytest.raises(TableError, match=r"^dataset 'older_tracts': figures of the tracts of 2010 cannot be joined"):
        people_of([Figures("older_tracts", "svi", older)], "tract", "tracts_2022")


def test_a_table_whose_classes_cannot_be_carried_over_is_named() -> None:
    mixed = pd.DataFrame({"rucc_2013": [2, 3]}, index=["09001", "09110"])
    people = pd.DataFrame({"population": [5, 7], "land_km2": 1.0}, index=["09110", "56001"])
    figures = [
        Figures("some_classes", "rucc_2013", Keyed(mixed, "county", "counties_2020")),
        Figures("some_people", "county_table", Keyed(people, "county", "counties_2022")),
    ]
    origins = pd.DataFrame({"region_id": ["a"], "county": ["56001"], "population": [1.0]})
    on = Ground(pd.Index(["a"]), "zcta", "zctas_2020", origins, {"county": "counties_2022"})
    with pytest.raises(TableError, match=r"^dataset 'some_classes': 09110 \(1 such\) are no counties of counties_2020"):
        place_types(pd.DataFrame(index=["a"]), figures, on, country("US"))
