"""Which of several figures of a region counts: the best known, then the best source, then the first dataset."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from analysis.country import Country
from analysis.indicator import Indicator, Source

_ORDER = ("measured", "assumed", "wider_area")
"""How figures are known, the best first: whatever the order of sources and datasets."""


@dataclass(frozen=True, eq=False)
class Brought:
    """What one table gives of the regions: its source by indicator, figures by region, and how they are known.

    ``basis`` is ``measured``, ``wider_area``, or ``assumed`` where counties were divided by people, or places are
    joined across vintages by code or land.
    """

    dataset: str
    sources: dict[str, Source]
    figures: pd.DataFrame
    basis: "pd.Series[str]"


@dataclass(frozen=True)
class _Offer:
    """One table's figures of an indicator, and how each is known; missing where there is none."""

    source: Source
    brought: Brought
    known: "pd.Series[str]"


def chosen(
    name: str, indicator: Indicator, brought: Sequence[Brought], region_ids: pd.Index
) -> tuple[pd.DataFrame, set[Brought]]:
    """Return an indicator's columns, and the tables they are of.

    Measured figures come first, then assumed ones, then those of wider areas.
    """
    promised = [column.name for column in indicator.columns(name)]
    value = pd.Series(None, index=region_ids, dtype="object" if indicator.allowed else "float64")
    told = pd.DataFrame(dict.fromkeys(promised, value), index=region_ids)
    told[f"{name}_basis"] = pd.Series(None, index=region_ids, dtype="object")
    offers = _offers(name, indicator, brought)
    taken = {one.brought for basis in _ORDER for one in offers if _fill(told, name, one, basis)}
    return told, taken


def _offers(name: str, indicator: Indicator, brought: Sequence[Brought]) -> list[_Offer]:
    """Return the figures of an indicator in the order of its sources, then of the study's datasets.

    Where a dataset says it in two columns, the better one counts alone, however it is known: that a tract itself is
    designated is more than that a part of its county is.
    """
    offers: list[_Offer] = []
    for source in indicator.sources:
        for one in brought:
            if one.sources.get(name) != source:
                continue
            own = one.basis if source.basis == "measured" else one.basis.mask(one.basis != "wider_area", source.basis)
            known = own.where(one.figures[name].notna())
            for better in offers:
                if better.brought.dataset == one.dataset and better.source != source:
                    known = known.mask(better.known.isin(["measured", "assumed"]))
            offers.append(_Offer(source, one, known))
    return offers


def _fill(told: pd.DataFrame, name: str, offer: _Offer, basis: str) -> bool:
    """Put a table's figures that are known in one way where there is none yet, and say whether any was."""
    figures = offer.brought.figures
    put = told[name].isna() & offer.known.eq(basis)
    for column in (name, f"{name}_low", f"{name}_high"):
        if column in told and column in figures:
            told[column] = told[column].mask(put, figures[column].astype(told[column].dtype))
    told[f"{name}_basis"] = told[f"{name}_basis"].mask(put, basis)
    return bool(put.any())


def fall_back(told: pd.DataFrame, name: str, rurality: "pd.Series[Any]", country: Country) -> None:
    """Put the average of the class of rurality, or the nation's age share, where there is no figure."""
    nation = country.age_bands.get(name.removesuffix("_share"))
    by_class = {
        code: averages[name]
        for code, averages in country.class_averages.items()
        if code is not None and name in averages
    }
    average_of = rurality.map(by_class) if nation is None else pd.Series(nation, index=told.index)
    put = told[name].isna() & average_of.notna()
    told[name] = told[name].mask(put, average_of.astype("float64"))
    told[f"{name}_basis"] = told[f"{name}_basis"].mask(put, "class_average")
