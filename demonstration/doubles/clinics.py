"""Clinics of four kinds: with a name of their own, named after their owner, of a chain, and of two names."""

from functools import cache
from random import Random

from demonstration.doubles.people import Clinic, Person, Registrar
from demonstration.doubles.places import CENTRAL_AREA_CODES, Office, telephone
from demonstration.doubles.words import family_names

CHAINS = 60
_KINDS = (
    "Counseling", "Counseling Center", "Behavioral Health", "Behavioral Health Services", "Family Therapy",
    "Therapy Group", "Mental Health Center", "Family Services", "Psychological Associates", "Psychological Services",
    "Counseling & Wellness", "Recovery & Wellness Center", "Community Mental Health Center", "Therapy Associates",
    "Child & Family Counseling", "Women's Counseling", "Wellness Group", "Psychiatry Associates",
)  # fmt: skip
_FIRST_WORDS = (
    "Silver", "Amber", "Quiet", "Open", "Harbor", "Second", "Bright", "Stone", "Clear", "River", "High", "Cedar",
    "Golden", "New", "Still", "True", "Wide", "Blue", "North", "Summer",
)  # fmt: skip
_SECOND_WORDS = (
    "Lantern", "Meadow", "Horizon", "Bridge", "Path", "Harbor", "Leaf", "Tide", "Door", "Compass", "Hollow", "Spring",
    "Summit", "Thistle", "Wren", "Current", "Hearth", "Orchard", "Season", "Threshold",
)  # fmt: skip
_LEGAL_FORMS = ("LLC", "PC", "Inc", "PLLC", "LLC", "Inc", "", "", "", "", "")
_WORDED, _PAIRED = 0.35, 0.12
_WITH_ARTICLE = 0.10
_TRADING = 0.18
_CENTRAL_PHONE = 0.6
_FURTHER_NPI = (0.25, 0.3)
_DAYS_MOST = 2900


def _any(rng: Random, words: tuple[str, ...]) -> str:
    return words[int(rng.random() * len(words))]


def _first_part(rng: Random) -> str:
    """Return what comes before the kind of clinic: two words, one invented name or two joined by ``&``."""
    draw = rng.random()
    if draw < _WORDED:
        return f"{_any(rng, _FIRST_WORDS)} {_any(rng, _SECOND_WORDS)}"
    name = family_names().at(rng.random())
    return f"{name} & {family_names().at(rng.random())}" if draw < _WORDED + _PAIRED else name


@cache
def _chains(seed: int) -> tuple[tuple[str, str, str], ...]:
    """Return name, legal form and central telephone of each chain."""
    rng = Random(f"chains/{seed}")  # noqa: S311 - invented clinics, not secrets
    return tuple(
        (
            f"{family_names().at(rng.random())} {_any(rng, _KINDS)}",
            _any(rng, _LEGAL_FORMS),
            telephone(CENTRAL_AREA_CODES[number % len(CENTRAL_AREA_CODES)], rng),
        )
        for number in range(CHAINS)
    )


def clinic(registrar: Registrar, office: Office) -> Clinic:
    """Invent a clinic with a name of its own."""
    rng = registrar.rng
    first, kind = _first_part(rng), _any(rng, _KINDS)
    others = tuple(other for other in _KINDS if other != kind)
    trading = f"{first} {_any(rng, others)}" if registrar.pick(_TRADING) else ""
    return _made(registrar, office, f"{first} {kind}", _any(rng, _LEGAL_FORMS), trading_name=trading)


def owned(registrar: Registrar, owner: Person) -> Clinic:
    """Invent a clinic at its owner's office, with the owner's telephone and name."""
    rng, kind = registrar.rng, _any(registrar.rng, _KINDS)
    whole = f"{owner.given} {owner.family}"
    core = _any(rng, (f"{whole} {kind}", f"{owner.family} {kind}", f"{kind} of {whole}", f"{kind} of {owner.family}"))
    return _made(registrar, owner.offices[0], core, _any(rng, _LEGAL_FORMS), owner=owner.truth)


def of_chain(registrar: Registrar, seed: int, office: Office) -> Clinic:
    """Invent one of the facilities of a chain; chains differ in size."""
    core, legal_form, phone = _chains(seed)[int(registrar.rng.random() ** 2 * CHAINS)]
    central = phone if registrar.pick(_CENTRAL_PHONE) else ""
    return _made(registrar, office, core, legal_form, central_phone=central)


def _made(registrar: Registrar, office: Office, core: str, legal_form: str, **more: str) -> Clinic:
    npis = [registrar.npi()]
    for share in _FURTHER_NPI:
        if registrar.pick(share):
            npis.append(registrar.npi())
        else:
            break
    optional = {"trading_name": "", "central_phone": "", "owner": "", **more}
    return Clinic(
        truth=registrar.truth("C"),
        core=core,
        has_article=registrar.pick(_WITH_ARTICLE),
        legal_form=legal_form,
        code=registrar.clinic_code(),
        npis=tuple(npis),
        office=office,
        offers_online=registrar.pick(0.8),
        is_accepting=registrar.pick(0.85),
        days=int(registrar.rng.random() ** 2 * _DAYS_MOST),
        **optional,
    )
