"""How much psychotherapy a provider stands for: expected FTE and its variance from listing noise.

``FTE = full-time share of the profession x A x C``, where A (the listing stands for a working therapist) and C (the
hours are open to the next person) are yes-or-no events with the chances of ``data/reference/capacity.toml``. What a
directory says decides, less so the older it is; directories that agree support each other, those that contradict each
other leave the matter unknown; what none says stays a chance and widens the interval.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

from analysis.reference import Accepting, Active, Capacity, Group


@dataclass(frozen=True)
class Said:
    """What one listing says; ``None`` is not said. ``age_years`` counts from the day of its last change."""

    source: str
    is_active: bool | None = None
    is_accepting: bool | None = None
    age_years: float | None = None


@dataclass(frozen=True)
class Fte:
    """Expected full-time equivalents and their variance (FTE squared)."""

    mean: float
    variance: float

    def part(self, share: float) -> "Fte":
        """Return a fixed share of these hours."""
        return Fte(self.mean * share, self.variance * share**2)

    def at_site(self, share: float) -> "Fte":
        """Return the share of these hours at one of several sites, with a variance that may be added over sites.

        The sites of one provider are open or closed together. For weights ``w`` of sites with shares ``t`` the
        variance of the weighted sum is ``(sum w t)^2 V``, at most ``sum w^2 t V`` (Jensen), and the same where the
        weights are alike. So a site carries ``t V``: whoever adds sites as if independent is never too sure.
        """
        return Fte(self.mean * share, self.variance * share)


def fte(profession: str, group: Group, capacity: Capacity, listings: Sequence[Said]) -> Fte:
    """Return a provider's FTE open to clients, from what its listings say."""
    full_time = capacity.professions[profession].full_time.value
    chance = active_chance(listings, capacity.active, group) * accepting_chance(listings, capacity.accepting, group)
    return Fte(full_time * chance, full_time**2 * chance * (1 - chance))


def active_chance(listings: Sequence[Said], active: Active, group: Group) -> float:
    """Return the chance that a provider works, from 0 (said to have ended) to 1.

    A listing's chance falls with the years since its last change from ``yes`` towards ``stale``; of a listing without
    that day it is ``yes`` where it is marked as active, else ``unknown``. The directories' chances, one each, support
    each other as far as ``agreement`` says: at 0 the best alone counts, at 1 they err independently.
    """
    answers = {listing.is_active for listing in listings} - {None}
    if answers == {False}:
        return 0.0
    if len(answers) > 1:
        return active.unknown.value
    best: dict[str, float] = {}
    for listing in listings:
        best[listing.source] = max(best.get(listing.source, 0.0), _listing_chance(listing, active, group))
    first, *others = sorted(best.values(), reverse=True)
    return 1.0 - (1.0 - first) * prod(1.0 - active.agreement.value * chance for chance in others)


def accepting_chance(listings: Sequence[Said], accepting: Accepting, group: Group) -> float:
    """Return the chance that the hours are open to the next person.

    What is said returns, with the years since the listing's last change, to the average of the group; a listing
    without that day is taken as said on the day it was read. Listings that contradict each other say nothing.
    """
    average = accepting.unknown[group].value
    answers = {listing.is_accepting for listing in listings} - {None}
    if len(answers) != 1:
        return average
    said = (accepting.yes if True in answers else accepting.no).value
    youngest = min(listing.age_years or 0.0 for listing in listings if listing.is_accepting is not None)
    return average + (said - average) * _kept(youngest, accepting.half_life_years.value)


def online_chance(group: Group, capacity: Capacity, *, offers_online: bool | None) -> float:
    """Return the chance that a provider offers video: what the directory says, else the group's average."""
    if offers_online is None:
        return capacity.online[group].value
    return float(offers_online)


def _listing_chance(listing: Said, active: Active, group: Group) -> float:
    if listing.age_years is None:
        return (active.yes if listing.is_active else active.unknown).value
    kept = _kept(listing.age_years, active.half_life_years[group].value)
    return active.stale.value + (active.yes.value - active.stale.value) * kept


def _kept(age_years: float, half_life_years: float) -> float:
    """Return what is left after some years: 1 at once, a half after one half-life."""
    return float(0.5 ** (age_years / half_life_years))
