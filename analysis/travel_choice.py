"""Where a study's minutes come from: the estimate from distance, a table of the user's, or a routing server.

Read from ``[access] travel`` of a study file; the engines themselves are in ``analysis/access``.
"""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

_Name = Annotated[str, StringConstraints(min_length=1)]
_Positive = Annotated[float, Field(gt=0)]
Unknown = Literal["refuse", "estimate", "unreachable"]
"""What an end of trips is taken for that a table has no row of."""


class _Choice(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class EstimateChoice(_Choice):
    """Minutes estimated from the great-circle distance: what a study does that says nothing else."""

    engine: Literal["estimate"] = "estimate"


class MinutesColumns(_Choice):
    """Columns of a table of minutes: ids of both ends, and either ``minutes`` or ``seconds``."""

    origin: _Name
    destination: _Name
    minutes: _Name | None = None
    seconds: _Name | None = None

    @model_validator(mode="after")
    def _one_unit(self) -> "MinutesColumns":
        if (self.minutes is None) == (self.seconds is None):
            raise ValueError("columns need either 'minutes' or 'seconds', not both")
        return self


class TableChoice(_Choice):
    """A Parquet table of minutes between origins and destinations: a file, or a folder of them.

    ``file`` lies below ``--inputs``. ``columns`` names its columns; without them OpenTimes' (``origin_id,
    destination_id, duration_sec``) and r5's (``from_id, to_id, travel_time_p50`` or ``travel_time``) are recognised.
    ``partitions`` keeps to parts of a partitioned folder, such as ``{ mode = "car", year = "2024" }``.

    ``destinations`` says whose ids the table's destinations are: those of the sites, of the regions the sites lie in
    (where regions are tracts or postal areas), or of the origin nearest to each site by straight line.
    ``unknown_origins`` and ``unknown_sites`` say what those are that the table has no row of: a fault (``refuse``), so
    that ids of another year do not look like places nobody can leave; estimated from distance (``estimate``); or, in a
    table cut to pairs somebody can travel, out of everybody's reach (``unreachable``).
    ``empty_is_unreachable`` takes a row without minutes for a pair that nobody can travel, instead of a fault.
    """

    engine: Literal["table"]
    file: Path
    columns: MinutesColumns | None = None
    partitions: dict[_Name, str] = {}
    destinations: Literal["site", "region", "nearest_origin"] = "nearest_origin"
    unknown_origins: Unknown = "refuse"
    unknown_sites: Unknown = "refuse"
    empty_is_unreachable: bool = False
    memory_mb: Annotated[int, Field(ge=64)] = 512


class OsrmChoice(_Choice):
    """An OSRM server at an ``address`` of the user's; it is sent the coordinates of origins and sites.

    ``table_limit`` is the server's ``--max-table-size``. Pairs are asked for up to ``reach_factor`` times as far as the
    estimate says one comes within the limit. ``nearest_asked`` sites by straight line are asked for to find the nearest
    by road. ``contact`` is told to the server, ``cache`` is the folder of its answers; both stay out of what is written
    beside the results. ``allow_demo`` lets the public demonstration server be asked, whose operator wants light use.
    """

    engine: Literal["osrm"]
    address: _Name
    profile: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]+$")] = "driving"
    table_limit: Annotated[int, Field(ge=1)] = 100
    reach_factor: Annotated[float, Field(ge=1)] = 3.0
    nearest_asked: Annotated[int, Field(ge=1)] = 10
    pause_seconds: Annotated[float, Field(ge=0)] = 1.0
    timeout_seconds: _Positive = 120.0
    allow_demo: bool = False
    contact: str | None = Field(default=None, exclude=True)
    cache: Path = Field(exclude=True)

    @model_validator(mode="after")
    def _contact_is_a_line(self) -> "OsrmChoice":
        if self.contact and not (self.contact.isascii() and self.contact.isprintable()):
            raise ValueError("contact must be one line of plain letters: an e-mail or web address")
        return self


Travel = Annotated[EstimateChoice | TableChoice | OsrmChoice, Field(discriminator="engine")]
"""A study's choice, told apart by ``engine``."""
