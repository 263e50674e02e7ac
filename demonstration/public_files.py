"""Public files in the layouts of their publishers, with invented figures over real counties and postal areas.

Heads and sizes are those of the real files, so that readers and the whole of a study can be tried on what nobody can
commit. Every figure is drawn at random; only counties, their people and Connecticut's tract numbers are real.
"""

import codecs
import tomllib
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import shapely
from numpy.typing import NDArray
from pyarrow import csv as pa_csv

BUNDLE = Path(__file__).resolve().parents[1] / "data" / "bundle"
_TRACTS_OF_CONNECTICUT = BUNDLE.parent / "reference" / "us" / "connecticut_tracts.toml"
_SVI_COLUMNS, _PLACES_MEASURES = 158, 36
_HECTARE_M2 = 10_000


@dataclass(frozen=True)
class InventedTracts:
    """Tracts of the nation, ordered by id.

    ``table`` has ``tract_id`` (11 digits, counties of 2022), ``older_id`` (its id in the census of 2020),
    ``county_id, state, population, latitude, longitude``; ``outlines`` are cells around the points, inside their
    counties of 2020.
    """

    table: pd.DataFrame
    outlines: NDArray[np.object_]


def invent_tracts(count: int, seed: int, states: Sequence[str] = ()) -> InventedTracts:
    """Spread ``count`` tracts over the counties of 2020, by people; each county has at least one.

    Connecticut's have the numbers they have, since those tell which planning region they are in.
    ``renumbered`` tracts (Connecticut's) are those there are: the file ``connecticut_tracts.toml`` has their numbers.
    """
    random = np.random.default_rng(seed)
    counties = gpd.read_parquet(BUNDLE / "us_counties.parquet").sort_values("region_id", ignore_index=True)
    if states:
        counties = counties[counties.state.isin(list(states))].reset_index(drop=True)
    renumbered = _connecticut()
    fixed = np.array([len(renumbered.get(region_id, ())) for region_id in counties.region_id])
    each = _each(counties.population.to_numpy(dtype=float), fixed, count)
    rows: list[tuple[str, str, str, float, float, int]] = []
    cells: list[shapely.Geometry] = []
    for county, number in zip(counties.itertuples(), each, strict=True):
        ids = renumbered.get(county.region_id) or [(f"{county.region_id}{n + 1:04}00",) * 2 for n in range(number)]
        points = _points_within(county.geometry, len(ids), random)
        parts = random.multinomial(int(county.population), np.full(len(points), 1 / len(points)))
        rows += [
            (newer, older, str(county.state), *point, int(people))
            for (older, newer), point, people in zip(ids, points.tolist(), parts, strict=True)
        ]
        cells += _cells(county.geometry, points)
    table = pd.DataFrame(rows, columns=["tract_id", "older_id", "state", "longitude", "latitude", "population"])
    return InventedTracts(table.assign(county_id=table.tract_id.str[:5]), np.array(cells, dtype=object))


