"""The SQL with which the National Provider Directory is read: what is of mental health, and what belongs to it.

A line is parsed only as far as it must be: a resource is looked into when a code that is looked for stands somewhere in
its line. Whether the code stands where it counts is decided later, by those few that are left.
"""

from collections.abc import Iterable, Iterator

from crawler.bulk.npd_files import Lines
from crawler.bulk.sought import professions
from crawler.bulk.tables import among, as_is, literal
from crawler.vocabulary import BEHAVIOURAL_PREFIXES

_LONGEST_LINE_BYTES = 16 << 20
ROLE, PERSON, ORGANISATION = "PractitionerRole", "Practitioner", "Organization"
SERVICE, PLACE = "HealthcareService", "Location"
_TELLING = (ROLE, PERSON, ORGANISATION, SERVICE)
_REFERENCES = {
    ROLE: {"practitioner": PERSON, "organization": ORGANISATION, "healthcareService": SERVICE, "location": PLACE},
    SERVICE: {"providedBy": ORGANISATION, "location": PLACE},
    PLACE: {"managingOrganization": ORGANISATION},
}
"""Which fields lead from one resource to another; whatever else a resource refers to is not needed."""

TABLES = r"""
CREATE TABLE found (key VARCHAR, kind VARCHAR, json VARCHAR, stage INTEGER);
CREATE TABLE links (source VARCHAR, target VARCHAR);
CREATE TABLE wanted (key VARCHAR);
CREATE MACRO key_of(kind, reference) AS CASE WHEN NOT starts_with(reference, '#')
    THEN kind || '/' || nullif(regexp_extract(reference, '([^/:]+)(?:/_history/[^/]*)?$', 1), '') END;
CREATE MACRO keys_in(resource, field, kind) AS list_filter(list_transform(
    list_append(json_extract_string(resource, '$.' || field || '[*].reference'),
                json_extract_string(resource, '$.' || field || '.reference')),
    lambda one: key_of(kind, one)), lambda key: key IS NOT NULL);
CREATE MACRO is_npi(npi) AS regexp_full_match(npi, '[0-9]{10}') AND (24 + list_sum(list_transform(range(1, 11),
    lambda place: CASE WHEN place % 2 = 0 THEN try_cast(npi[place] AS INTEGER)
        ELSE try_cast(npi[place] AS INTEGER) * 2 - CASE WHEN npi[place] > '4' THEN 9 ELSE 0 END END))) % 10 = 0;
CREATE MACRO npi_of(resource) AS list_filter(list_transform(list_filter(json_extract(resource, '$.identifier[*]'),
    lambda one: regexp_matches(one->>'$.system', '(us-npi|/npi)$')), lambda one: trim(one->>'$.value')),
    lambda npi: coalesce(is_npi(npi), false))[1];
"""

_COUNTED = """
CREATE OR REPLACE TABLE counted AS SELECT kind, id, json, count(*) AS lines FROM (
    SELECT kind, CASE WHEN is_telling THEN json->>'$.id' END AS id, CASE WHEN is_telling THEN json::VARCHAR END AS json
    FROM (SELECT json, json->>'$.resourceType' AS kind,
                 coalesce(kind IN {telling} AND {is_of_mental_health}, false) AS is_telling FROM {lines})
) GROUP BY ALL
"""
KEPT = "INSERT INTO found SELECT DISTINCT kind || '/' || id, kind, json, 1 FROM counted WHERE id IS NOT NULL"
LINES_BY_KIND = "SELECT kind, sum(lines)::BIGINT FROM counted GROUP BY kind ORDER BY kind"
LINES_WITHOUT_ID = "SELECT coalesce(sum(lines), 0)::BIGINT FROM counted WHERE json IS NOT NULL AND id IS NULL"

_TAKEN = """
INSERT INTO found SELECT DISTINCT told[1] || '/' || told[2], told[1], json, {stage} FROM (
    SELECT told, json::VARCHAR AS json, unnest({keys}) AS key
    FROM (SELECT json, json_extract_string(json, ['$.resourceType', '$.id', {paths}]) AS told FROM {lines})
) WHERE key IN (SELECT key FROM wanted) AND told[2] IS NOT NULL
"""
SIDES_AS_WRITTEN = "SET disabled_optimizers = 'build_side_probe_side,join_order'"
"""Else a file of unknown length is thought short, and all of it held to be looked up in, instead of what is wanted."""

SIDES_AS_FIT = "RESET disabled_optimizers"
_KEPT_ALREADY = "DELETE FROM found WHERE stage = {stage} AND key IN (SELECT key FROM found WHERE stage < {stage})"

_WANTED_OF_ROLES = "INSERT INTO wanted SELECT DISTINCT key FROM found WHERE kind <> 'PractitionerRole'"
_WANTED = """
INSERT INTO wanted SELECT DISTINCT target FROM links
WHERE split_part(target, '/', 1) IN {kinds} AND target NOT IN (SELECT key FROM found)
"""
_WANTED_AS_MANAGED = "INSERT INTO wanted SELECT DISTINCT 'managed by ' || key FROM found WHERE kind = 'Organization'"

