"""How steady access is: the tables of stability, sensitivity, aggregation and barriers of a study, in one go."""

import geopandas as gpd
import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from analysis.access.aggregation import aggregation_error, aggregation_summary, one_centre
from analysis.access.assemble import Accessible, measure_access
from analysis.access.barriers import barriers
from analysis.access.rerun import estimate, offer_of, rerun_of
from analysis.access.sensitivity import alternatives, sensitivity
from analysis.access.stability import Drawing, measure_stability
from analysis.promise import conform
from analysis.providers.assemble import Providers
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
) -> dict[str, pd.DataFrame]:
    """Return the promised ``stability``, ``sensitivity``, ``aggregation`` and ``barriers``.

    Catchments and decays are tried; counting levels are not, since each would need the providers assembled anew. Other
    catchments, and one centre a region, are measured with estimated minutes: a table or server of minutes does not know
    wider catchments or other centres.

    Parameters
    ----------
    regions, origins, providers
        As they were measured.
    land
        All outlines of the country.
    accessible
        What was measured.

    """
    drawing = Drawing(study.stability.draws, study.stability.seed)
    few, studied = study.gaps.suppress_below_people, accessible.specialties
    stable = measure_stability(accessible, providers.supply, regions, study.gaps.measure, few, drawing)
    engine = estimate(regions, origins, providers.sites, study)
    offers = {study.supply.level: offer_of(engine, providers.sites, providers.supply, studied)}
    rerun = rerun_of(regions, origins, offers, studied, study)
    people = regions.population.to_numpy(dtype=np.float64)
    by_estimate = study.model_copy(update={"access": study.access.model_copy(update={"travel": EstimateChoice()})})
    fine = accessible.table
    if not isinstance(study.access.travel, EstimateChoice):
        fine = measure_access(regions, origins, providers, studied, by_estimate).table
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
        "sensitivity": sensitivity(rerun, alternatives(()), studied, people, few),
        "aggregation": aggregation_summary(aggregation_error(fine, coarse), regions),
        "barriers": conform(crossed.reset_index(), BARRIERS),
    }
