"""Study: what is studied and every judgement call, frozen, read from a study file (TOML).

Every value that a reader of the results could contest has its address here or in ``data/reference``; the whole study
is written beside the results.
"""

import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from analysis.decay_choice import BandsChoice, DecayChoice
from analysis.travel_choice import EstimateChoice, Travel

Share = Annotated[float, Field(ge=0, le=1)]
Positive = Annotated[float, Field(gt=0)]
CountryCode = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
StateCode = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9]{1,4}$")]
Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
Level = Literal["any", "psychotherapy", "core", "chr"]
LEVELS: tuple[Level, ...] = get_args(Level)


class StudyError(ValueError):
    """A study file is absent, malformed or asks for something that does not exist."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Input(_Part):
    """A public dataset: its entry in ``data/catalog`` and, unless it is bundled, its file below ``--inputs``."""

    dataset: Key
    file: Path | None = None


class Inputs(_Part):
    """The public data behind regions and origins.

    ``level`` is what one region is: a unit of the datasets (``county``, ``zcta``, ``tract``, ``nuts3``), or the name
    under which ``therapygap regions add`` keeps the user's own. ``outlines`` draws the regions (not needed for added
    ones); ``origins`` are the points where people live, finer than the regions; ``inside``
    puts all people of a region at one point inside it. ``figures`` hold
    people, rurality and indicators at any level, the first that has a figure goes before the others. A figure of
    regions made from smaller units needs to be known for ``known_share`` of their people.
    """

    level: Key = "county"
    outlines: Input = Input(dataset="bundle_counties")
    figures: Annotated[tuple[Input, ...], Field(min_length=1)] = (Input(dataset="bundle_counties"),)
    origins: Input | Literal["inside"] = Input(dataset="bundle_zctas")
    known_share: Share = 0.9


class Directory(_Part):
    """A directory whose listings are used.

    ``crawl`` is the run id of a crawl or ``latest``; ``export`` instead names a saved export below ``--inputs`` that
    is read as if it had been crawled.
    """

    source: Key
    crawl: str = "latest"
    export: Path | None = None


class Supply(_Part):
    """Whom the study counts: everybody, psychotherapy professions, HRSA's core professions, or 27 listed codes."""

    level: Level = "any"


class Linkage(_Part):
    """When listings are taken for one therapist or clinic: from which mean probability on groups of them are joined.

    What other thresholds give in precision and recall is in docs/linkage.md.
    """

    threshold: Annotated[float, Field(gt=0, le=1)] = 0.5


class Access(_Part):
    """How far people go: estimated minutes, catchments, decay inside the catchment.

    ``circuity`` 1.4 after Boscoe, Henry & Zdeb 2012 (the figure itself is to be confirmed). A catchment is that of the
    type of place, or ``catchment_minutes`` everywhere; times ``catchment_scale``, and for some specialties times
    ``specialty_scale`` as well: people go farther for what is rare. ``decay`` says how much a provider counts the
    farther away it is inside the catchment. ``road_km_per_hour`` takes the place of the country's speeds by type.
    """

    travel: Travel = EstimateChoice()
    decay: DecayChoice = BandsChoice()
    catchment_minutes: Positive | None = None
    catchment_scale: Positive = 1.0
    specialty_scale: dict[Key, Positive] = {}
    road_km_per_hour: dict[Key, Positive] = {}
    circuity: Annotated[float, Field(ge=1)] = 1.4
    start_up_minutes: Annotated[float, Field(ge=0)] = 0.0


class Gaps(_Part):
    """What counts as enough, and when a figure is withheld.

    ``benchmark`` is ``mean`` (the study area's own need-weighted mean access) or a number of FTE per 1,000 people in
    need. ``severe_share`` is the shortage share from which a gap is called severe. ``measure`` is the measure of access
    that gaps and online potential rest on: ``e2sfca``, or ``three_sfca``, in which people who reach many sites do not
    count in full at each of them. Capacity inside a region with some but fewer than ``suppress_below_providers``
    providers is withheld.
    """

    measure: Literal["e2sfca", "three_sfca"] = "three_sfca"
    benchmark: Literal["mean"] | Positive = "mean"
    severe_share: Share = 0.5
    suppress_below_people: Annotated[int, Field(ge=0)] = 50
    suppress_below_providers: Annotated[int, Field(ge=0)] = 5


class Stability(_Part):
    """How often supply is drawn to tell how sure access and ranks are, and the seed by which draws repeat."""

    draws: Annotated[int, Field(ge=40)] = 1000
    seed: Annotated[int, Field(ge=0)] = 0


class Scenario(_Part):
    """One what-if of online therapy."""

    name: Key
    licences: Literal["none", "issuing", "enacted", "all"] = "issuing"
    connection: Literal["measured", "everyone"] = "measured"
    take_up: Share = 0.3


