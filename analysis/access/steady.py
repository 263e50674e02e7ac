"""How steady access is: the tables of stability, sensitivity, aggregation and barriers of a study, in one go."""

import geopandas as gpd
import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from analysis.access.aggregation import aggregation_error, aggregation_summary, one_centre
from analysis.access.assemble import Accessible, measure_access
from analysis.access.barriers import barriers
from analysis.access.engine import Resources
from analysis.access.rerun import Offer, estimate, offer_of, rerun_of
from analysis.access.sensitivity import alternatives, sensitivity
from analysis.access.stability import Drawing, measure_stability
from analysis.promise import conform
from analysis.providers.assemble import Providers
from analysis.providers.levels import Counted
from analysis.stability_tables import BARRIERS
from analysis.study import Study
from analysis.travel_choice import EstimateChoice


def steadiness(
    regions: gpd.GeoDataFrame,
    origins: pd.DataFrame,
    land: gpd.GeoSeries,
    providers: Providers,
    accessible: Accessible,
    study: Study,
    resources: Resources | None = None,
) -> dict[str, pd.DataFrame]:
    """Return the promised ``stability``, ``sensitivity``, ``aggregation`` and ``barriers``.

    Other catchments, other providers' sites, and one centre a region, are measured with estimated minutes: a table or
    server of minutes does not know wider catchments, other sites or other centres.

    Parameters
    ----------
    regions, origins, providers
        As they were measured; counting levels that are tried are those of the providers' ``at_level``.
    land
        All outlines of the country.
    accessible
        What was measured.
    study
        What is studied.
    resources
        Where pairs are kept, and who goes through them.

    """
    drawing = Drawing(study.stability.draws, study.stability.seed)
    few, studied = study.gaps.suppress_below_people, accessible.specialties
    stable = measure_stability(accessible, providers.supply, regions, study.gaps.measure, few, drawing)
    offers = {level: _offer(regions, origins, who, studied, study) for level, who in providers.at_level.items()}
    rerun = rerun_of(regions, origins, offers, studied, study, resources)
    people = regions.population.to_numpy(dtype=np.float64)
    by_estimate = study.model_copy(update={"access": study.access.model_copy(update={"travel": EstimateChoice()})})
    fine = accessible.table
    if not isinstance(study.access.travel, EstimateChoice):
        fine = measure_access(regions, origins, providers, studied, by_estimate, resources).table
    coarse = measure_access(regions, one_centre(regions), providers, studied, by_estimate).table
    in_reach = sum(
        (
            weights.multiply(hours[None, :])
            for weights, hours in zip(accessible.weights, accessible.supply.T, strict=True)
        ),
        start=csr_array(accessible.weights[0].shape),
    )  # every specialty within its own catchment
    crossed = barriers(regions, providers.sites, csr_array(in_reach), None, land)
    return {
        "stability": stable,
        "sensitivity": sensitivity(rerun, alternatives(tuple(offers)), studied, people, few),
        "aggregation": aggregation_summary(aggregation_error(fine, coarse), regions),
        "barriers": conform(crossed.reset_index(), BARRIERS),
    }


def _offer(regions: pd.DataFrame, origins: pd.DataFrame, who: Counted, studied: tuple[str, ...], study: Study) -> Offer:
    """Return the hours of those who count at a level, and estimated trips to them."""
    return offer_of(estimate(regions, origins, who.sites, study), who.sites, who.supply, studied, who.unknown)
