"""The whole flow, one line a step: the first file to read.

records + public data -> regions, origins -> providers, sites, supply -> access -> gaps -> online -> tables
"""

import datetime as dt
import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from analysis import reference
from analysis.access.assemble import CONSERVED, Accessible, measure_access
from analysis.access.crew import Crew
from analysis.access.engine import Resources
from analysis.access.steady import steadiness
from analysis.country import country
from analysis.gaps.shortage import measure_gaps
from analysis.online.scenarios import online_potential
from analysis.provenance import provenance_text, sha256_of, versions, write_provenance
from analysis.providers.assemble import Providers, assemble
from analysis.providers.linkage import identity_key, link, write_models
from analysis.providers.placement import gazetteer_for, placement
from analysis.regions.assemble import World, completed, read_world
from analysis.store import write_tables
from analysis.study import Study, StudyError
from crawler.records import Crawl

Tell = Callable[[str], None]

STRUCTURES = "structures"
"""Folder of the work folder where pairs within reach are kept."""
_ROUNDING_FTE = 1e-6
_TERMS_MOST = 20
_TERMS_FEWEST = 5
"""Terms nobody knows are named in the provenance from so many listings on: a rarer one may point to a person."""


def build(
    study: Study,
    crawls: Sequence[Crawl],
    inputs: Path | None,
    folder: Path,
    tell: Tell,
    work: Path | None = None,
    crew: Crew | None = None,
) -> dict[str, Any]:
    """Build all tables of a study into a folder and return their provenance.

    Parameters
    ----------
    study, crawls
        What is studied, and the crawls of its directories.
    inputs
        Folder below which the study's files lie; not needed for bundled data.
    folder
        An empty folder; :func:`analysis.store.new_build` gives one that takes its place only when all is done.
    tell
        Called with a sentence before each step.
    work
        The work folder, for studies of regions that were added, and for what is kept from build to build.
    crew
        Workers of a cluster, who then do all that goes through pairs of origin and site.

    Raises
    ------
    StudyError, TableError, RecordError
        An input is wrong.
    ClusterError
        The workers cannot do it.

    """
    started = dt.datetime.now(dt.UTC)
    resources = Resources(inputs, tell, None if work is None else work / STRUCTURES, crew)
    tell("reading regions and origins")
    world = read_world(study, inputs, work)
    tell("reading listings")
    records = [record for crawl in crawls for record in crawl.records()]
    tell(f"linking {len(records):,} listings")
    key = identity_key(sha256_of(crawl.records_file) for crawl in crawls)
    linkage = link(records, key, study.linkage.threshold)
    tell(f"placing {len(set(linkage.provider_ids)):,} providers")
    locations = [location for record in records for location in record.locations]
    gazetteer, geocoding = gazetteer_for(study.geocode, locations, inputs, tell)
    providers = assemble(
        records,
        linkage.provider_ids,
        gazetteer,
        world.regions,
        key,
        study.supply.level,
        study.gaps.suppress_below_providers,
    )
    studied = _studied(study, providers)
    tell(f"measuring access from {len(world.origins):,} origins to {len(providers.sites):,} sites")
    accessible = measure_access(world.regions, world.origins, providers, studied, study, resources)
    tell("weighing need against access")
    specialties = reference.specialties()
    gaps = measure_gaps(world.regions, accessible, country(study.country), study.gaps)
    tell("drawing supply and trying other choices")
    steady = steadiness(world.regions, world.origins, world.land, providers, accessible, study, resources)
    tell("matching hours online")
    online = online_potential(world.regions, accessible, gaps, providers.offer, specialties, study)
    tell("writing tables")
    provenance = _provenance(study, world, providers, accessible, crawls, started)
    provenance["checks"].append(_parts_check(online))
    provenance["geocoding"] = geocoding
    provenance["travel"] = accessible.travel
    fewest = study.gaps.suppress_below_providers
    tables = {
        "records": providers.records,
        "providers": providers.providers,
        "evidence": providers.evidence,
        "sites": providers.sites,
        "supply": providers.supply,
        "levels": providers.levels,
        "coverage": providers.coverage,
        "placement": placement(world.regions, providers.sites, providers.supply, providers.present, fewest),
        "regions": _completed(world, providers, fewest),
        "origins": world.origins,
        "access": accessible.table,
        "gaps": gaps,
        **steady,
        "online": online,
        "runs": _runs(study, crawls, provenance),
    }
    write_tables(folder, tables)
    write_models(folder, linkage.models)
    write_provenance(folder, provenance)
    return provenance


def _completed(world: World, providers: Providers, few: int) -> gpd.GeoDataFrame:
    """Return the regions with what hangs on who works there, whatever the study's counting level."""
    seen = providers.by_region
    return completed(world.regions, seen.providers, seen.sites, few, seen.sites_at_centres)


def _studied(study: Study, providers: Providers) -> tuple[str, ...]:
    """Return the specialties to measure: the study's, or all that the directories state at all."""
    known = reference.specialties()
    unknown = [key for key in study.specialties if key not in known]
    if unknown:
        raise StudyError(f"specialty {', '.join(map(repr, unknown))} is not known; known: {', '.join(known)}.")
    stated = set(providers.supply.specialty)
    if not stated and providers.counts["records_not_at_level"]:
        raise StudyError(
            f"none of the providers inside the study's area counts at the level {study.supply.level!r} "
            f"({providers.counts['records_not_at_level']} listings do not); choose another level in [supply]."
        )
    if not stated:
        raise StudyError(
            "none of the listings lies inside the study's area; check its states and directories "
            f"({providers.counts['records_read']} listings read, {providers.counts['records_outside_area']} outside)."
        )
    studied = tuple(key for key in known if key in stated and key in (study.specialties or known))
    if not studied:
        raise StudyError(
            f"no directory states any of the study's specialties ({', '.join(study.specialties)}); stated are "
            f"{', '.join(key for key in known if key in stated)}."
        )
    return studied


