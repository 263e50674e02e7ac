"""The real population the invented therapists are spread over: counties and ZIP areas of five states."""

from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

BUNDLE = Path(__file__).resolve().parents[1] / "data" / "bundle"
STATES = {"ID": "Idaho", "MT": "Montana", "OR": "Oregon", "WA": "Washington", "WY": "Wyoming"}
NEIGHBOURS = {
    "ID": ("WA", "OR", "MT", "UT"),
    "MT": ("ID", "WY", "ND", "SD"),
    "OR": ("WA", "ID", "CA"),
    "WA": ("OR", "ID", "CA"),
    "WY": ("MT", "CO", "UT"),
}
"""Where therapists of a state most often hold a further licence."""


class PopulationError(ValueError):
    """The bundled population is not there, or not enough people are to be invented over it."""


class Place(NamedTuple):
    """A real ZIP area; ``city`` is the name of its county, the only place name that ships with the project."""

    zcta: str
    latitude: float
    longitude: float
    city: str
    state: str


@dataclass(frozen=True)
class Population:
    """Counties and their ZIP areas, both ordered by county.

    Attributes
    ----------
    region_id, state, people, rurality
        One entry a county; ``rurality`` is the rural-urban continuum code, 1 to 9.
    places
        All ZIP areas; those of county ``c`` are ``places[first[c]:first[c + 1]]``.
    place_people
        People of each ZIP area; where nobody is counted, one person stands in, so that every county has a place.

    """

    region_id: NDArray[np.str_]
    state: NDArray[np.str_]
    people: NDArray[np.float64]
    rurality: NDArray[np.int64]
    places: tuple[Place, ...]
    place_people: NDArray[np.float64]
    first: NDArray[np.int64]

    def __len__(self) -> int:
        """Return the number of counties."""
        return len(self.region_id)


def read_population(bundle: Path = BUNDLE) -> Population:
    """Read the five states out of the bundled tables; counties without a ZIP area are left out.

    Raises
    ------
    PopulationError
        A table of the bundle is not there.

    """
    for file in (bundle / "us_counties.parquet", bundle / "us_zctas.parquet"):
        if not file.is_file():
            raise PopulationError(f"{file} does not exist; make it with 'python data/build_bundle.py'.")
    counties = pq.read_table(
        bundle / "us_counties.parquet", columns=["region_id", "name", "state", "population", "rurality"]
    ).to_pylist()
    zctas = pq.read_table(
        bundle / "us_zctas.parquet", columns=["zcta", "latitude", "longitude", "population", "region_id"]
    ).to_pylist()
    inside = {county["region_id"]: county for county in counties if county["state"] in STATES}
    zctas = sorted(
        (zcta for zcta in zctas if zcta["region_id"] in inside), key=lambda zcta: (zcta["region_id"], zcta["zcta"])
    )
    ids, first = np.unique([zcta["region_id"] for zcta in zctas], return_index=True)
    kept = [inside[region_id] for region_id in ids.tolist()]
    return Population(
        region_id=ids,
        state=np.array([county["state"] for county in kept]),
        people=np.array([county["population"] for county in kept], dtype=np.float64),
        rurality=np.array([county["rurality"] for county in kept], dtype=np.int64),
        places=tuple(
            Place(
                zcta["zcta"],
                zcta["latitude"],
                zcta["longitude"],
                inside[zcta["region_id"]]["name"].removesuffix(" County"),
                inside[zcta["region_id"]]["state"],
            )
            for zcta in zctas
        ),
        place_people=np.array([max(zcta["population"] or 0, 1) for zcta in zctas], dtype=np.float64),
        first=np.append(first, len(zctas)).astype(np.int64),
    )
