"""Listings to the promised ``records``, ``providers``, ``sites`` and ``supply``, and the hours offered online."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import geopandas as gpd
import pandas as pd

from analysis.promise import conform
from analysis.providers.capacity import Fte, fte, online_chance
from analysis.providers.geocode import Gazetteer
from analysis.providers.linkage import hashed, linked
from analysis.providers.sites import sites_of
from analysis.providers.specialties import divided
from analysis.reference import Capacity, capacity, counted_by_chr, professions, specialties
from analysis.tables import PROVIDERS, RECORDS, SITES, SUPPLY
from crawler.records import ProviderRecord

OFFER_COLUMNS = ("site_id", "specialty", "licence", "state", "licence_states", "online_fte")


@dataclass(frozen=True)
class Providers:
    """Who gives therapy where.

    ``offer`` holds one row per site, specialty, licence family and set of states in which its holders may serve
    (``state`` of the site, ``licence_states`` joined by ';') with the hours of those who offer video, in FTE.
    ``present`` counts distinct providers with hours by region and specialty: what small numbers are judged by.
    ``counts`` says what was read and what was left out and why.
    """

    records: pd.DataFrame
    providers: pd.DataFrame
    sites: pd.DataFrame
    supply: pd.DataFrame
    offer: pd.DataFrame
    present: pd.DataFrame
    counts: dict[str, int]


@dataclass(frozen=True)
class _Provider:
    """What the linked listings of one provider say together."""

    provider_id: str
    listings: tuple[ProviderRecord, ...]
    site_ids: tuple[str, ...]

    @property
    def kind(self) -> str:
        """A person if any listing says so: an organisation may be listed under its owner's identifier."""
        return "person" if any(listing.kind == "person" for listing in self.listings) else "organisation"

    @property
    def profession(self) -> str:
        """The profession most listings name first; ties go to the alphabet; organisations are clinics."""
        named = Counter(key for listing in self.listings for key in listing.professions)
        if not named:
            return "clinic" if self.kind == "organisation" else "counselor"
        return min(named, key=lambda key: (-named[key], key))

    @property
    def is_profession_assumed(self) -> bool:
        """Whether no listing names a profession, so that a person is counted as a counselor."""
        return self.kind == "person" and not any(listing.professions for listing in self.listings)

    def keys(self, field: str) -> list[str]:
        """Return the sorted union of a field of keys over the listings."""
        return sorted({key for listing in self.listings for key in getattr(listing, field)})

    def said(self, field: str) -> bool | None:
        """Return yes if any listing says so, no if one says no and none yes, else not known."""
        answers = {getattr(listing, field) for listing in self.listings} - {None}
        return None if not answers else True in answers


def assemble(
    records: Sequence[ProviderRecord], gazetteer: Gazetteer, regions: gpd.GeoDataFrame, key: bytes
) -> Providers:
    """Return providers, their sites inside the study's regions and their hours.

    A listing whose locations all lie outside the regions, or that nothing places, is counted and left out. The hours
    of a provider are split evenly over its sites inside the regions.
    """
    provider_ids = linked(records, key)
    placed = [[gazetteer.find(location) for location in record.locations] for record in records]
    sites = sites_of({place for places in placed for place in places if place}, regions)
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
    found = [
        _Provider(provider_id, tuple(listings), tuple(sorted(at[provider_id])))
        for provider_id, listings in sorted(gathered.items())
    ]
    state_of = dict(zip(sites.site_id, sites.state, strict=True))
    people, hours = _weighed(found, state_of)
    visited = hours.groupby("site_id").provider_id.nunique()
    sites["providers"] = sites.site_id.map(visited).fillna(0)
    counts |= {
        "records_used": sum(provider_id is not None for provider_id in used),
        "providers": len(found),
        "providers_of_unstated_profession": sum(provider.is_profession_assumed for provider in found),
        "sites": int((sites.providers > 0).sum()),
    }
    return Providers(
        records=conform(_records(records, used, key), RECORDS),
        providers=conform(people, PROVIDERS),
        sites=conform(sites[sites.providers > 0].reset_index(drop=True), SITES),
        supply=conform(_supply(hours), SUPPLY),
        offer=_offer(hours),
        present=_present(hours, sites),
        counts=counts,
    )


