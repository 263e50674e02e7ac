"""Invent the therapists and clinics over the real population: who, what, where, with which licences."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from demonstration import names
from demonstration.people import Clinic, Invented, Office, Therapist
from demonstration.population import BUNDLE, NEIGHBOURS, Population, PopulationError, read_population
from demonstration.professions import CLINIC_CODES, LANGUAGES, PROFESSIONS, SPECIALTIES, Code, Profession
from demonstration.scarcity import spread

SEED = 20261124
THERAPISTS = 40_000
THERAPISTS_LEAST = 200
THERAPISTS_MOST = 1_000_000
"""Far more than the five states could have; beyond, only memory would fill."""

_CLINICS_PER_THERAPIST = 0.075
_CLINIC_ABSENT_SHARE = 0.25
_CLINIC_ONLINE = 0.80
_CLINIC_ACCEPTING = 0.87
_IN_CLINIC = 0.38
_SECOND_OFFICE = 0.12
_FORMER_NAME = 0.05
_OLDEST_DAYS = 2900
_ONLINE_ONLY = 0.10
_ONLINE_TOO = 0.75
_ACCEPTING = 0.45
_CENTRALITY = 1.25
"""Power of a ZIP area's people by which therapists settle in it: more than their share in the larger ones."""


def _chosen(rng: np.random.Generator, weights: list[float], count: int) -> list[int]:
    shares = np.cumsum(np.array(weights) / sum(weights))
    chosen: list[int] = np.minimum(np.searchsorted(shares, rng.random(count)), len(weights) - 1).tolist()
    return chosen


def _days(rng: np.random.Generator, count: int) -> list[str]:
    """Return days of the last eight years before the demonstration's own date."""
    latest = np.datetime64("2026-10-31")
    ago = (rng.random(count) ** 2 * _OLDEST_DAYS).astype("timedelta64[D]")
    days: list[str] = np.datetime_as_string(latest - ago).tolist()
    return days


def _settle(population: Population, county: NDArray[np.int64], rng: np.random.Generator) -> NDArray[np.int64]:
    """Return the index of a ZIP area in each given county, larger ones more often."""
    edges = np.concatenate(([0.0], np.cumsum(population.place_people**_CENTRALITY)))
    low, high = edges[population.first[county]], edges[population.first[county + 1]]
    found = np.searchsorted(edges, low + rng.random(len(county)) * (high - low), side="right") - 1
    settled: NDArray[np.int64] = np.clip(found, population.first[county], population.first[county + 1] - 1)
    return settled


def _offices(population: Population, county: NDArray[np.int64], rng: np.random.Generator) -> list[Office]:
    place = _settle(population, county, rng)
    phone = names.phones(rng, population.state[county])
    return [
        Office(population.places[where], street, number)
        for where, street, number in zip(
            place.tolist(), names.streets(rng, len(county)).tolist(), phone.tolist(), strict=True
        )
    ]


def _clinics(
    population: Population, county: NDArray[np.int64], npis: list[str], rng: np.random.Generator
) -> list[Clinic]:
    count = len(county)
    columns = zip(
        npis,
        names.clinic_names(rng, count).tolist(),
        _chosen(rng, [weight for _, weight in CLINIC_CODES], count),
        _offices(population, county, rng),
        (rng.random(count) < _CLINIC_ONLINE).tolist(),
        (rng.random(count) < _CLINIC_ACCEPTING).tolist(),
        _days(rng, count),
        strict=True,
    )
    return [
        Clinic(f"C{number:06}", npi, name, CLINIC_CODES[code][0], office, online, accepting, day)
        for number, (npi, name, code, office, online, accepting, day) in enumerate(columns)
    ]


def _members(
    county: NDArray[np.int64], clinic_county: NDArray[np.int64], rng: np.random.Generator
) -> NDArray[np.int64]:
    """Return the index of a clinic in the therapist's county, or -1; ``clinic_county`` is sorted."""
    low = np.searchsorted(clinic_county, county, side="left")
    high = np.searchsorted(clinic_county, county, side="right")
    member = low + (rng.random(len(county)) * (high - low)).astype(np.int64)
    return np.where((rng.random(len(county)) < _IN_CLINIC) & (high > low), member, -1)


