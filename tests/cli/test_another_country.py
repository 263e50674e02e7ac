"""Germany and Austria the whole way, from their publishers' files and OpenStreetMap: not a tool of one country."""

import json
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
from commanded import said, therapygap

from analysis.country import country
from analysis.store import read_table
from analysis.tables import GAPS, ONLINE, REGIONS, SITES

pytestmark = pytest.mark.real

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
OUTLINES = "eu/NUTS_RG_60M_2021_4326_LEVL_3.geojson"
DISTRICTS = "eu/germany_districts_2018.csv"
SALZBURG = "directories/osm/salzburg_doctors_2025.geojson"
PEOPLE = "eurostat.csv"


def study_of(example: str, folder: Path, files: Mapping[str, str], export: str) -> Path:
    """Write an example study whose datasets are files at hand: by the dataset's name another one and its file."""
    study = (EXAMPLES / f"{example}.toml").read_text(encoding="utf-8")
    for dataset, at_hand in files.items():
        assert f'dataset = "{dataset}"' in study
        study = study.replace(f'dataset = "{dataset}"', at_hand)
    tomllib.loads(study)
    file = folder / f"{example}.toml"
    file.write_text(study.replace('source = "overpass"', f'source = "overpass"\nexport = "{export}"'), encoding="utf-8")
    return file


def inputs_of(real_data: Path, folder: Path) -> Path:
    """Return a folder with the real files, beside which others may lie."""
    inputs = folder / "inputs"
    inputs.mkdir()
    for name in ("eu", "directories"):
        (inputs / name).symlink_to(real_data / name)
    return inputs


def build(study: Path, inputs: Path, folder: Path) -> Path:
    out = folder / "build"
    done = therapygap("build", str(study), "--inputs", str(inputs), "--out", str(out), "--accept", work=folder)
    assert done.returncode == 0, done.stderr
    return out


