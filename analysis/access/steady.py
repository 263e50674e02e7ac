"""How steady access is: the tables of stability, sensitivity and aggregation of a study, in one go."""

import numpy as np
import pandas as pd

from analysis.access.aggregation import aggregation_error, aggregation_summary, one_centre
from analysis.access.assemble import Accessible, measure_access
from analysis.access.rerun import estimate, offer_of, rerun_of
from analysis.access.sensitivity import alternatives, sensitivity
from analysis.access.stability import Drawing, measure_stability
from analysis.providers.assemble import Providers
from analysis.study import Study


def steadiness(
    regions: pd.DataFrame, origins: pd.DataFrame, providers: Providers, accessible: Accessible, study: Study
) -> dict[str, pd.DataFrame]:
    """Return the promised ``stability``, ``sensitivity`` and ``aggregation``.

    Catchments and decays are tried; counting levels are not, since each would need the providers assembled anew.

    Parameters
    ----------
    regions, origins, providers
        As they were measured.
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
    coarse = measure_access(regions, one_centre(regions), providers, studied, study)
    return {
        "stability": stable,
        "sensitivity": sensitivity(rerun, alternatives(()), studied, people, few),
        "aggregation": aggregation_summary(aggregation_error(accessible.table, coarse.table), regions),
    }
