"""Addresses as engines and caches know them: normalised, without a post-office box, named by a hash."""

import hashlib
import re
import unicodedata
from dataclasses import astuple, dataclass
from functools import lru_cache
from typing import Self

from crawler.records import Location

_BOX = re.compile(
    r"""(?<![\w.])(?:
        p\.?\ ?o\.?\ ?b(?:ox(?:es)?|\.|(?=\ ?\d))          # P.O. Box, PO Box, P. O. Box, POB 12
      | post(?:\ office|al)\ box
      | postfach\b
      | (?:apartado|apdo\.?)(?:\ (?:de\ correos|postal))?(?=\W*(?:n[oº°]\.?|\#)?\W*\d)
    )\.?\ *(?:n[oº°]\.?\ *|nr\.?\ *|\#\ *)?(?:[a-z]{0,2}-?\d[\d \-]*[a-z]?\b|[a-z]\b)?""",
    re.IGNORECASE | re.VERBOSE,
)
_APART = re.compile(r"[^\w#/\-]+")
_TOWN_WORDS = {"st": "saint", "ft": "fort", "mt": "mount", "ste": "sainte"}


def without_box(street: str) -> str:
    """Return a street without a post-office box, in English, German or Spanish; empty where it is nothing else."""
    rest = " ".join(_BOX.sub(" ", street).split()).strip(" ,;-/")
    return rest if re.search(r"[^\W_]", rest) else ""


def has_box(street: str) -> bool:
    """Tell whether a street names a post-office box."""
    return _BOX.search(street) is not None


def folded(text: str) -> str:
    """Return words in lower case without accents and punctuation, apart by single spaces."""
    bare = "".join(sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign))
    return " ".join(_APART.sub(" ", bare).casefold().split())


@lru_cache(maxsize=100_000)
def folded_town(name: str) -> str:
    """Return a town's name as towns are compared: hyphens are spaces, St is Saint, Ft Fort, Mt Mount, Mc is joined."""
    words = folded(name.replace("-", " ").replace("'", "").replace("\u2019", "")).split()
    return "".join(_TOWN_WORDS.get(word, word) for word in words)


@dataclass(frozen=True, order=True)
class Address:
    """A street address to ask an engine for; never a post-office box, and no name of a person or clinic."""

    country: str
    state: str
    city: str
    postal_code: str
    street: str

    @classmethod
    def of(cls, location: Location) -> Self | None:
        """Return a location's address; ``None`` without a street, or with neither town nor postal code."""
        street = folded(without_box(location.street or ""))
        city, code = folded(location.city or ""), folded(location.postal_code or "")
        if not street or not (city or code):
            return None
        return cls(location.country, location.state or "", city, code, street)

    @property
    def key(self) -> str:
        """The address's name in a cache: SHA-256 of its normalised parts."""
        return hashlib.sha256("\x1f".join(astuple(self)).encode()).hexdigest()
