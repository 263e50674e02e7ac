"""A database with the listings of one kind, and what is worked out about all of them before any two are compared."""

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from splink import DuckDBAPI, Linker

from analysis.providers.linkage.clusters import Apart, Numbers, components
from analysis.providers.linkage.model import MODELS, are_elsewhere, columns_of
from analysis.providers.linkage.weights import Settings, rounded

LISTED, FIRST, SOME = "listed", "first_of_each", "some_of_them"
_MEMORY = "3GB"
_SOME_MOST = 100_000
"""So many listings are enough to count how often different people agree."""

_COMMON_SHARE, _COMMON_LEAST = 0.004, 20
"""A word on so many clinics (at least so many) tells none of them apart."""

LEAST_LISTINGS = 2_000
"""Fewer listings of a kind teach nothing: neither how frequent rare values are, nor how much agreement tells."""

Rows = list[tuple[Any, ...]]


class Workbench:
    """The listings of one kind in a database, with how frequent their values are.

    Attributes
    ----------
    kind
        ``people`` or ``clinics``.
    listings
        How many there are.
    first
        How many are left when those that share a key which two seldom share stand for one another: with these alone
        values are counted, so that somebody in four directories does not make a rare name common.
    some
        How many are in a sample of them.
    rarity
        By column, how likely somebody else has a value that was met once.

    """

    def __init__(
        self, database: duckdb.DuckDBPyConnection, kind: str, table: pa.Table, rarity: Mapping[str, float] | None
    ) -> None:
        self.database, self.kind, self.model = database, kind, MODELS[kind]
        database.register("given", table)
        common = self._common_words() if kind == "clinics" else []
        database.execute(f"CREATE TABLE {LISTED} AS SELECT *, {columns_of(kind, common)} FROM given ORDER BY listing")
        database.unregister("given")
        self.numbers = np.array([one for (one,) in self.rows(f"SELECT listing FROM {LISTED} ORDER BY 1")], np.int64)
        self.listings = len(self.numbers)
        self.first = self._keep_first()
        database.execute(
            f"CREATE TABLE {SOME} AS SELECT * FROM {LISTED} ORDER BY hash(listing), listing LIMIT {_SOME_MOST}"
        )
        self.some = min(self.listings, _SOME_MOST)
        is_few = rarity is not None and self.listings < LEAST_LISTINGS
        known = dict(rarity or {}) if is_few else {}
        self.rarity = {column: rounded(known.get(column) or self._rarity(column)) for column in self.model.frequent}
        for column in self.model.frequent:
            self._count(column, is_few=is_few)

    def rows(self, sql: str) -> Rows:
        """Run a statement and return all its rows."""
        return self.database.execute(sql).fetchall()

    def apart(self) -> Apart | None:
        """Return what tells clinics at different addresses apart; nothing of the kind for people."""
        if self.kind != "clinics":
            return None
        rows = self.rows(f"SELECT towns, postcodes, numbers FROM {LISTED} ORDER BY listing")
        places = [tuple(frozenset(said) for said in row) for row in rows]

        def tell(members: Numbers) -> NDArray[np.bool_]:
            chosen = [places[at] for at in members]
            return np.array([[are_elsewhere(one, other) for other in chosen] for one in chosen])

        return tell

    def opened(self, settings: Settings, table: str = LISTED) -> tuple[DuckDBAPI, Linker]:
        """Return splink's way to the database, and a linker that knows how frequent values are."""
        api = DuckDBAPI(self.database)
        linker = Linker(api.register(table), settings, log_level=None)
        for column in self.model.frequent:
            linker.table_management.register_term_frequency_lookup(api.register(f"frequency_of_{column}"), column)
        return api, linker

    def linker(self, settings: Settings, table: str = LISTED) -> Linker:
        """Return a linker over the listings, or over the first of each."""
        return self.opened(settings, table)[1]

    def _common_words(self) -> list[str]:
        most = max(_COMMON_LEAST, _COMMON_SHARE * self.rows("SELECT count(*) FROM given")[0][0])
        found = self.rows(
            "SELECT word FROM (SELECT unnest(words) AS word FROM given) GROUP BY word "
            f"HAVING count(*) > {most} ORDER BY word"
        )
        return [word for (word,) in found]

    def _keep_first(self) -> int:
        keys = " UNION ALL ".join(
            f"SELECT listing, '{number} ' || ({key}) AS key FROM {LISTED}"
            for number, key in enumerate(self.model.certain)
        )
        self.database.execute(f"CREATE TEMP TABLE keys AS SELECT listing, key FROM ({keys}) WHERE key IS NOT NULL")
        pairs = self.database.execute(
            "SELECT listing AS r, min(listing) OVER (PARTITION BY key) AS l FROM keys"
        ).fetchnumpy()
        groups = components(self.listings, *(np.searchsorted(self.numbers, pairs[side]) for side in "lr"))
        table = pa.table({"listing": self.numbers, "one": groups})
        self.database.register("grouped", table)
        self.database.execute(
            f"CREATE TABLE {FIRST} AS SELECT {LISTED}.* FROM {LISTED} SEMI JOIN (SELECT "
            "arg_min(listing, hash(listing)) AS listing FROM grouped GROUP BY one) USING (listing) ORDER BY listing"
        )
        self.database.unregister("grouped")
        self.database.execute("DROP TABLE keys")
        return int(self.rows(f"SELECT count(*) FROM {FIRST}")[0][0])

    def _rarity(self, column: str) -> float:
        """Return how likely somebody else has a value that was met once, after Good and Turing."""
        ((all_times, once, twice),) = self.rows(
            "SELECT sum(times), count(*) FILTER (times = 1), count(*) FILTER (times = 2) FROM ("
            f"SELECT count(*) AS times FROM {FIRST} WHERE {column} IS NOT NULL GROUP BY {column})"
        )
        return float(2 * (twice + 0.5) / (once + 1) / (all_times or 1))

    def _count(self, column: str, *, is_few: bool) -> None:
        """Write down how likely somebody else has a value; among few, the two that are compared do not count."""
        others = 2 if is_few else 1
        self.database.execute(
            f"CREATE TABLE frequency_of_{column} AS WITH met AS ("
            f"SELECT {column}, count(*) AS times FROM {FIRST} WHERE {column} IS NOT NULL GROUP BY {column}), "
            f"said AS (SELECT DISTINCT {column} FROM {LISTED} WHERE {column} IS NOT NULL) "
            f"SELECT {column}, greatest((coalesce(times, 1) - {others}) / (SELECT sum(times) FROM met), "
            f"{self.rarity[column]}) AS tf_{column} FROM said LEFT JOIN met USING ({column})"
        )


@contextmanager
def workbench(kind: str, table: pa.Table, rarity: Mapping[str, float] | None = None) -> Iterator[Workbench]:
    """Open a workbench in memory; what does not fit goes into a folder that is gone afterwards.

    ``rarity`` is what holds of rare values where the listings are too few to teach it.
    """
    with (
        tempfile.TemporaryDirectory(prefix="therapygap-linkage-") as spill,
        duckdb.connect(config={"memory_limit": _MEMORY, "temp_directory": spill}) as database,
    ):
        database.execute("SET enable_progress_bar = false")
        yield Workbench(database, kind, table, rarity)
