"""Every scenario of the study, in every specialty: the promised ``online``."""

from collections import defaultdict

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.access.assemble import Accessible
from analysis.access.measures.e2sfca import e2sfca
from analysis.country import Country, country
from analysis.gaps.need import need, weakest
from analysis.gaps.shortage import benchmark
from analysis.online.explain import held_back_by
from analysis.online.licences import Rule, may_serve
from analysis.online.matching import matched, need_class
from analysis.online.spare import spare_shares
from analysis.promise import conform
from analysis.reference import Specialty
from analysis.study import Scenario, Study, StudyError
from analysis.tables import ONLINE

Floats = NDArray[np.float64]

_PER_1000 = 1000


def online_potential(
    regions: pd.DataFrame,
    accessible: Accessible,
    gaps: pd.DataFrame,
    offer: pd.DataFrame,
    specialties: dict[str, Specialty],
    study: Study,
) -> pd.DataFrame:
    """Return what online therapy would change in each region, specialty and scenario.

    ``offer`` holds the hours of therapists who offer video by site, specialty, licence family and states of licence.
    """
    site = {site_id: number for number, site_id in enumerate(accessible.site_ids)}
    by_specialty = dict(iter(gaps.groupby("specialty", sort=False)))
    rows: list[pd.DataFrame] = []
    for column, key in enumerate(accessible.specialties):
        offered = offer[offer.specialty == key]
        spare = _spare(regions, accessible, column, key, study)
        free_hours = offered.online_fte.to_numpy() * spare[offered.site_id.map(site).to_numpy(dtype=np.int64)]
        known = by_specialty[key].set_index("region_id").reindex(regions.region_id)
        rows += [
            _scenario(regions, known, offered, free_hours, specialties[key], scenario, study)
            for scenario in study.online.scenarios
        ]
    return conform(pd.concat(rows, ignore_index=True), ONLINE)


def _spare(regions: pd.DataFrame, accessible: Accessible, column: int, key: str, study: Study) -> Floats:
    """Return the share of each site's hours that its therapists may give online."""
    home = country(study.country)
    if home.need_of(key).prevalence is None:
        return np.zeros(len(accessible.site_ids))
    demand = need(regions, key, home).people
    weights, supply = accessible.weights_of(column, study.gaps.measure), accessible.supply[:, column]
    enough = benchmark(e2sfca(weights, demand, supply).value, demand, study.gaps.benchmark)
    at_home = spare_shares(weights, demand, supply, enough, study.online.materiality_share)
    return at_home * study.online.spare_share


def _scenario(
    regions: pd.DataFrame,
    known: pd.DataFrame,
    offered: pd.DataFrame,
    free_hours: Floats,
    specialty: Specialty,
    scenario: Scenario,
    study: Study,
) -> pd.DataFrame:
    """Return one scenario of one specialty."""
    shortage = known.shortage_fte.to_numpy(dtype=np.float64)
    potential = shortage * study.online.suitable_share[specialty.online_tier] * scenario.take_up
    connected = _connected(regions, scenario)
    servable = np.nan_to_num(potential * connected)
    state = regions.state.to_numpy(dtype=np.str_)
    worst = need_class(known.shortage_share.to_numpy(dtype=np.float64))

    def served_under(rule: Rule) -> Floats:
        hours = _pooled(offered, free_hours, rule, frozenset(regions.state), country(study.country))
        return matched(hours, servable, np.nan_to_num(shortage), state, worst)

    served = served_under(scenario.licences)
    anywhere = served if scenario.licences == "all" else served_under("all")
    to_licence = np.clip(anywhere - served, 0, servable - served)
    losses = {
        "connection": potential - servable,
        "licence": to_licence,
        "hours": np.maximum(servable - served - to_licence, 0),
    }
    enough = np.nan_to_num(known.benchmark_fte_per_1000_in_need.to_numpy(dtype=np.float64)) / _PER_1000
    is_missing = np.isnan(shortage)
    table = pd.DataFrame(
        {
            "region_id": regions.region_id.to_numpy(),
            "specialty": known.specialty.to_numpy(),
            "scenario": scenario.name,
            "shortage_fte": shortage,
            "potential_fte": potential,
            "served_fte": served,
            "lost_to_connection_fte": losses["connection"],
            "lost_to_licence_fte": losses["licence"],
            "lost_to_hours_fte": losses["hours"],
            "people_newly_served": np.divide(served, enough, out=np.zeros(len(regions)), where=enough > 0),
            "gap_closed_share": np.divide(served, shortage, out=np.full(len(regions), np.nan), where=shortage > 0),
            "held_back_by": held_back_by(shortage, potential, losses, study.online.minor_loss_share),
            "basis": weakest(known.need_basis, regions.no_internet_share_basis.set_axis(known.index)),
        }
    )
    figures = [name for name in table.columns if name.endswith("_fte") or name == "people_newly_served"]
    table.loc[is_missing, figures] = np.nan
    return table


def _connected(regions: pd.DataFrame, scenario: Scenario) -> Floats:
    """Return the share of households whom video reaches; where it is not known, that of the study's people."""
    if scenario.connection == "everyone":
        return np.ones(len(regions))
    offline = regions.no_internet_share
    if offline.isna().all():
        raise StudyError(
            f"scenario {scenario.name!r} goes by measured connections, but no dataset of the study has households "
            "without internet; add one to [inputs] figures, or say connection = 'everyone'."
        )
    known = regions[offline.notna()]
    mean = np.average(known.no_internet_share, weights=known.population) if known.population.sum() else offline.mean()
    connected: Floats = 1 - offline.fillna(mean).to_numpy(dtype=np.float64)
    return connected


def _pooled(
    offered: pd.DataFrame, free_hours: Floats, rule: Rule, states: frozenset[str], home: Country
) -> dict[frozenset[str], float]:
    """Return free hours by the set of states in which they may be given."""
    pool: dict[frozenset[str], float] = defaultdict(float)
    known = home.compacts
    for state, licence, further, hours in zip(
        offered.state, offered.licence, offered.licence_states, free_hours, strict=True
    ):
        if hours > 0:
            pool[may_serve(state, licence, filter(None, further.split(";")), rule, known, states)] += hours
    return dict(pool)
