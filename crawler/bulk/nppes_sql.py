"""The SQL with which an NPPES table is read: the rows of mental health, and the columns by their names."""

from pathlib import Path

from crawler.bulk.parts import Part
from crawler.bulk.sought import professions
from crawler.bulk.tables import Table, among, literal
from crawler.states import states as known_states
from crawler.vocabulary import BEHAVIOURAL_PREFIXES

_SLOTS = range(1, 16)
_CODE, _LICENCE_STATE = "Healthcare Provider Taxonomy Code_{}", "Provider License Number State Code_{}"
_ENDED, _RESUMED = "NPI Deactivation Date", "NPI Reactivation Date"
_PRACTICE = "Provider Business Practice Location Address "
_FURTHER = "Provider Secondary Practice Location Address "
NEEDED = ("NPI", "Entity Type Code", _CODE.format(1), f"{_PRACTICE}State Name", f"{_PRACTICE}Postal Code")
NEEDED_OF_PLACES = ("NPI", f"{_FURTHER}State Name", f"{_FURTHER}Postal Code")

TABLES = """
CREATE TABLE settled (npi VARCHAR);
CREATE TABLE ended (npi VARCHAR, day DATE);
CREATE TABLE chosen (
    npi VARCHAR, part INTEGER, kind VARCHAR, given VARCHAR, family VARCHAR, organisation VARCHAR,
    codes VARCHAR[], licences VARCHAR[], listed_on DATE, is_active BOOLEAN, place VARCHAR[]
);
CREATE TABLE further (npi VARCHAR, part INTEGER, place VARCHAR[]);
"""
SEPARATOR = "\x1f"
"""Between the parts of a text: lists cost Python eight times as much as texts."""

_ORDERED = """
SELECT npi, CASE kind WHEN '1' THEN 'person' WHEN '2' THEN 'organisation' END AS kind,
       CASE kind WHEN '1' THEN given END AS given, CASE kind WHEN '1' THEN family END AS family,
       CASE kind WHEN '2' THEN organisation END AS organisation,
       array_to_string(codes, chr(31)), array_to_string(licences, chr(31)), listed_on, is_active, places,
       coalesce(place[1], 'US'), place[2], place[3], place[4], place[5], place[6]
FROM chosen LEFT JOIN (SELECT npi, part, list(place ORDER BY place) AS places FROM further GROUP BY npi, part)
USING (npi, part) {where} ORDER BY npi
"""


def chosen(table: Table, number: int) -> str:
    """Return SQL that adds the mental-health rows of which no newer part speaks."""
    is_active = f"NOT coalesce({_is_ended(table)}, false)" if table.has(_ENDED) else "NULL::BOOLEAN"
    licences = _filled([table.column(_LICENCE_STATE.format(slot)) for slot in _SLOTS])
    return f"""
    INSERT INTO chosen
    SELECT npi, {number}, kind, given, family, organisation, codes, licences, listed_on,
           CASE WHEN reported.npi IS NOT NULL AND coalesce(day > resumed, true) THEN false ELSE is_active END, place
    FROM (
        SELECT {table.column("NPI")} AS npi, {table.column("Entity Type Code")} AS kind,
               {table.column("Provider First Name")} AS given,
               {table.column("Provider Last Name (Legal Name)")} AS family,
               {table.column("Provider Organization Name (Legal Business Name)")} AS organisation,
               {_codes(table)} AS codes, {licences} AS licences, {_day(table, "Last Update Date")} AS listed_on,
               {is_active} AS is_active, coalesce({_day(table, _RESUMED)}, DATE '0001-01-01') AS resumed,
               {_practice(table)} AS place
        FROM {table.rows(are_rejects_kept=True)} WHERE {_is_of_mental_health(table)}
    ) LEFT JOIN (SELECT npi, max(day) AS day FROM ended GROUP BY npi) AS reported USING (npi)
    WHERE npi NOT IN (SELECT npi FROM settled WHERE npi IS NOT NULL)
    """  # noqa: S608 - every text in it is quoted by tables.literal


