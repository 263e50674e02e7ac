"""Where a therapist may serve by video: the home state, further licences listed, and compacts between states.

Enacted is not issuing: a compact opens a door only where both states are members that issue privileges, unless the
scenario supposes otherwise.
"""

from collections.abc import Iterable
from typing import Literal

from analysis.country import Compact

Rule = Literal["none", "issuing", "enacted", "all"]


def may_serve(
    state: str, licence: str, further: Iterable[str], rule: Rule, compacts: Iterable[Compact], states: frozenset[str]
) -> frozenset[str]:
    """Return the states of the study in which hours may be given.

    Parameters
    ----------
    state, licence, further
        Where the therapist practises, the licensing family of the profession, and further states of licence.
    rule
        ``none``: no compact counts; ``issuing``: those issuing privileges; ``enacted``: as if every member did;
        ``all``: as if one licence held everywhere.
    compacts
        The compacts in force.
    states
        The states of the study.

    """
    if rule == "all":
        return states
    allowed = {state, *further}
    if rule != "none":
        for compact in compacts:
            members = compact.issuing if rule == "issuing" else compact.enacted
            if compact.licence == licence and state in members:
                allowed |= members
    return frozenset(allowed) & states
