"""How a provider's hours divide over specialties, so that they add up once.

A person who names more specialties than can be believed is believed less the more they name: the rest of their hours
divides as those of colleagues who choose. A clinic's list is its programmes, each with staff: it is believed.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from math import fsum

from analysis.reference import Specialty

GENERAL = "general"
PRESCRIBING = "prescribing"


def treated(stated: Iterable[str], specialties: Mapping[str, Specialty]) -> list[str]:
    """Return the psychotherapy specialties among what is stated, sorted; ``stated`` may hold keys of either group."""
    return sorted({key for key in stated if key in specialties and specialties[key].group == "psychotherapy"})


def believed_share(stated: int, believed_at_most: int) -> float:
    """Return how far a list is believed: 1 up to ``believed_at_most`` specialties, then falling as their number."""
    return min(1.0, believed_at_most / stated) if stated else 1.0


def usual_mix(lists: Iterable[list[str]], believed_at_most: int) -> dict[str, float]:
    """Return how the hours of those who choose divide on average: each list evenly, empty and long ones left out.

    Adds up to one; empty where nobody chooses. The order of the lists does not matter.
    """
    counted: Counter[tuple[str, int]] = Counter()
    choosing = 0
    for chosen in lists:
        if 0 < len(chosen) <= believed_at_most:
            choosing += 1
            counted.update((key, len(chosen)) for key in chosen)
    parts: dict[str, list[float]] = {}
    for (key, length), number in sorted(counted.items()):
        parts.setdefault(key, []).append(number / length)
    return {key: fsum(of_key) / choosing for key, of_key in parts.items()}


def divided(
    stated: Iterable[str],
    psychotherapy_share: float,
    specialties: Mapping[str, Specialty],
    *,
    is_prescriber: bool,
    believed_at_most: int | None = None,
    usual: Mapping[str, float] | None = None,
) -> dict[str, float]:
    """Return the share of a provider's hours by specialty; shares add up to one.

    The psychotherapy part is divided evenly over the psychotherapy specialties the provider states, or is general
    where none is stated; the rest of a prescriber's hours is prescribing. Of a list longer than ``believed_at_most``
    the part that is not believed divides as ``usual`` over what is stated, and what is left of it is general.
    """
    even = treated(stated, specialties) or [GENERAL]
    believed = 1.0 if believed_at_most is None else believed_share(len(even), believed_at_most)
    mix = {key: believed / len(even) for key in even}
    if believed < 1:
        shrunk = {key: (usual or {}).get(key, 0.0) for key in even}
        shrunk[GENERAL] = shrunk.get(GENERAL, 0.0) + max(0.0, 1.0 - fsum(shrunk.values()))
        mix = {key: mix.get(key, 0.0) + (1.0 - believed) * share for key, share in shrunk.items()}
    therapy = psychotherapy_share if is_prescriber else 1.0
    shares = {key: therapy * share for key, share in sorted(mix.items()) if therapy * share > 0}
    if therapy < 1:
        shares[PRESCRIBING] = 1.0 - therapy
    return shares
