"""One provider: what the linked listings of a therapist or clinic say together."""

import datetime as dt
from collections import Counter
from dataclasses import dataclass

from analysis.providers.capacity import Said
from analysis.reference import counted_by_chr
from crawler.records import ProviderRecord

_DAYS_A_YEAR = 365.25


@dataclass(frozen=True)
class Provider:
    """What the linked listings of one provider say together, and at which sites it is found."""

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

    @property
    def is_chr(self) -> bool | None:
        """Whether a code of County Health Rankings' set is listed; not known where no code is listed at all."""
        codes = {code for listing in self.listings for code in listing.taxonomy_codes}
        return bool(codes & counted_by_chr()) if codes else None

    @property
    def sources(self) -> tuple[str, ...]:
        """The directories that list the provider, sorted."""
        return tuple(sorted({listing.source for listing in self.listings}))

    def keys(self, field: str) -> list[str]:
        """Return the sorted union of a field of keys over the listings."""
        return sorted({key for listing in self.listings for key in getattr(listing, field)})

    def offered(self, field: str) -> bool | None:
        """Return yes if any listing says so, no if one says no and none yes, else not known."""
        answers = {getattr(listing, field) for listing in self.listings} - {None}
        return None if not answers else True in answers

    def agreed(self, field: str) -> bool | None:
        """Return what the listings that say anything agree on; not known where none does or they contradict."""
        answers = {getattr(listing, field) for listing in self.listings} - {None}
        return bool(answers.pop()) if len(answers) == 1 else None

    def is_contradicted(self, field: str) -> bool:
        """Tell whether one listing says yes and another no."""
        return {True, False} <= {getattr(listing, field) for listing in self.listings}

    def said(self, as_of: dt.date) -> tuple[Said, ...]:
        """Return what each listing says of being active and of accepting, and how old it is on a day."""
        return tuple(
            Said(
                listing.source,
                listing.is_active,
                listing.is_accepting,
                None if listing.listed_on is None else max((as_of - listing.listed_on).days, 0) / _DAYS_A_YEAR,
            )
            for listing in self.listings
        )
