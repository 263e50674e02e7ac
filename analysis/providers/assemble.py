"""Listings to the promised tables of supply: records, providers, evidence, sites, supply, levels and coverage."""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import compress

import geopandas as gpd
import pandas as pd

from analysis.promise import conform
from analysis.providers import hours as hourly
from analysis.providers.coverage import coverage
from analysis.providers.evidence import evidence
from analysis.providers.geocode import Gazetteer
from analysis.providers.hours import OFFER_COLUMNS, Setting
from analysis.providers.levels import Counted, answers_at, counted, levels
from analysis.providers.linkage import hashed
from analysis.providers.provider import Provider
from analysis.providers.sites import by_region, sites_of
from analysis.reference import capacity
from analysis.study import LEVELS, Level
from analysis.tables import COVERAGE, EVIDENCE, LEVELS_TABLE, PROVIDERS, RECORDS
from crawler.records import ProviderRecord

__all__ = ["OFFER_COLUMNS", "Providers", "assemble"]


@dataclass(frozen=True)
class Providers:
    """Who gives therapy where.

    ``offer`` holds one row per site, specialty, licence family and set of states in which its holders may serve
    (``state`` of the site, ``licence_states`` joined by ';') with the hours of those who offer video, in FTE.
    ``present`` counts distinct providers with hours by region and specialty: what small numbers of hours are judged by.
    ``by_region`` (:func:`analysis.providers.sites.by_region`), ``levels`` and ``coverage`` are of everybody found, the
    other tables of those at the study's counting level;
    ``at_level`` has sites and supply of every level, to be compared.
    ``counts`` says what was read and what was left out and why.
    """

    records: pd.DataFrame
    providers: pd.DataFrame
    sites: pd.DataFrame
    supply: pd.DataFrame
    offer: pd.DataFrame
    present: pd.DataFrame
    by_region: pd.DataFrame
    counts: dict[str, int]
    evidence: pd.DataFrame = field(default_factory=pd.DataFrame)
    levels: pd.DataFrame = field(default_factory=pd.DataFrame)
    coverage: pd.DataFrame = field(default_factory=pd.DataFrame)
    at_level: Mapping[Level, Counted] = field(default_factory=dict)


@dataclass(frozen=True)
class _Found:
    """Providers at their sites: ``used`` holds the provider of each listing, ``None`` where it has no site."""

    providers: list[Provider]
    sites: pd.DataFrame
    used: list[str | None]
    counts: dict[str, int]


def assemble(
    records: Sequence[ProviderRecord],
    provider_ids: Sequence[str],
    gazetteer: Gazetteer,
    regions: gpd.GeoDataFrame,
    key: bytes,
    level: Level = "any",
    suppress_below: int = 5,
) -> Providers:
    """Return providers, their sites inside the study's regions and their hours.

    ``provider_ids`` says of each record whose it is. A listing whose locations all lie outside the regions, or that
    nothing places, is counted and left out; so is one whose provider is not at the counting level. The hours of a
    provider are split evenly over its sites inside the regions. In ``levels`` and ``coverage``, some but fewer than
    ``suppress_below`` providers are withheld.
    """
    found = _found(records, provider_ids, gazetteer, regions)
    sites = found.sites
    state_of = dict(zip(sites.site_id, sites.state, strict=True))
    as_of = max((record.retrieved_on for record in records), default=dt.date.min)
    setting = Setting(state_of, as_of, hourly.usual_mixes(found.providers))
    everybody = hourly.people(found.providers, setting)
    of_everybody = hourly.hours(found.providers, setting)  # once: each level counts some of them
    whose = pd.Index(everybody.provider_id).get_indexer(pd.Index(of_everybody.provider_id))
    at_level = {one: counted(answers_at(one, everybody), of_everybody, whose, sites) for one in LEVELS}
    chosen = at_level[level]
    counting = list(compress(found.providers, chosen.is_counted))
    kept = {one.provider_id for one in counting}
    used = [provider_id if provider_id in kept else None for provider_id in found.used]
    split = of_everybody[chosen.is_counted[whose]]
    counts = found.counts | {
        "records_used": sum(provider_id is not None for provider_id in used),
        "records_not_at_level": sum(one is not None for one in found.used) - sum(one is not None for one in used),
        "providers": chosen.providers,
        "providers_of_unstated_profession": sum(one.is_profession_assumed for one in counting),
        "providers_whose_level_is_unknown": chosen.unknown,
        "providers_contradicted_on_accepting": sum(one.is_contradicted("is_accepting") for one in counting),
        "providers_contradicted_on_active": sum(one.is_contradicted("is_active") for one in counting),
        "providers_who_name_too_many_specialties": sum(hourly.is_doubted(one) for one in counting),
        "sites": len(chosen.sites),
    }
    return Providers(
        records=conform(_records(records, used, key), RECORDS),
        providers=conform(everybody[chosen.is_counted].reset_index(drop=True), PROVIDERS),
        evidence=conform(evidence(counting), EVIDENCE),
        sites=chosen.sites,
        supply=chosen.supply,
        levels=conform(levels(everybody, level, suppress_below), LEVELS_TABLE),
        coverage=conform(_coverage(found, everybody, regions, suppress_below), COVERAGE),
        offer=hourly.offer(split),
        present=hourly.present(split, sites),
        by_region=by_region(found.providers, sites),
        counts=counts,
        at_level=at_level,
    )


