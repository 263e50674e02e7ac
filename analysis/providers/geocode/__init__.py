"""Where a listing's location is: a point with the method that found it and how precise it is. Offline by default."""

from analysis.providers.geocode.gazetteer import Gazetteer, bundled_gazetteer
from analysis.providers.geocode.place import Place, Unplaced

__all__ = ["Gazetteer", "Place", "Unplaced", "bundled_gazetteer"]