def _provenance(
    study: Study,
    world: World,
    providers: Providers,
    accessible: Accessible,
    crawls: Sequence[Crawl],
    started: dt.datetime,
) -> dict[str, Any]:
    """Return what went in, what was left out, and which checks held."""
    not_stated = [key for key in reference.specialties() if key not in accessible.specialties]
    people = float(world.regions.population.sum())
    at_sites, of_providers = float(providers.supply.fte.sum()), float(providers.providers.fte.sum())
    spread = abs(float(world.origins.population.sum()) - people)
    return {
        "title": study.title,
        "notice": study.notice,
        "started_at": started.isoformat(timespec="seconds"),
        "finished_at": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "study": study.model_dump(mode="json"),
        "versions": versions(),
        "inputs": world.datasets,
        "carried_over": world.carried,
        "reference": [
            {"file": file.name, "sha256": sha256_of(file)}
            for folder in (reference.REFERENCE, reference.REFERENCE / study.country.lower())
            for file in sorted(folder.iterdir())
            if file.suffix in {".json", ".toml"}
        ],
        "crawls": [_crawl_said(crawl) for crawl in crawls],
        "counts": providers.counts
        | {
            "regions": len(world.regions),
            "people": int(people),
            "origins": len(world.origins),
            "pairs": accessible.pairs,
            "outlines_without_people_left_out": world.outlines_left_out,
        },
        "specialties_measured": list(accessible.specialties),
        "specialties_not_stated": not_stated,
        "checks": [
            {
                "name": "people times access equals supply in reach",
                "holds": accessible.conservation <= CONSERVED,
                "detail": f"largest relative difference {accessible.conservation:.1e}",
            },
            {
                "name": "origins add up to the people of their regions",
                "holds": spread < 1.0,
                "detail": f"difference {spread:.3f} of {people:,.0f} people",
            },
            {
                "name": "every provider's hours add up once",
                "holds": abs(at_sites - of_providers) < _ROUNDING_FTE * len(providers.providers),
                "detail": f"{at_sites:,.2f} FTE at sites, {of_providers:,.2f} of providers",
            },
        ],
    }


def _parts_check(online: pd.DataFrame) -> dict[str, Any]:
    """Return whether what is served and what is lost online add up to the potential in every row."""
    parts = online[["served_fte", "lost_to_connection_fte", "lost_to_licence_fte", "lost_to_hours_fte"]].sum(axis=1)
    spread = float((parts - online.potential_fte).abs().max()) if online.potential_fte.notna().any() else 0.0
    return {
        "name": "what online therapy serves and loses adds up to its potential",
        "holds": spread < _ROUNDING_FTE,
        "detail": f"largest difference {spread:.1e} FTE in {len(online):,} rows",
    }


def _crawl_said(crawl: Crawl) -> dict[str, Any]:
    """Return what a crawl's verdict says of itself."""
    wanted = ("source", "run_id", "started_at", "finished_at", "trusted", "records", "attribution")
    terms: dict[str, int] = crawl.verdict.get("unknown_terms") or {}
    ranked = sorted(terms.items(), key=lambda term: (-term[1], term[0]))
    often = {term: count for term, count in ranked[:_TERMS_MOST] if count >= _TERMS_FEWEST}
    return {key: crawl.verdict.get(key) for key in wanted} | {
        "reasons": crawl.verdict.get("public_reasons", []),
        "unknown_terms": often,
        "unknown_terms_in_verdict": len(terms),
    }


def _runs(study: Study, crawls: Sequence[Crawl], provenance: dict[str, Any]) -> pd.DataFrame:
    """Return the provenance of the crawls and of this build as rows."""
    rows = [
        {
            "run_id": f"{crawl.verdict['source']}/{crawl.verdict['run_id']}",
            "kind": "crawl",
            "source": crawl.verdict["source"],
            "started_at": _utc(crawl.verdict["started_at"]),
            "finished_at": _utc(crawl.verdict["finished_at"]),
            "is_trusted": crawl.verdict["trusted"],
            "records": crawl.verdict["records"],
            "attribution": crawl.verdict["attribution"],
            "sha256": sha256_of(crawl.records_file),
        }
        for crawl in crawls
    ]
    started = _utc(provenance["started_at"])
    rows.append(
        {
            "run_id": f"build/{started:%Y%m%dT%H%M%S}",
            "kind": "build",
            "source": study.title,
            "started_at": started,
            "finished_at": _utc(provenance["finished_at"]),
            "is_trusted": all(check["holds"] for check in provenance["checks"])
            and all(crawl.verdict["trusted"] for crawl in crawls),
            "records": provenance["counts"]["records_used"],
            "attribution": "; ".join(dict.fromkeys(crawl.verdict["attribution"] for crawl in crawls)),
            "sha256": hashlib.sha256(provenance_text(provenance).encode()).hexdigest(),
        }
    )
    return pd.DataFrame(rows)


def _utc(moment: str) -> dt.datetime:
    """Return a moment in UTC without its zone, as tables keep it."""
    return dt.datetime.fromisoformat(moment).astimezone(dt.UTC).replace(tzinfo=None)