def settled(table: Table, part: Part) -> tuple[str, str]:
    """Return SQL for what older parts no longer decide: NPIs that ended, with nothing else said of them; all others."""
    npi, own = table.column("NPI"), "NULL::DATE" if part.day is None else f"DATE {literal(part.day.isoformat())}"
    has_only_ended = f"coalesce({_is_ended(table)}, false) AND {_codes(table)} = []"
    day, rows = f"coalesce({_day(table, _ENDED)}, {own})", table.rows()
    return (
        f"INSERT INTO ended SELECT {npi}, {day} FROM {rows} WHERE {has_only_ended}",  # noqa: S608 - as above
        f"INSERT INTO settled SELECT {npi} FROM {rows} WHERE NOT ({has_only_ended})",  # noqa: S608 - as above
    )


def reported(rows: Path) -> str:
    """Return SQL that adds a report of deactivations, written as plain lines."""
    columns = "{npi: 'VARCHAR', day: 'DATE'}"
    lines = f"read_csv({literal(str(rows))}, columns = {columns}, header = false, auto_detect = false)"
    return f"INSERT INTO ended SELECT npi, day FROM {lines}"  # noqa: S608 - as above


def further(table: Table, number: int) -> str:
    """Return SQL that adds the further places of practice of those chosen from a part."""
    npi, lines = table.column("NPI"), [table.column(f"{_FURTHER}Address Line {line}") for line in (1, 2)]
    return (
        f"INSERT INTO further SELECT {npi}, {number}, {_place(table, lines, _FURTHER)} "  # noqa: S608 - as above
        f"FROM {table.rows(are_rejects_kept=True)} WHERE {npi} IN (SELECT npi FROM chosen WHERE part = {number})"
    )


def ordered(states: tuple[str, ...]) -> str:
    """Return SQL for all that was chosen, in order of the NPI; with states, whoever practises in one of them."""
    if not states:
        return _ORDERED.format(where="")
    words = {word.upper() for word, code in known_states().codes.items() if code in states}
    place, one = (f"upper(coalesce({stated}[2], {stated}[1])) IN {among(words)}" for stated in ("place", "one"))
    return _ORDERED.format(where=f"WHERE {place} OR len(list_filter(places, lambda one: {one})) > 0")


def _is_of_mental_health(table: Table) -> str:
    """Return SQL telling whether a row has a code of a list, also one left out on purpose, or of behavioural health."""
    sought, left_out = professions()
    slots = [table.bare(name) for slot in _SLOTS if table.has(name := _CODE.format(slot))]
    unheard = f"^({'|'.join(BEHAVIOURAL_PREFIXES)})"
    return " OR ".join(
        f"{slot} IN {among(sought | left_out)} OR regexp_matches({slot}, {literal(unheard)})" for slot in slots
    )


def _codes(table: Table) -> str:
    return _filled([table.column(_CODE.format(slot)) for slot in _SLOTS])


def _filled(columns: list[str]) -> str:
    return f"list_filter([{', '.join(columns)}], lambda cell: cell IS NOT NULL)"


def _day(table: Table, name: str) -> str:
    return f"try_strptime({table.column(name)}, '%m/%d/%Y')::DATE"


def _is_ended(table: Table) -> str:
    """Return SQL telling whether an NPI was deactivated and not reactivated since."""
    ended, resumed = table.column(_ENDED), table.column(_RESUMED)
    is_before = f"coalesce({_day(table, _RESUMED)} < {_day(table, _ENDED)}, false)"
    return f"{ended} IS NOT NULL AND ({resumed} IS NULL OR {is_before})"


def _practice(table: Table) -> str:
    """Return SQL for where people are seen: never the mailing address."""
    lines = [table.column(f"Provider {line} Line Business Practice Location Address") for line in ("First", "Second")]
    return _place(table, lines, _PRACTICE)


def _place(table: Table, lines: list[str], prefix: str) -> str:
    """Return SQL for a place: country, state, city, postal code, street and telephone."""
    names = ("Country Code (If outside U.S.)", "State Name", "City Name", "Postal Code")
    street = f"nullif(concat_ws(' ', {', '.join(lines)}), '')"
    stated = [table.column(prefix + name) for name in names]
    return f"[{', '.join([*stated, street, table.column(prefix + 'Telephone Number')])}]"