def invented_therapists(outlines: gpd.GeoDataFrame, people: "pd.Series[int]", file: Path) -> int:
    """Write an export of OpenStreetMap with invented psychotherapists, one for 40,000 people of a district."""
    features: list[dict[str, Any]] = []
    for region in outlines.itertuples():
        inner = region.geometry.representative_point()
        for place in range(int(people[region.NUTS_ID]) // 40_000):
            number = len(features) + 1
            features.append(
                {
                    "type": "Feature",
                    "id": f"node/{number}",
                    "properties": {
                        "@id": f"node/{number}",
                        "healthcare": "psychotherapist",
                        "name": f"Erfundene Praxis {number}",
                        "addr:country": "DE",
                    },
                    "geometry": {
                        "type": "Point",
                        "coordinates": [inner.x + place % 10 / 1000, inner.y + place // 10 / 1000],
                    },
                }
            )
    said_of = {"type": "FeatureCollection", "generator": "invented", "timestamp": "2026-11-26T06:00:00Z"}
    file.write_text(json.dumps(said_of | {"features": features}), encoding="utf-8")
    return len(features)


def test_germany_from_its_districts(real_data: Path, tmp_path: Path) -> None:
    inputs = inputs_of(real_data, tmp_path)
    outlines = gpd.read_file(inputs / OUTLINES)
    german = outlines[outlines.CNTR_CODE == "DE"]
    people = pd.read_csv(inputs / DISTRICTS, sep=";").set_index("NUTS3").population
    written = invented_therapists(german, people, inputs / "therapists.geojson")
    files = {
        "nuts3_outlines_2024": f'dataset = "nuts3_outlines_2021_60m", file = "{OUTLINES}"',
        "germany_districts": f'dataset = "germany_districts_2018", file = "{DISTRICTS}"',
        "eurostat_people_2024": f'dataset = "nuts3_outlines_2021_60m", file = "{OUTLINES}"',
    }
    out = build(study_of("germany", tmp_path, files, "therapists.geojson"), inputs, tmp_path)
    regions = read_table(out, REGIONS)
    assert (len(regions), int(regions.population.sum())) == (401, 83_019_213)
    assert regions.rurality.value_counts().sort_index().tolist() == [95, 196, 110]
    assert set(regions.state) == {"DE"}
    assert set(regions.place_type) <= set(country("DE").place_types)
    assert read_table(out, SITES).shape[0] == written
    gaps = read_table(out, GAPS).set_index(["specialty", "region_id"]).loc["general"]
    need = country("DE").need_of("general")
    assert need.prevalence is not None
    adults = country("DE").age_bands["adults"]
    assert gaps.need_people.sum() == pytest.approx(83_019_213 * adults * need.prevalence, rel=1e-6)
    online = read_table(out, ONLINE)
    assert online.lost_to_licence_fte.fillna(0).eq(0).all()  # one jurisdiction: a licence holds everywhere
    assert (out / "atlas.html").stat().st_size > 100_000
    assert "EuroGeographics" in (out / "atlas.html").read_text(encoding="utf-8")


def test_austria_with_the_therapists_of_salzburg(real_data: Path, tmp_path: Path) -> None:
    inputs = inputs_of(real_data, tmp_path)
    outlines = gpd.read_file(inputs / OUTLINES)
    everywhere = sorted(outlines.NUTS_ID)
    austrian = [region for region in everywhere if region.startswith("AT")]
    ages = [f"Y{start}-{start + 4}" for start in range(5, 85, 5)]
    lines = ["DATAFLOW,LAST UPDATE,freq,sex,unit,age,geo,TIME_PERIOD,OBS_VALUE,OBS_FLAG,CONF_STATUS"]
    for region in everywhere:  # invented: 250,002 people in each, as many in every group of age
        counts = dict.fromkeys(("Y_LT5", *ages, "Y_GE85"), 13_889) | {"TOTAL": 18 * 13_889, "UNK": 0}
        lines += [f"X:Y(1.0),01/01/26,A,T,NR,{age},{region},2024,{count},," for age, count in counts.items()]
    (inputs / PEOPLE).write_text("\n".join(lines) + "\n")
    files = {
        "nuts3_outlines_2024": f'dataset = "nuts3_outlines_2021_60m", file = "{OUTLINES}"',
        "eurostat_people_2024": f'dataset = "eurostat_people_2024", file = "{PEOPLE}"',
    }
    out = build(study_of("austria", tmp_path, files, SALZBURG), inputs, tmp_path)
    regions = read_table(out, REGIONS).set_index("region_id")
    assert list(regions.index) == austrian
    assert set(regions.adults_share_basis) == {"assumed"}  # the group 15 to 19 is cut in proportion
    # the export is of the city and its surroundings: all its therapists are in one region
    assert regions.anonymity["AT323"] == "some"
    assert (regions.anonymity.drop("AT323") == "nobody").all()
    gaps = read_table(out, GAPS).set_index(["specialty", "region_id"]).loc["general"]
    assert gaps.gap_class["AT323"] == "no_shortage"
    assert gaps.gap_class["AT130"] == "none_within_reach"  # Vienna is 250 km away
    provenance = json.loads((out / "provenance.json").read_text(encoding="utf-8"))
    assert provenance["counts"]["records_used"] == 20
    assert provenance["study"]["country"] == "AT"


def test_connections_nobody_measured_are_not_guessed(real_data: Path, tmp_path: Path) -> None:
    inputs = inputs_of(real_data, tmp_path)
    files = {
        "nuts3_outlines_2024": f'dataset = "nuts3_outlines_2021_60m", file = "{OUTLINES}"',
        "germany_districts": f'dataset = "germany_districts_2018", file = "{DISTRICTS}"',
        "eurostat_people_2024": f'dataset = "nuts3_outlines_2021_60m", file = "{OUTLINES}"',
    }
    outlines = gpd.read_file(inputs / OUTLINES)
    people = pd.read_csv(inputs / DISTRICTS, sep=";").set_index("NUTS3").population
    invented_therapists(outlines[outlines.CNTR_CODE == "DE"].head(3), people, inputs / "therapists.geojson")
    study = study_of("germany", tmp_path, files, "therapists.geojson")
    study.write_text(study.read_text().replace('connection = "everyone"', 'connection = "measured"'))
    done = therapygap("build", str(study), "--inputs", str(inputs), "--accept", work=tmp_path)
    assert done.returncode == 2
    assert "households without internet" in said(done)


def test_a_country_nobody_described_is_refused(tmp_path: Path) -> None:
    study = (EXAMPLES / "demonstration.toml").read_text().replace('country = "US"', 'country = "FR"')
    (tmp_path / "s.toml").write_text(study)
    done = therapygap("build", str(tmp_path / "s.toml"), work=tmp_path)
    assert done.returncode == 2
    assert "country 'FR' is not known; known: AT, DE, US" in said(done)
