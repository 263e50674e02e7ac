"""Invented directories of known truth and realistic dirt, on which record linkage is trained, measured and timed.

Four directories list the same invented people and clinics over the real population of the country, each in its own
manner and with its own slips; every listing says who is behind it and what was done to it. All shares are our own
judgement of what such directories are like, chosen to be hard and not measured anywhere; :class:`Dirt` and the tables
of habits are where they stand.

Nobody in it exists. Family names are made of invented syllables, and so are most given names; some given names are
common ones, because only those have nicknames that anybody knows. NPIs begin with 9, as no real one does. Telephones
are not of the 555-01xx range, which has a hundred numbers an area code, too few for a telephone to tell two practices
apart: their exchange begins with 0 or 1, as none in North America does or can, so that nobody can be called.
"""

from demonstration.doubles.dirt import Dirt, DoublesError
from demonstration.doubles.folders import write
from demonstration.doubles.printing import Listing
from demonstration.doubles.stream import LISTINGS_MOST, listings

__all__ = ["LISTINGS_MOST", "Dirt", "DoublesError", "Listing", "listings", "write"]