def _weighed(found: Sequence[_Provider], state_of: dict[str, str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the providers' table and their hours by site and specialty."""
    assumptions, kinds = capacity(), professions()
    people: list[dict[str, object]] = []
    hours: list[tuple[object, ...]] = []
    for provider in found:
        profession = provider.profession
        group = kinds[profession].group
        total = fte(
            profession,
            group,
            assumptions,
            is_active=provider.said("is_active"),
            is_accepting=provider.said("is_accepting"),
        )
        home = state_of[provider.site_ids[0]]
        licences = [state for state in provider.keys("licence_states") if state != home]
        codes = {code for listing in provider.listings for code in listing.taxonomy_codes}
        people.append(
            {
                "provider_id": provider.provider_id,
                "kind": provider.kind,
                "profession": profession,
                "professions": ";".join(provider.keys("professions")),
                "specialties": ";".join(provider.keys("specialties")),
                "sources": ";".join(sorted({listing.source for listing in provider.listings})),
                "records": len(provider.listings),
                "home_state": home,
                "licence_states": ";".join(licences),
                "is_core": kinds[profession].is_core,
                "is_chr": bool(codes & counted_by_chr()) if codes else None,
                "offers_online": provider.said("offers_online"),
                "is_accepting": provider.said("is_accepting"),
                "fte": total.mean,
                "fte_variance": total.variance,
            }
        )
        online = online_chance(group, assumptions, offers_online=provider.said("offers_online"))
        hours += _hours(provider, total, online, state_of, (profession, ";".join(licences)), assumptions)
    names = [
        "provider_id",
        "site_id",
        "specialty",
        "licence",
        "state",
        "licence_states",
        "fte",
        "fte_variance",
        "online_fte",
    ]
    # by value, not by hashed id: sums come out the same to the last digit whatever the ids are
    ordered = pd.DataFrame(hours, columns=names).sort_values(names[1:], ignore_index=True)
    return pd.DataFrame(people, columns=PROVIDERS.names), ordered


def _hours(
    provider: _Provider,
    total: Fte,
    online: float,
    state_of: dict[str, str],
    licensed: tuple[str, str],
    assumptions: Capacity,
) -> list[tuple[object, ...]]:
    """Return a provider's hours by site and specialty; they add up to its FTE once."""
    profession, licence_states = licensed
    kind = professions()[profession]
    shares = divided(
        provider.keys("specialties"),
        assumptions.professions[profession].psychotherapy_share.value,
        specialties(),
        is_prescriber=kind.group == "prescriber",
    )
    split = [(site, key, share / len(provider.site_ids)) for site in provider.site_ids for key, share in shares.items()]
    return [
        (
            provider.provider_id,
            site,
            key,
            kind.licence,
            state_of[site],
            licence_states,
            part.mean,
            part.variance,
            part.mean * online,
        )
        for site, key, share in split
        for part in (total.part(share),)
    ]


def _supply(hours: pd.DataFrame) -> pd.DataFrame:
    """Return capacity by site and specialty."""
    grouped = hours.groupby(["site_id", "specialty"], sort=True)
    supply = grouped[["fte", "fte_variance", "online_fte"]].sum()
    supply["providers"] = grouped.provider_id.nunique()
    return supply.reset_index()


def _offer(hours: pd.DataFrame) -> pd.DataFrame:
    """Return hours offered by video by site, specialty and where their holders may serve."""
    keys = list(OFFER_COLUMNS[:-1])
    offered = hours[hours.online_fte > 0].groupby(keys, sort=True).online_fte.sum().reset_index()
    return offered[list(OFFER_COLUMNS)]


def _present(hours: pd.DataFrame, sites: pd.DataFrame) -> pd.DataFrame:
    """Return distinct providers with hours by region and specialty."""
    open_hours = hours[hours.fte > 0]
    region = open_hours.site_id.map(sites.set_index("site_id").region_id).rename("region_id")
    return open_hours.groupby([region, "specialty"]).provider_id.nunique().rename("providers").reset_index()


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