def _each(people: NDArray[np.float64], fixed: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    """Return how many tracts each county has, by people where the number is not fixed; the largest has the rest."""
    free = np.where(fixed > 0, 0.0, people)
    share = free / max(free.sum(), 1.0)
    each = np.where(fixed > 0, fixed, np.maximum(1, np.round(share * (count - fixed.sum() - len(people))) + 1))
    largest = int(free.argmax())
    each[largest] = max(1, each[largest] + count - each.sum())
    return each.astype(np.int64)


def _connecticut() -> dict[str, list[tuple[str, str]]]:
    """Return the tracts of each of Connecticut's counties: id of 2020 and id of 2022."""
    told: dict[str, list[tuple[str, str]]] = {}
    for one in tomllib.loads(_TRACTS_OF_CONNECTICUT.read_text(encoding="utf-8"))["tracts"]:
        told.setdefault(one["older"], []).extend((one["older"] + n, one["newer"] + n) for n in one["numbers"])
    return told


def _points_within(outline: shapely.Geometry, count: int, random: np.random.Generator) -> NDArray[np.float64]:
    """Return points inside an outline, shape (count, 2): east, north."""
    west, south, east, north = outline.bounds
    shapely.prepare(outline)
    found = np.empty((0, 2))
    while len(found) < count:
        drawn = random.uniform((west, south), (east, north), (4 * count + 16, 2))
        found = np.concatenate((found, drawn[shapely.contains_xy(outline, drawn[:, 0], drawn[:, 1])]))
    return np.round(found[:count], 6)


def _cells(outline: shapely.Geometry, points: NDArray[np.float64]) -> list[shapely.Geometry]:
    """Divide an outline among points: what is nearest to each."""
    if len(points) == 1:
        return [outline]
    cells = shapely.voronoi_polygons(shapely.multipoints(points), extend_to=outline, ordered=True)
    return list(shapely.intersection(shapely.get_parts(cells), outline))


def write_tract_centres(tracts: InventedTracts, file: Path) -> None:
    """Write centres of population by tract, Census Bureau."""
    table = tracts.table
    _write_csv(
        file,
        {
            "STATEFP": table.older_id.str[:2],
            "COUNTYFP": table.older_id.str[2:5],
            "TRACTCE": table.older_id.str[5:],
            "POPULATION": table.population,
            "LATITUDE": [f"{north:+.6f}" for north in table.latitude],
            "LONGITUDE": [f"{east:+.6f}" for east in table.longitude],
        },
        encoding="utf-8-sig",
    )


def write_tract_outlines(tracts: InventedTracts, file: Path) -> None:
    """Write the zipped shapefile of tracts, cartographic boundaries, Census Bureau."""
    table = tracts.table
    number, part = table.tract_id.str[5:9].str.lstrip("0"), table.tract_id.str[9:]
    name = number.where(part == "00", number + "." + part)
    counties = (
        pd.read_parquet(BUNDLE / "us_counties.parquet", columns=["region_id", "name"]).set_index("region_id").name
    )
    shapes = gpd.GeoDataFrame(
        {
            "STATEFP": table.tract_id.str[:2],
            "COUNTYFP": table.tract_id.str[2:5],
            "TRACTCE": table.tract_id.str[5:],
            "GEOID": table.tract_id,
            "NAME": name,
            "NAMELSAD": "Census Tract " + name,
            "STUSPS": table.state,
            "NAMELSADCO": table.county_id.map(counties).fillna("Invented Planning Region"),
            "ALAND": 100 * _HECTARE_M2,
            "AWATER": 0,
        },
        geometry=tracts.outlines,
        crs=4326,
    )
    _write_shapes(shapes, file)


def write_zcta_outlines(states: Sequence[str], file: Path) -> None:
    """Write the zipped shapefile of postal areas of some states: cells around the real centres, Census Bureau."""
    counties = gpd.read_parquet(BUNDLE / "us_counties.parquet")
    areas = pd.read_parquet(BUNDLE / "us_zctas.parquet")
    zctas: list[str] = []
    cells: list[shapely.Geometry] = []
    for state in states:
        within = counties[counties.state == state]
        inside = areas[areas.region_id.isin(within.region_id)]
        outline = shapely.union_all(within.geometry.to_numpy())
        found = _cells(outline, inside[["longitude", "latitude"]].to_numpy())
        kept = [number for number, cell in enumerate(found) if cell.area > 0]
        zctas += inside.zcta.iloc[kept].tolist()
        cells += [found[number] for number in kept]
    columns = {"ZCTA5CE20": zctas, "GEOID20": zctas, "ALAND20": 100 * _HECTARE_M2, "AWATER20": 0}
    _write_shapes(gpd.GeoDataFrame(columns, geometry=cells, crs=4326), file)


def _write_shapes(shapes: gpd.GeoDataFrame, file: Path) -> None:
    """Write a zipped shapefile in the Census Bureau's coordinates."""
    with TemporaryDirectory() as folder:
        shapes.to_crs(4269).to_file(Path(folder) / f"{file.stem}.shp")
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            for part in sorted(Path(folder).iterdir()):
                archive.write(part, part.name)


def write_svi_tracts(tracts: InventedTracts, file: Path, codes: Sequence[str], seed: int) -> None:
    """Write the Social Vulnerability Index by tract, with columns nobody needs up to the real width."""
    random, table = np.random.default_rng(seed), tracts.table
    count = len(table)
    columns: dict[str, Any] = {
        "ST_ABBR": table.state,
        "STCNTY": table.county_id,
        "COUNTY": "Invented County",
        "FIPS": table.tract_id,
        "LOCATION": "Census Tract; Invented County",
        "AREA_SQMI": np.round(random.uniform(0.1, 400, count), 4),
    }
    columns |= {"E_TOTPOP": table.population, "M_TOTPOP": 100, "E_HH": table.population // 2, "M_HH": 50}
    for code in codes:
        columns[f"EP_{code}"] = np.where(table.population > 0, np.round(random.uniform(0, 60, count), 1), -999)
        columns[f"MP_{code}"] = np.where(table.population > 0, np.round(random.uniform(0.5, 9, count), 1), -999)
    columns["RPL_THEMES"] = np.where(table.population > 0, np.round(random.uniform(0, 1, count), 4), -999)
    columns |= {f"F_X{number:03}": random.integers(0, 9, count) for number in range(_SVI_COLUMNS - len(columns))}
    _write_csv(file, columns)


def write_places_tracts(tracts: InventedTracts, file: Path, measures: Sequence[str], seed: int) -> None:
    """Write PLACES by tract in its wide form: a prevalence and its interval a measure, and others beside them."""
    random, table = np.random.default_rng(seed), tracts.table
    lived_in = table[table.population > 0]
    count = len(lived_in)
    columns: dict[str, Any] = {
        "StateAbbr": lived_in.state,
        "StateDesc": lived_in.state,
        "CountyName": "Invented",
        "CountyFIPS": lived_in.county_id,
        "TractFIPS": lived_in.tract_id,
        "TotalPopulation": lived_in.population,
        "TotalPop18plus": lived_in.population * 4 // 5,
    }
    others = [f"OTHER{number:02}" for number in range(_PLACES_MEASURES - len(measures))]
    for measure in (*measures, *others):
        share, half = random.uniform(5, 30, count), random.uniform(0.5, 3, count)
        columns[f"{measure}_CrudePrev"] = np.round(share, 1)
        columns[f"{measure}_Crude95CI"] = [
            f"({low:4.1f}, {high:4.1f})" for low, high in zip(share - half - 0.1, share + half + 0.1, strict=True)
        ]
    columns["Geolocation"] = [
        f"POINT ({east:.4f} {north:.4f})" for east, north in zip(lived_in.longitude, lived_in.latitude, strict=True)
    ]
    _write_csv(file, columns)


def write_acs_table(tracts: InventedTracts, file: Path, table: str, cells: int, seed: int) -> None:
    """Write a table of the survey's table-based summary file: tracts, their counties, postal areas, other levels.

    The real ones have some 600,000 rows, seven for a tract.
    """
    random = np.random.default_rng(seed)
    areas = pd.read_parquet(BUNDLE / "us_zctas.parquet", columns=["zcta"]).zcta
    ids = [
        *("0500000US" + tracts.table.county_id.drop_duplicates()),
        *("860Z200US" + areas),
        *("1400000US" + tracts.table.tract_id),
        *(f"1500000US{tract}{number}" for tract in tracts.table.tract_id for number in range(1, 7)),
    ]
    columns: dict[str, Any] = {"GEO_ID": ids}
    parts = random.integers(0, 400, (len(ids), cells - 1))
    for cell in range(1, cells + 1):
        columns[f"{table}_E{cell:03}"] = parts.sum(axis=1) if cell == 1 else parts[:, cell - 2]
        columns[f"{table}_M{cell:03}"] = random.integers(1, 90, len(ids))
    _write_csv(file, columns, separator="|")


def write_ruca_tracts(tracts: InventedTracts, file: Path, seed: int) -> None:
    """Write Rural-Urban Commuting Area codes by tract, USDA."""
    random, table = np.random.default_rng(seed), tracts.table
    codes = np.where(table.population > 0, random.integers(1, 11, len(table)), 99)
    _write_csv(
        file,
        {
            "TractFIPS20": table.older_id,
            "PrimaryRUCA": codes,
            "SecondaryRUCA": codes,
            "Population": [f"{people:,}" for people in table.population],
        },
        encoding="latin-1",
    )


def write_internet_tracts(tracts: InventedTracts, file: Path, seed: int) -> None:
    """Write broadband by tract as the portal HEROP ships it."""
    random, table = np.random.default_rng(seed), tracts.table
    _write_csv(
        file,
        {
            "GEOID": table.tract_id,
            "CompHhlds": table.population // 3,
            "CompHhldsP": np.round(random.uniform(70, 100, len(table)), 1),
            "BbndInternetP": np.round(random.uniform(60, 100, len(table)), 1),
            "HEROP_ID": "140US" + table.tract_id,
        },
    )


def write_designations(tracts: InventedTracts, file: Path, seed: int) -> None:
    """Write shortage areas, HRSA: every fifth county whole, and two of five tracts of the others."""
    random = np.random.default_rng(seed)
    counties = tracts.table.county_id.drop_duplicates()
    whole = counties[random.random(len(counties)) < 1 / 5]
    others = tracts.table.tract_id[~tracts.table.county_id.isin(whole)]
    parts = others[random.random(len(others)) < 2 / 5]
    places = [*whole, *parts]
    _write_csv(
        file,
        {
            "HPSA ID": [f"7{number:09}" for number in range(len(places))],
            "HPSA Status": "Designated",
            "HPSA Score": random.integers(1, 25, len(places)),
            "Designation Type": "Geographic HPSA",
            "Common State County FIPS Code": [place[:5] for place in places],
            "HPSA Geography Identification Number": places,
            "HPSA Component Type Description": ["Single County"] * len(whole) + ["Census Tract"] * len(parts),
            "HPSA Discipline Class": "Mental Health",
        },
    )


def _write_csv(file: Path, columns: Mapping[str, Any], encoding: str = "utf-8", separator: str = ",") -> None:
    """Write columns, or one value for all rows, as a comma-separated file; all text here is plain ASCII."""
    count = max(
        len(values) for values in columns.values() if hasattr(values, "__len__") and not isinstance(values, str)
    )
    table = pa.table({name: _column(values, count) for name, values in columns.items()})
    quoting = "needed" if separator == "," else "none"
    how = pa_csv.WriteOptions(include_header=False, delimiter=separator, quoting_style=quoting)
    with file.open("wb") as stream:
        stream.write(codecs.BOM_UTF8 if encoding == "utf-8-sig" else b"")
        stream.write((separator.join(columns) + "\n").encode())
        pa_csv.write_csv(table, stream, how)


def _column(values: Any, count: int) -> pa.Array:  # noqa: ANN401 - a column, or one value of all
    return pa.array([values] * count if isinstance(values, str | int) else values)