BELONGING = f"""
CREATE TABLE with_person AS SELECT DISTINCT source FROM links WHERE starts_with(target, '{PERSON}/');
CREATE TABLE owners AS
    SELECT DISTINCT 'person' AS kind, coalesce(npi_of(json), key[{len(PERSON) + 2}:]) AS owner, key
    FROM found WHERE kind = '{PERSON}'
    UNION
    SELECT 'organisation', coalesce(npi_of(json), key[{len(ORGANISATION) + 2}:]), key
    FROM found WHERE kind = '{ORGANISATION}' AND (stage = 1 OR key IN (
        SELECT target FROM links WHERE NOT starts_with(source, '{PLACE}/')
        AND source NOT IN (SELECT source FROM with_person)));
CREATE TABLE belonging AS
    WITH near AS (
        SELECT kind, owner, key FROM owners
        UNION
        SELECT kind, owner, source FROM owners JOIN links ON target = key
        WHERE kind = 'person' OR source NOT IN (SELECT source FROM with_person)
    ), around AS (
        SELECT kind, owner, key FROM near
        UNION
        SELECT kind, owner, target FROM near JOIN links ON source = key WHERE NOT starts_with(key, '{PLACE}/')
    )
    SELECT kind, owner, key FROM around
    UNION
    SELECT kind, owner, target FROM around JOIN links ON source = key
    WHERE starts_with(key, '{SERVICE}/') AND starts_with(target, '{PLACE}/');
"""  # noqa: S608 - all of it is our own
ORDERED = """
SELECT belonging.kind, owner, found.kind, json FROM belonging JOIN found USING (key)
ORDER BY belonging.kind DESC, owner, found.kind, key, json
"""
OF_NOBODY = f"""
SELECT DISTINCT key FROM found
WHERE (kind = '{ROLE}' OR (kind = '{SERVICE}' AND stage = 1)) AND key NOT IN (SELECT key FROM belonging) ORDER BY key
"""  # noqa: S608 - all of it is our own


def counted(lines: Lines) -> str:
    """Return SQL that counts the lines of a file by kind of resource, those of mental health apart and whole."""
    return _COUNTED.format(telling=among(_TELLING), is_of_mental_health=_is_of_mental_health(), lines=_lines(lines))


def roles_of(lines: Lines, stage: int) -> str:
    """Return SQL that takes the roles whose person, service or, without a person, organisation was kept."""
    owner = f"coalesce(key_of('{PERSON}', told[3]), key_of('{ORGANISATION}', told[4]))"
    services = f"list_transform(json->>'$.healthcareService[*].reference', lambda one: key_of('{SERVICE}', one))"
    keys = f"CASE WHEN told[1] = '{ROLE}' THEN list_append({services}, {owner}) END"
    paths = "'$.practitioner.reference', '$.organization.reference'"
    return _TAKEN.format(stage=stage, lines=_lines(lines), paths=paths, keys=keys)


def referred_to(lines: Lines, stage: int) -> str:
    """Return SQL that takes what is wanted, and the places that a wanted organisation manages."""
    keys = f"[told[1] || '/' || told[2], key_of('managed by {ORGANISATION}', told[3])]"
    paths = "'$.managingOrganization.reference'"
    return _TAKEN.format(stage=stage, lines=_lines(lines), paths=paths, keys=keys)


def kept_already(stage: int) -> str:
    """Return SQL that forgets what was taken a second time."""
    return _KEPT_ALREADY.format(stage=stage)


def wanted(kinds: Iterable[str]) -> Iterator[str]:
    """Yield SQL for what is to be taken next: what is referred to and not there yet, or the roles of what is."""
    yield "DELETE FROM wanted"
    yield _WANTED_OF_ROLES if ROLE in kinds else _WANTED.format(kinds=among(kinds))
    if PLACE in kinds:
        yield _WANTED_AS_MANAGED


def linked(stage: int) -> Iterator[str]:
    """Yield SQL that notes what the resources taken at a stage refer to."""
    for kind, fields in _REFERENCES.items():
        lists = ", ".join(f"keys_in(json, {literal(field)}, {literal(to)})" for field, to in fields.items())
        yield (
            f"INSERT INTO links SELECT DISTINCT key, unnest(flatten([{lists}])) "  # noqa: S608 - as above
            f"FROM found WHERE kind = {literal(kind)} AND stage = {stage}"
        )


def _lines(lines: Lines) -> str:
    """Return SQL for the lines of a file; ``NULL`` where one is no JSON."""
    packing = "zstd" if lines.is_packed else "none"
    return (
        f"read_ndjson_objects({literal(as_is(lines.file))}, compression = '{packing}', ignore_errors = true, "
        f"maximum_object_size = {_LONGEST_LINE_BYTES})"
    )


def is_of_mental_health(codes: Iterable[str]) -> bool:
    """Tell whether a code is looked for, or is of behavioural health and in no list, which is to be counted."""
    sought, left_out = professions()
    return any(code in sought or (code.startswith(BEHAVIOURAL_PREFIXES) and code not in left_out) for code in codes)


def _is_of_mental_health() -> str:
    """Return SQL telling whether such a code stands anywhere in a line, in quotes."""
    sought, left_out = professions()
    codes = sorted(code for code in sought if not code.startswith(BEHAVIOURAL_PREFIXES))
    pattern = literal(f'"((?:{"|".join(BEHAVIOURAL_PREFIXES)})[0-9A-Z]{{3,7}}|{"|".join(codes)})"')
    named = f"list_filter(regexp_extract_all(json::VARCHAR, {pattern}, 1), lambda code: code NOT IN {among(left_out)})"
    return f"(regexp_matches(json::VARCHAR, {pattern}) AND len({named}) > 0)"
