"""How much psychotherapy a provider stands for: expected FTE and its variance from listing noise.

``FTE = full-time share of the profession x A x C``, where A (the listing stands for a working therapist) and C (the
hours are open to the next person) are yes-or-no events with the chances of ``data/reference/capacity.toml``. What a
directory says decides; what it does not say stays a chance and widens the interval.
"""

from dataclasses import dataclass

from analysis.reference import Capacity, Constant, Group


@dataclass(frozen=True)
class Fte:
    """Expected full-time equivalents and their variance (FTE squared)."""

    mean: float
    variance: float

    def part(self, share: float) -> "Fte":
        """Return a fixed share of these hours."""
        return Fte(self.mean * share, self.variance * share**2)


def fte(profession: str, group: Group, capacity: Capacity, *, is_active: bool | None, is_accepting: bool | None) -> Fte:
    """Return a provider's FTE open to clients.

    ``is_active`` and ``is_accepting`` are three-valued; ``None`` is not known.
    """
    full_time = capacity.professions[profession].full_time.value
    active = 0.0 if is_active is False else _chance(is_active, capacity.active.yes, capacity.active.unknown)
    accepting_unknown = capacity.accepting.unknown[group]
    if is_accepting is False:
        accepting = capacity.accepting.no.value
    else:
        accepting = _chance(is_accepting, capacity.accepting.yes, accepting_unknown)
    chance = active * accepting
    return Fte(full_time * chance, full_time**2 * chance * (1 - chance))


def online_chance(group: Group, capacity: Capacity, *, offers_online: bool | None) -> float:
    """Return the chance that a provider offers video: what the directory says, else the group's average."""
    if offers_online is None:
        return capacity.online[group].value
    return float(offers_online)


def _chance(said: bool | None, yes: Constant, unknown: Constant) -> float:  # noqa: FBT001 - what a directory says
    return yes.value if said else unknown.value
