"""How a provider's hours divide over specialties, so that they add up once."""

from collections.abc import Iterable, Mapping

from analysis.reference import Specialty

GENERAL = "general"
PRESCRIBING = "prescribing"


def divided(
    stated: Iterable[str], psychotherapy_share: float, specialties: Mapping[str, Specialty], *, is_prescriber: bool
) -> dict[str, float]:
    """Return the share of a provider's hours by specialty; shares add up to one.

    The psychotherapy part is divided evenly over the psychotherapy specialties the provider states, or is general
    where none is stated; the rest of a prescriber's hours is prescribing. ``stated`` may hold keys of either group.
    """
    treated = sorted({key for key in stated if key in specialties and specialties[key].group == "psychotherapy"})
    treated = treated or [GENERAL]
    therapy = psychotherapy_share if is_prescriber else 1.0
    shares = {key: therapy / len(treated) for key in treated if therapy > 0}
    if therapy < 1:
        shares[PRESCRIBING] = 1.0 - therapy
    return shares