def _professions_by_county(
    population: Population, total: int, rng: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return county and profession of every therapist, in an order that tells nothing."""
    shares = np.array([profession.share for profession in PROFESSIONS])
    edges = np.round(np.cumsum(shares) / shares.sum() * total).astype(np.int64)
    per_profession = np.diff(edges, prepend=0)
    county, profession = [], []
    for number, (kind, count) in enumerate(zip(PROFESSIONS, per_profession.tolist(), strict=True)):
        where = np.repeat(np.arange(len(population)), spread(population, count, kind.absent_share, rng))
        county.append(where)
        profession.append(np.full(len(where), number))
    order = rng.permutation(total)
    return np.concatenate(county)[order], np.concatenate(profession)[order]


def _specialties(
    languages: list[int], professions: list[Profession], rng: np.random.Generator
) -> list[tuple[str, ...]]:
    keys = list(SPECIALTIES)
    has = rng.random((len(professions), len(keys))) < np.array([share for share, _ in SPECIALTIES.values()])
    chosen = []
    for row, language, profession in zip(has.tolist(), languages, professions, strict=True):
        own = [key for key, is_own in zip(keys, row, strict=True) if is_own] or ["general"]
        if LANGUAGES[language][0] == "es":
            own.append("spanish")
        if profession.key in {"psychiatrist", "psychiatric_nurse"}:
            own.append("prescribing")
        chosen.append(tuple(own))
    return chosen


def _licences(states: list[str], professions: list[Profession], rng: np.random.Generator) -> list[tuple[str, ...]]:
    further = rng.random(len(states)).tolist()
    which = rng.random((len(states), 2)).tolist()
    held = []
    for state, profession, chance, (first, second) in zip(states, professions, further, which, strict=True):
        licences = [state]
        if chance < profession.further_licence_share:
            neighbours = NEIGHBOURS[state]
            licences.append(neighbours[int(first * len(neighbours))])
            other = neighbours[int(second * len(neighbours))]
            if chance < profession.further_licence_share / 4 and other not in licences:
                licences.append(other)
        held.append(tuple(licences))
    return held


def invent(seed: int = SEED, therapists: int = THERAPISTS, bundle: Path = BUNDLE) -> Invented:
    """Invent therapists and clinics over the real population; the same seed and number give the same people.

    Raises
    ------
    PopulationError
        Fewer therapists are asked for than the mix of professions needs, or far too many; the seed is negative; or
        the bundle is not there.

    """
    if not THERAPISTS_LEAST <= therapists <= THERAPISTS_MOST:
        raise PopulationError(f"therapists is {therapists}; ask for {THERAPISTS_LEAST} to {THERAPISTS_MOST}.")
    if seed < 0:
        raise PopulationError(f"seed is {seed}; give 0 or more.")
    population = read_population(bundle)
    rng = np.random.default_rng(seed)
    clinic_total = round(therapists * _CLINICS_PER_THERAPIST)
    npis = names.npis(rng, round(therapists * 1.2) + clinic_total).tolist()
    clinic_county = np.repeat(np.arange(len(population)), spread(population, clinic_total, _CLINIC_ABSENT_SHARE, rng))
    clinics = _clinics(population, clinic_county, npis[:clinic_total], rng)
    county, profession = _professions_by_county(population, therapists, rng)
    people = _therapists(population, county, profession, npis[clinic_total:], (clinics, clinic_county), rng)
    return Invented(population, people, clinics, npis[clinic_total + therapists :])


def _therapists(
    population: Population,
    county: NDArray[np.int64],
    profession: NDArray[np.int64],
    npis: list[str],
    clinics: tuple[list[Clinic], NDArray[np.int64]],
    rng: np.random.Generator,
) -> list[Therapist]:
    count = len(county)
    kinds = [PROFESSIONS[number] for number in profession.tolist()]
    states = population.state[county].tolist()
    languages = _chosen(rng, [share for _, share in LANGUAGES], count)
    member_of = _members(county, clinics[1], rng).tolist()
    own_offices, second_offices = _offices(population, county, rng), _offices(population, county, rng)
    online = rng.random(count).tolist()
    family, former = names.family_names(rng, count).tolist(), names.family_names(rng, count).tolist()
    columns = zip(
        names.given_names(rng, count).tolist(),
        family,
        [name if chance < _FORMER_NAME else "" for name, chance in zip(former, rng.random(count), strict=True)],
        _specialties(languages, kinds, rng),
        _licences(states, kinds, rng),
        (rng.random(count) < _ACCEPTING).tolist(),
        (rng.random(count) < _SECOND_OFFICE).tolist(),
        rng.random((count, 3)).tolist(),
        _days(rng, count),
        strict=True,
    )
    people = []
    for number, row in enumerate(columns):
        given, surname, former_name, specialties, licences, accepting, second, draws, day = row
        kind, clinic = kinds[number], clinics[0][member_of[number]] if member_of[number] >= 0 else None
        language = LANGUAGES[languages[number]][0]
        people.append(
            Therapist(
                therapist_id=f"T{number:06}",
                npi=npis[number],
                given_name=given,
                family_name=surname,
                former_name=former_name,
                profession=kind,
                code=_by_weight(kind.codes, draws[0]),
                title=kind.titles[int(draws[1] * len(kind.titles))],
                credential=kind.credentials[int(draws[2] * len(kind.credentials))],
                specialties=specialties,
                languages=(language,) if language else (),
                offers_online=online[number] < _ONLINE_ONLY + _ONLINE_TOO,
                is_online_only=online[number] < _ONLINE_ONLY,
                is_accepting=accepting,
                licences=licences,
                office=clinic.office if clinic else own_offices[number],
                second_office=second_offices[number] if second else None,
                clinic=clinic,
                listed_on=day,
            )
        )
    return people


def _by_weight(codes: tuple[tuple[Code, float], ...], draw: float) -> Code:
    for code, weight in codes:
        draw -= weight
        if draw < 0:
            return code
    return codes[0][0]
