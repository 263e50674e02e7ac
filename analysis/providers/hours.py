"""Providers to their hours by site and specialty, and what follows from them: supply, offers online, presence."""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from analysis.providers.capacity import Fte, fte, online_chance
from analysis.providers.provider import Provider
from analysis.providers.specialties import divided, treated, usual_mix
from analysis.reference import capacity, professions, specialties
from analysis.tables import PROVIDERS

OFFER_COLUMNS = ("site_id", "specialty", "licence", "state", "licence_states", "online_fte")
_HOURS = (
    "provider_id",
    "site_id",
    "specialty",
    "licence",
    "state",
    "licence_states",
    "fte",
    "fte_variance",
    "online_fte",
)


@dataclass(frozen=True)
class Setting:
    """What the hours of one provider hang on besides its own listings.

    ``state_of`` is the state of each site, ``as_of`` the last day a page was read, ``usual`` the mix of specialties of
    those who choose, by profession.
    """

    state_of: Mapping[str, str]
    as_of: dt.date
    usual: Mapping[str, Mapping[str, float]]


def usual_mixes(providers: Sequence[Provider]) -> dict[str, dict[str, float]]:
    """Return by profession how the hours of people who name few specialties divide on average."""
    lists: dict[str, list[list[str]]] = defaultdict(list)
    for provider in providers:
        if provider.kind == "person":
            lists[provider.profession].append(treated(provider.keys("specialties"), specialties()))
    return {profession: usual_mix(named, _believed_at_most()) for profession, named in sorted(lists.items())}


def described(provider: Provider, setting: Setting) -> dict[str, object]:
    """Return a provider's row of the promised ``providers``."""
    total = _total(provider, setting)
    return {
        "provider_id": provider.provider_id,
        "kind": provider.kind,
        "profession": provider.profession,
        "professions": ";".join(provider.keys("professions")),
        "specialties": ";".join(provider.keys("specialties")),
        "sources": ";".join(provider.sources),
        "records": len(provider.listings),
        "home_state": _home(provider, setting),
        "licence_states": _licences(provider, setting),
        "is_core": professions()[provider.profession].is_core,
        "is_chr": provider.is_chr,
        "offers_online": provider.offered("offers_online"),
        "is_accepting": provider.agreed("is_accepting"),
        "names_too_many": is_doubted(provider),
        "fte": total.mean,
        "fte_variance": total.variance,
    }


def people(providers: Sequence[Provider], setting: Setting) -> pd.DataFrame:
    """Return the rows of all providers."""
    return pd.DataFrame([described(provider, setting) for provider in providers], columns=PROVIDERS.names)


def hours(providers: Sequence[Provider], setting: Setting) -> pd.DataFrame:
    """Return the hours of all providers by site and specialty.

    Ordered by value, not by hashed id: sums come out the same to the last digit whatever the ids are.
    """
    rows = [row for provider in providers for row in _hours(provider, setting)]
    return pd.DataFrame(rows, columns=_HOURS).sort_values(list(_HOURS[1:]), ignore_index=True)


def is_doubted(provider: Provider) -> bool:
    """Tell whether a person names more specialties than can be believed."""
    named = treated(provider.keys("specialties"), specialties())
    return provider.kind == "person" and len(named) > _believed_at_most()


def _believed_at_most() -> int:
    return int(capacity().specialties.believed_at_most.value)


def _home(provider: Provider, setting: Setting) -> str:
    return setting.state_of[provider.site_ids[0]]


def _licences(provider: Provider, setting: Setting) -> str:
    home = _home(provider, setting)
    return ";".join(state for state in provider.keys("licence_states") if state != home)


def _total(provider: Provider, setting: Setting) -> Fte:
    group = professions()[provider.profession].group
    return fte(provider.profession, group, capacity(), provider.said(setting.as_of))


def _hours(provider: Provider, setting: Setting) -> list[tuple[object, ...]]:
    """Return a provider's hours by site and specialty; they add up to its FTE once."""
    kind, assumptions = professions()[provider.profession], capacity()
    shares = divided(
        provider.keys("specialties"),
        assumptions.professions[provider.profession].psychotherapy_share.value,
        specialties(),
        is_prescriber=kind.group == "prescriber",
        believed_at_most=_believed_at_most() if provider.kind == "person" else None,
        usual=setting.usual.get(provider.profession),
    )
    total, licences = _total(provider, setting), _licences(provider, setting)
    online = online_chance(kind.group, assumptions, offers_online=provider.offered("offers_online"))
    rows: list[tuple[object, ...]] = []
    for key, share in shares.items():
        part = total.part(share).at_site(1 / len(provider.site_ids))
        rows += [
            (
                provider.provider_id,
                site,
                key,
                kind.licence,
                setting.state_of[site],
                licences,
                part.mean,
                part.variance,
                part.mean * online,
            )
            for site in provider.site_ids
        ]
    return rows


def supply(found: pd.DataFrame) -> pd.DataFrame:
    """Return capacity by site and specialty."""
    grouped = found.groupby(["site_id", "specialty"], sort=True)
    table = grouped[["fte", "fte_variance", "online_fte"]].sum()
    table["providers"] = grouped.provider_id.nunique()
    return table.reset_index()


def offer(found: pd.DataFrame) -> pd.DataFrame:
    """Return hours offered by video by site, specialty and where their holders may serve."""
    keys = list(OFFER_COLUMNS[:-1])
    offered = found[found.online_fte > 0].groupby(keys, sort=True).online_fte.sum().reset_index()
    return offered[list(OFFER_COLUMNS)]


def present(found: pd.DataFrame, sites: pd.DataFrame) -> pd.DataFrame:
    """Return distinct providers with hours by region and specialty."""
    open_hours = found[found.fte > 0]
    region = open_hours.site_id.map(sites.set_index("site_id").region_id).rename("region_id")
    return open_hours.groupby([region, "specialty"]).provider_id.nunique().rename("providers").reset_index()
