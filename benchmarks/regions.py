"""All census tracts of the United States with every indicator are made of the publishers' files in 60 s and 3 GB.

The files have the publishers' layouts and sizes, and invented figures: outlines and centres of 85,395 tracts, seven
tables of the American Community Survey of some 600,000 rows each, the Social Vulnerability Index, PLACES, RUCA codes
and broadband by tract, shortage areas, and the counties that ship: all indicators but one (the class of NCHS, out of a
workbook of counties). Making them is not counted. Peer: pandas reading the same text files, all columns, and doing
nothing with them. Small size: the tracts of five states.
"""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pandas as pd
from claim import Figure, Size, asked_size, tell

from analysis.indicators import found as found_here
from demonstration.public_files import (
    invent_tracts,
    write_acs_table,
    write_designations,
    write_internet_tracts,
    write_places_tracts,
    write_ruca_tracts,
    write_svi_tracts,
    write_tract_centres,
    write_tract_outlines,
)

_TRACTS = {"small": (3_000, ("ID", "MT", "OR", "WA", "WY")), "full": (85_395, ())}
_SECONDS_MOST, _MEMORY_MB_MOST = 60.0, 3_000.0
_SVI = "POV150 UNEMP HBURD NOHSDP UNINSUR AGE65 AGE17 DISABL SNGPNT LIMENG MINRTY MUNIT MOBILE CROWD NOVEH GROUPQ NOINT"
_ACS = {"b28002": 13, "b08201": 30, "b08303": 13, "b18105": 33, "b27001": 57, "c17002": 8, "b16005": 46}
_OTHERS = {
    "svi_tracts_2022": "svi",
    "places_tracts": "places",
    "ruca_2020": "ruca",
    "herop_internet_2023": "internet",
    "hpsa_mental_health": "designations",
}
_BUILD = """
import json, resource, sys, time
from pathlib import Path
import pandas as pd
from analysis.indicators import found
from analysis.promise import promised
from analysis.regions import catalog
from analysis.regions.assemble import completed, read_world
from analysis.study import Study
from analysis.tables import ORIGINS, REGIONS
folder, is_part = Path(sys.argv[1]), sys.argv[2] == "small"
if is_part:  # files of some states are shorter than the catalogue promises
    catalog.Dataset.rows = 0
study = Study.model_validate(json.loads((folder / "study.json").read_text()))
began = time.perf_counter()
world = read_world(study, folder)
some = pd.Series(9, index=world.regions.region_id)
regions = promised(completed(world.regions, some, some, 5), REGIONS)
origins = promised(world.origins, ORIGINS)
seconds = time.perf_counter() - began
told = sum(regions[name].notna().any() for name in found())
print(json.dumps({"seconds": seconds, "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss,
                  "tracts": len(regions), "indicators": int(told), "people": int(regions.population.sum())}))
"""
_PEAKS_A_MB = 1024 if sys.platform == "linux" else 1024 * 1024
"""``getrusage`` counts kilobytes on Linux and bytes elsewhere."""


def _published(size: Size, folder: Path) -> int:
    """Write the files and the study; return the people in them."""
    count, states = _TRACTS[size]
    tracts = invent_tracts(count, 3, states)
    write_tract_centres(tracts, folder / "centres.csv")
    write_tract_outlines(tracts, folder / "outlines.zip")
    write_svi_tracts(tracts, folder / "svi.csv", _SVI.split(), 4)
    write_places_tracts(tracts, folder / "places.csv", ["MHLTH", "DEPRESSION", "MOBILITY"], 5)
    write_ruca_tracts(tracts, folder / "ruca.csv", 6)
    write_internet_tracts(tracts, folder / "internet.csv", 8)
    write_designations(tracts, folder / "designations.csv", 9)
    for table, cells in _ACS.items():
        write_acs_table(tracts, folder / f"{table}.csv", table.upper(), cells, 7)
    figures = [{"dataset": f"acs_{table}_2023", "file": f"{table}.csv"} for table in _ACS]
    figures += [{"dataset": dataset, "file": f"{name}.csv"} for dataset, name in _OTHERS.items()]
    inputs = {
        "level": "tract",
        "outlines": {"dataset": "census_tracts_2023", "file": "outlines.zip"},
        "origins": {"dataset": "census_tract_centres_2020", "file": "centres.csv"},
        "figures": [*figures, {"dataset": "bundle_counties"}],
    }
    study = {"title": "t", "states": states, "directories": [{"source": "nppes_api"}], "inputs": inputs}
    (folder / "study.json").write_text(json.dumps(study))
    return int(tracts.table.population.sum())


def _read_by_pandas(folder: Path) -> float:
    began = time.perf_counter()
    for file in sorted(folder.glob("*.csv")):
        pd.read_csv(file, sep="|" if file.stem in _ACS else ",", low_memory=False)
    return time.perf_counter() - began


def main() -> None:
    """Measure and tell."""
    size = asked_size(__doc__)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        people = _published(size, folder)
        done = subprocess.run(
            [sys.executable, "-c", _BUILD, place, size], stdout=subprocess.PIPE, text=True, check=True
        )
        reading = _read_by_pandas(folder)
    found = json.loads(done.stdout)
    lost = abs(found["people"] - people)
    tell(
        "regions",
        size,
        [
            Figure("tracts", found["tracts"], ""),
            Figure("indicators", found["indicators"], "with a figure, all but one", least=len(found_here()) - 1),
            Figure("people_lost", lost, "people", most=0),
            Figure("seconds", found["seconds"], "s", most=_SECONDS_MOST),
            Figure("peak", found["peak"] / _PEAKS_A_MB, "MB", most=_MEMORY_MB_MOST),
            Figure("times_reading", found["seconds"] / reading, "of pandas reading the same files"),
        ],
    )


if __name__ == "__main__":
    main()
