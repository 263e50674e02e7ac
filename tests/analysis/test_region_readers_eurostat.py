"""The reader of Eurostat's people by age and region, in both forms Eurostat ships them."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis.promise import TableError
from analysis.regions.readers import read_published

AGES = ("Y_LT5", *(f"Y{start}-{start + 4}" for start in range(5, 85, 5)), "Y_GE85")

People = dict[str, dict[str, str]]
"""By region the cell of each age: a number, ``:``, and flags after a blank."""


def people(count: int = 10, **other: str) -> dict[str, str]:
    """Return a region's ages, as many people in each group."""
    return dict.fromkeys(AGES, str(count)) | {"TOTAL": str(18 * count), "UNK": "0"} | other


def sdmx_csv(file: Path, regions: People, year: str = "2024") -> Path:
    """Write people as SDMX-CSV."""
    lines = ["DATAFLOW,LAST UPDATE,freq,sex,unit,age,geo,TIME_PERIOD,OBS_VALUE,OBS_FLAG,CONF_STATUS"]
    for geo, ages in regions.items():
        for age, cell in ages.items():
            value, _, flag = cell.replace(":", "").partition(" ")
            lines.append(f"ESTAT:TRIAL(1.0),01/01/26 23:00:00,A,T,NR,{age},{geo},{year},{value},{flag},")
    file.write_bytes(("\r\n".join(lines) + "\r\n").encode())
    return file


def tsv(file: Path, regions: People, older: People | None = None) -> Path:
    """Write people of 2024 as TSV; ``older`` are those of the year before."""
    years = [regions] if older is None else [older, regions]
    names = ["2024 "] if older is None else ["2023 ", "2024 "]
    lines = ["\t".join(["freq,unit,sex,age,geo\\TIME_PERIOD", *names])]
    for geo, ages in regions.items():
        lines += ["\t".join([f"A,NR,T,{age},{geo}", *(f"{year[geo][age]} " for year in years)]) for age in ages]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


WRITERS: dict[str, Callable[[Path, People], Path]] = {"csv": sdmx_csv, "tsv": tsv}


@pytest.fixture(params=list(WRITERS))
def written(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[People], Path]:
    """Return what writes people in each of Eurostat's forms."""
    return lambda regions: WRITERS[request.param](tmp_path / f"people.{request.param}", regions)


def test_people_are_read_by_region_and_the_groups_cut_in_proportion(written: Callable[[People], Path]) -> None:
    file = written({"AT": people(20), "AT1": people(20), "AT111": people(), "ATXXX": people(0), "EEA31": people(99)})
    given = read_published("eurostat_people", file)
    assert given.vintage == "nuts3_2021"
    assert given.table.region_id.tolist() == ["AT111", "ATXXX"]
    told = given.table.iloc[0]
    assert (told.country, told.year, told.population) == ("AT", 2024, 180)
    assert told.aged_65_up == 50  # 65-69, 70-74, 75-79, 80-84, 85 and older
    assert told.adults == 180 - 30 - 6  # less 0-14 and three fifths of 15-19
    assert told.aged_5_17 == 10 + 10 + 6
    assert told.aged_12_up == 180 - 20 - 4  # less 0-9 and two fifths of 10-14
    assert told.ages_basis == "assumed"
    assert pd.isna(told["flags"])


def test_what_eurostat_has_no_value_for_is_missing_and_flags_are_kept(written: Callable[[People], Path]) -> None:
    regions = {
        "AT111": people(TOTAL="180 bep"),
        "AT112": people() | {"Y15-19": ":"},
        "AT113": dict.fromkeys(people(), ":"),
        "AT121": people() | {"Y70-74": ": c"},
    }
    table = read_published("eurostat_people", written(regions)).table.set_index("region_id")
    assert table["flags"].fillna("-").tolist() == ["bep", "-", "-", "-"]
    assert table.population.isna().tolist() == [False, False, True, False]
    assert table.adults.isna().tolist() == [False, True, True, True]
    assert table.aged_65_up.isna().tolist() == [False, False, True, True]
    assert table.ages_basis.isna().tolist() == [False, True, True, True]


def test_broad_groups_are_not_cut(written: Callable[[People], Path]) -> None:
    ages = {"Y_LT15": "30", "Y15-64": "100", "Y_GE65": "50", "TOTAL": "180", "UNK": "0"}
    told = read_published("eurostat_people", written({"AT111": ages})).table.iloc[0]
    assert (told.population, told.aged_65_up) == (180, 50)
    assert told[["adults", "aged_5_17", "aged_12_up", "ages_basis"]].isna().all()


