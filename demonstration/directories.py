"""The three invented directories, made from one seed."""

from dataclasses import dataclass
from pathlib import Path

from demonstration.membership import assign
from demonstration.people import Invented
from demonstration.plan_listings import plan_listings
from demonstration.plan_net import PlanNet
from demonstration.population import BUNDLE
from demonstration.registry import Registry
from demonstration.registry_listings import registry_listings
from demonstration.site import Site
from demonstration.site_listings import site_listings
from demonstration.therapists import SEED, THERAPISTS, invent


@dataclass(frozen=True)
class Directories:
    """The three directories and the truth they were made from."""

    invented: Invented
    registry: Registry
    site: Site
    plan_net: PlanNet

    @property
    def served_listings(self) -> dict[str, int]:
        """Distinct listings, by directory, that a polite and complete crawl should find."""
        return {directory.name: directory.listings for directory in (self.registry, self.site, self.plan_net)}


def make_directories(seed: int = SEED, therapists: int = THERAPISTS, bundle: Path = BUNDLE) -> Directories:
    """Invent everybody and list them; the same seed and number give the same bytes on every page."""
    invented = invent(seed, therapists, bundle)
    membership = assign(invented, seed)
    return Directories(
        invented,
        Registry(registry_listings(invented, membership, seed)),
        Site(site_listings(membership, seed)),
        PlanNet(plan_listings(invented, membership, seed)),
    )