def _found(
    records: Sequence[ProviderRecord], provider_ids: Sequence[str], gazetteer: Gazetteer, regions: gpd.GeoDataFrame
) -> _Found:
    """Return linked providers at sites inside the regions."""
    placed = [[gazetteer.find(location) for location in record.locations] for record in records]
    sites = sites_of([place for places in placed for place in places if place], regions)
    site_ids = {(row.latitude, row.longitude): str(row.site_id) for row in sites.itertuples()}
    gathered: dict[str, list[ProviderRecord]] = defaultdict(list)
    at: dict[str, set[str]] = defaultdict(set)
    counts = {"records_read": len(records), "records_without_place": 0, "records_outside_area": 0}
    used: list[str | None] = []
    for record, provider_id, places in zip(records, provider_ids, placed, strict=True):
        known = [place for place in places if place]
        inside = {site_ids[point] for place in known if (point := (place.latitude, place.longitude)) in site_ids}
        counts["records_without_place"] += not known
        counts["records_outside_area"] += bool(known) and not inside
        used.append(provider_id if inside else None)
        if inside:
            gathered[provider_id].append(record)
            at[provider_id] |= inside
    providers = [
        Provider(provider_id, tuple(listings), tuple(sorted(at[provider_id])))
        for provider_id, listings in sorted(gathered.items())
    ]
    return _Found(providers, sites, used, counts)


def _coverage(found: _Found, everybody: pd.DataFrame, regions: gpd.GeoDataFrame, suppress_below: int) -> pd.DataFrame:
    """Return estimated coverage by the rurality of the region of each provider's first site."""
    region_of = found.sites.set_index("site_id").region_id
    rurality_of = regions.set_index("region_id").rurality
    home = pd.Series([provider.site_ids[0] for provider in found.providers], index=everybody.index, dtype="str")
    listed = everybody[["kind", "sources"]].assign(rurality=home.map(region_of).map(rurality_of))
    return coverage(listed, int(capacity().coverage.fewest_in_both.value), suppress_below)


def _records(records: Sequence[ProviderRecord], used: Sequence[str | None], key: bytes) -> pd.DataFrame:
    """Return the listings without names, telephones, streets or identifiers."""
    rows = []
    for record, provider_id in zip(records, used, strict=True):
        first = record.locations[0] if record.locations else None
        rows.append(
            {
                "source": record.source,
                "source_id": hashed("\t".join(record.key), key),
                "kind": record.kind,
                "professions": ";".join(record.professions),
                "specialties": ";".join(record.specialties),
                "languages": ";".join(record.languages),
                "state": first.state if first else None,
                "postal_code": first.postal_code if first else None,
                "locations": len(record.locations),
                "offers_online": record.offers_online,
                "is_accepting": record.is_accepting,
                "licence_states": ";".join(record.licence_states),
                "listed_on": record.listed_on,
                "retrieved_on": record.retrieved_on,
                "provider_id": provider_id,
            }
        )
    return pd.DataFrame(rows, columns=RECORDS.names)