def test_the_oldest_may_be_two_groups(written: Callable[[People], Path]) -> None:
    split = people() | {"Y85-89": "6", "Y_GE90": "4"}
    both = read_published("eurostat_people", written({"AT111": split})).table
    del split["Y_GE85"]
    pd.testing.assert_frame_equal(both, read_published("eurostat_people", written({"AT111": split})).table)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(counts=st.lists(st.integers(0, 2_000_000), min_size=len(AGES), max_size=len(AGES)))
def test_bands_hold_nobody_twice_and_lose_nobody(counts: list[int], tmp_path: Path) -> None:
    ages = dict(zip(AGES, map(str, counts), strict=True)) | {"TOTAL": str(sum(counts))}
    told = read_published("eurostat_people", sdmx_csv(tmp_path / "people.csv", {"AT111": ages})).table.iloc[0]
    assert told.population == sum(counts)
    assert told.adults + told.aged_5_17 + counts[0] == pytest.approx(sum(counts))
    assert 0 <= told.aged_65_up <= told.adults <= told.aged_12_up <= told.population


def test_of_several_years_the_newest_with_people_counts(tmp_path: Path) -> None:
    older, nobody_knows = {"AT111": people(), "AT112": people()}, dict.fromkeys(people(), ":")
    newer = {"AT111": nobody_knows, "AT112": people(20)}
    given = read_published("eurostat_people", tsv(tmp_path / "people.tsv", newer, older), 40)
    assert given.rows == 40
    assert given.table.year.tolist() == [2024, 2024]
    assert given.table.population.isna().tolist() == [True, False]  # one year for all
    assert given.table.population.iloc[1] == 360
    none_yet = tsv(tmp_path / "people.tsv", {"AT111": nobody_knows, "AT112": nobody_knows}, older)
    assert read_published("eurostat_people", none_yet).table.year.tolist() == [2023, 2023]


def test_people_that_are_nowhere_known_are_refused(written: Callable[[People], Path]) -> None:
    with pytest.raises(TableError, match="has no people in any region"):
        read_published("eurostat_people", written({"AT111": dict.fromkeys(people(), ":")}))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("Y10-14", "Y10-12"), "has an age 'Y10-12'"),
        (("Y10-14", "UNK"), "appears more than once"),
        (("AT111", "AT11"), "has no row of both sexes together"),
        ((",T,", ",M,"), "has no row of both sexes together"),
        ((",NR,", ",PC,"), "has no row of both sexes together"),
        (("2024", "2024-Q1"), "TIME_PERIOD is '2024-Q1', expected a year"),
        ((",10,", ",ten,"), "OBS_VALUE is 'ten'"),
        ((",180,", ",200,"), "the groups of AT111 hold 180 people, its total is 200"),
        (("OBS_VALUE", "VALUE"), "lacks column OBS_VALUE"),
    ],
)
def test_wrong_people_are_one_sentence(change: tuple[str, str], words: str, tmp_path: Path) -> None:
    file = sdmx_csv(tmp_path / "people.csv", {"AT111": people()})
    text = file.read_text(encoding="utf-8")
    assert change[0] in text
    file.write_text(text.replace(*change), encoding="utf-8")
    with pytest.raises(TableError, match=words) as told:
        read_published("eurostat_people", file)
    assert "\n" not in str(told.value)


def test_a_choice_of_ages_is_refused(written: Callable[[People], Path]) -> None:
    ages = people()
    del ages["Y40-44"]
    with pytest.raises(TableError, match=r"lacks ages: .*download it without a choice of ages"):
        read_published("eurostat_people", written({"AT111": ages}))


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("A,NR,T,Y_LT5,AT111", "A,NR,T,Y_LT5", "row 2: 'A,NR,T,Y_LT5' does not name freq, unit, sex, age, geo"),
        ("10 \n", "1O? \n", r"the value of 2024 is '1O\?'"),
        ("unit,sex", "unit,gender", "lacks column sex"),
    ],
)
def test_a_wrong_tsv_is_one_sentence(old: str, new: str, words: str, tmp_path: Path) -> None:
    file = tsv(tmp_path / "people.tsv", {"AT111": people(), "AT112": people()})
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(TableError, match=words):
        read_published("eurostat_people", file)


@pytest.mark.parametrize("form", WRITERS)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(part=st.floats(0, 1, exclude_max=True))
def test_people_cut_anywhere_are_refused(form: str, part: float, tmp_path: Path) -> None:
    file = WRITERS[form](tmp_path / f"whole.{form}", {"AT111": people(), "AT112": people()})
    whole = file.read_bytes().rstrip(b"\r\n")
    cut = tmp_path / f"cut.{form}"
    cut.write_bytes(whole[: int(part * len(whole))])
    with pytest.raises(TableError, match=r"cut\.") as told:
        read_published("eurostat_people", cut, 40)
    assert "\n" not in str(told.value)