class Online(_Part):
    """What online therapy can do.

    ``suitable_share`` says what each evidence tier of specialties.toml stands for: a judgement, no measurement.
    ``spare_share`` is the share of hours not needed at home that a therapist gives online. ``materiality_share``:
    a site's hours are spare only as far as every region making up at least this share of the site's demand, or
    getting at least this share of its access from the site, stays at the benchmark. ``minor_loss_share``: losses below
    this share of the potential hold nothing back.
    """

    suitable_share: dict[Literal["strong", "good", "moderate", "weak", "insufficient"], Share] = {
        "strong": 0.9,
        "good": 0.8,
        "moderate": 0.6,
        "weak": 0.3,
        "insufficient": 0.0,
    }
    spare_share: Share = 0.5
    materiality_share: Share = 0.05
    minor_loss_share: Share = 0.25
    scenarios: tuple[Scenario, ...] = (
        Scenario(name="present"),
        Scenario(name="every_licence", licences="all"),
        Scenario(name="everyone_connected", connection="everyone"),
    )

    @model_validator(mode="after")
    def _names_differ(self) -> "Online":
        names = [scenario.name for scenario in self.scenarios]
        if not names or len(set(names)) != len(names):
            raise ValueError("scenarios need at least one entry and names that differ")
        return self


class Geocode(_Part):
    """How listings without coordinates get a place.

    ``offline`` sends nothing anywhere. Another ``engine`` is sent the street addresses of listings without coordinates,
    and nothing else of them: ``census``, the batch geocoder of the US Census Bureau, or ``nominatim``, a server at the
    ``address`` given. ``contact`` is told to the server, ``cache`` is the folder of its answers; both stay out of what
    is written beside the results. ``benchmark`` is the edition of the Bureau's address ranges. ``gazetteer`` is a CSV
    file below ``--inputs`` with areas of postal codes and towns, for countries that have none here.
    """

    engine: Literal["offline", "census", "nominatim"] = "offline"
    address: str | None = None
    contact: str | None = Field(default=None, exclude=True)
    cache: Path | None = Field(default=None, exclude=True)
    benchmark: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_]+$")] = "Public_AR_Current"
    gazetteer: Path | None = None

    @model_validator(mode="after")
    def _engine_is_whole(self) -> "Geocode":
        if self.engine != "offline" and self.cache is None:
            raise ValueError("an engine needs 'cache', a folder for its answers, so that no address is asked for twice")
        if self.engine == "nominatim" and self.address is None:
            raise ValueError("engine 'nominatim' needs the 'address' of a server, such as 'https://nominatim.example'")
        if self.contact and not (self.contact.isascii() and self.contact.isprintable()):
            raise ValueError("contact must be one line of plain letters: an e-mail or web address")
        return self


class Study(_Part):
    """A study: area, inputs, directories and every judgement call."""

    title: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    notice: str = ""
    country: CountryCode = "US"
    states: tuple[StateCode, ...] = ()
    specialties: tuple[Key, ...] = ()
    inputs: Inputs = Inputs()
    directories: Annotated[tuple[Directory, ...], Field(min_length=1)]
    linkage: Linkage = Linkage()
    supply: Supply = Supply()
    geocode: Geocode = Geocode()
    access: Access = Access()
    gaps: Gaps = Gaps()
    stability: Stability = Stability()
    online: Online = Online()


def read_study(file: Path) -> Study:
    """Read and check a study file.

    Raises
    ------
    StudyError
        The file is absent, is not TOML, or breaks a rule; all broken rules are named at once.

    """
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError as fault:
        raise StudyError(
            f"study file {str(file)!r} does not exist; give the path of a TOML file such as examples/us_clinics.toml."
        ) from fault
    except (OSError, UnicodeDecodeError) as fault:
        raise StudyError(f"study file {str(file)!r} cannot be read as UTF-8 text ({fault}).") from fault
    try:
        raw: dict[str, Any] = tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        raise StudyError(f"study file {str(file)!r} is not valid TOML: {fault}; mend that line.") from fault
    try:
        return Study.model_validate(raw)
    except ValidationError as faults:
        said = "; ".join(
            f"{'.'.join(map(str, fault['loc'])) or 'the study'}{_said(fault['input'])}: "
            f"{fault['msg'].removeprefix('Value error, ')}"
            for fault in faults.errors()
        )
        raise StudyError(f"study file {str(file)!r}: {said}; see examples/ for files that run.") from faults


def _said(value: object) -> str:
    """Return what stands in the file, where it is a plain value."""
    return f" is {value!r}" if isinstance(value, str | int | float) else ""
