"""Find the pairs within reach: every origin walks the cells its circle touches, on all cores.

The sorted sites of a row's cells lie side by side, so an origin sees few runs of neighbouring sites instead of many
single ones, and a pair costs no index: only its band. Sites of a run that turn out to be out of reach are kept with
the band beyond the last.

All compiled loops that call each other stay in this file: machine code that is kept is made anew when its own file
changes, and only then.
"""

import math

import numpy as np
from numpy.typing import NDArray

from analysis.access.clusters import Clusters, Desk
from analysis.access.compiled import compiled, prange
from analysis.access.grid import Cells, Points, Seekers

Floats = NDArray[np.float64]
Indices = NDArray[np.int32]
Offsets = NDArray[np.int64]
Bytes = NDArray[np.uint8]
Place = tuple[float, float, float]

_TURN = 2 * math.pi
_SLACK = 1e-7
"""Radians by which a circle is taken too wide when its cells are looked up: 64 cm, far more than rounding."""
_HALF = 0.5
_CHORD_SLACK = 1e-15
"""The same for squared chords, before they are divided by something small near a pole."""
_STRIDE = 97
"""Neighbouring blocks go to different cores, since crowded places lie side by side; it shares no factor with BLOCKS."""
_CLUSTER_SLACK = 1e-12
"""Chord by which a cluster is taken too near and too far, six micrometres: far more than rounding."""
BLOCKS = 256
"""Origins are handed to the cores in so many parts; the same everywhere, so that sums do not depend on the machine."""


@compiled()
def _row_span(cells: Cells, row: int, north: float, square: float) -> float:
    """Return half the span of longitudes that a circle may cover in a row: negative for none, above pi for all."""
    low = cells.south + row * cells.height - _SLACK
    high = low + cells.height + 2 * _SLACK
    apart = max(low - north, north - high, 0.0)
    # squared chord of the least difference in latitude, from below: 4 sin^2(d/2) >= d^2 (1 - d^2/12)
    room = square - apart * apart * (1.0 - apart * apart / 12.0) + _CHORD_SLACK
    if room < 0.0:
        return -1.0
    wide = 4.0 * math.cos(north) * cells.row_cosine[row]
    if room >= wide:
        return _TURN
    sine = math.sqrt(room / wide)
    if sine <= _HALF:
        return 2.0 * sine * (1.0 + 0.19 * sine * sine) + _SLACK  # above arcsin, without its price
    return 2.0 * math.asin(sine) + _SLACK


@compiled()
def _run(cells: Cells, row: int, west: float, east: float) -> tuple[int, int]:
    """Return the run of sorted sites in the cells of a row between two longitudes; empty where there are none."""
    if east < -_SLACK or west > cells.width + _SLACK:
        return 0, 0
    first, columns = cells.row_first[row], cells.row_first[row + 1] - cells.row_first[row]
    scale = cells.row_scale[row]
    left = min(int(max(west, 0.0) * scale), columns - 1)
    right = min(int(max(east, 0.0) * scale), columns - 1)
    return cells.start[first + left], cells.start[first + right + 1]


@compiled()
def _walk(cells: Cells, circle: Place, runs: Indices) -> tuple[int, int]:
    """Write the runs of sites that a circle may touch and return how many runs and sites there are.

    ``circle`` is latitude, longitude from the grid's west and squared chord; ``runs`` takes first site and length.
    """
    north, east, square = circle
    many, sites, end = 0, 0, -1
    if square < 0.0:
        return 0, 0
    angle = 2.0 * math.asin(min(math.sqrt(square) / 2.0, 1.0)) + _SLACK
    first = max(int((north - angle - cells.south) / cells.height), 0)
    last = min(int((north + angle - cells.south) / cells.height), len(cells.row_scale) - 1)
    for row in range(first, last + 1):
        half = _row_span(cells, row, north, square)
        if half < 0.0:
            continue
        whole = half + 1.0 / cells.row_scale[row] >= math.pi  # both ends of the circle may share a cell
        for image in range(-1, 2):
            turned = east + image * _TURN
            begin, stop = _run(cells, row, -_TURN, _TURN) if whole else _run(cells, row, turned - half, turned + half)
            if stop <= begin or (whole and image != 0):
                continue
            sites += stop - begin
            if begin == end:  # goes on where the run before ended
                runs[many - 1, 1] += stop - begin
            else:
                runs[many, 0] = begin
                runs[many, 1] = stop - begin
                many += 1
            end = stop
    return many, sites


@compiled()
def _room(cells: Cells) -> Indices:
    """Return room for the runs of any circle."""
    return np.empty((2 * len(cells.row_scale) + 2, 2), np.int32)


@compiled(parallel=True)
def count(cells: Cells, seekers: Seekers, run_at: Offsets, site_at: Offsets) -> None:
    """Count runs, and sites in them, of each origin, into the entry after its own."""
    origins = len(seekers.x)
    for turn in prange(BLOCKS):
        block = turn * _STRIDE % BLOCKS
        runs = _room(cells)
        for origin in range(origins * block // BLOCKS, origins * (block + 1) // BLOCKS):
            circle = (seekers.north[origin], seekers.east[origin], seekers.bounds[origin, -1])
            run_at[origin + 1], site_at[origin + 1] = _walk(cells, circle, runs)


@compiled()
def _squares(points: Points, place: Place, runs: Indices, squares: Floats) -> int:
    """Write the squared chords from a place to all sites of its runs and return how many there are."""
    x, y, z = place
    at = 0
    for run in range(len(runs)):
        begin, length = runs[run, 0], runs[run, 1]
        xs, ys, zs = (
            points.x[begin : begin + length],
            points.y[begin : begin + length],
            points.z[begin : begin + length],
        )
        to = squares[at : at + length]  # parts of arrays, counted from 0: only so do the loops become vector code
        for site in range(length):
            east, north, up = xs[site] - x, ys[site] - y, zs[site] - z
            to[site] = east * east + north * north + up * up
        at += length
    return at


@compiled()
def _bands(squares: Floats, bounds: Floats, bands: Bytes) -> int:
    """Write the band of each squared chord, beyond the last where it is out of reach, and return how many are not."""
    for site in range(len(bands)):
        bands[site] = np.uint8(squares[site] > bounds[0])
    for band in range(1, len(bounds)):
        bound = bounds[band]
        for site in range(len(bands)):
            bands[site] += np.uint8(squares[site] > bound)
    within = 0
    last = bounds[-1]
    for site in range(len(bands)):
        within += int(squares[site] <= last)
    return within


@compiled(parallel=True)
def classify(
    cells: Cells,
    points: Points,
    seekers: Seekers,
    offsets: tuple[Offsets, Offsets],
    runs: Indices,
    bands: Bytes,
) -> int:
    """Write runs and bands of every origin and return how many pairs are within reach.

    ``offsets`` say where the runs, and the sites in them, of each origin begin.
    """
    run_at, site_at = offsets
    origins = len(seekers.x)
    longest = 0
    for origin in range(origins):
        longest = max(longest, site_at[origin + 1] - site_at[origin])
    pairs = 0
    for turn in prange(BLOCKS):
        block = turn * _STRIDE % BLOCKS
        squares = np.empty(longest)
        for origin in range(origins * block // BLOCKS, origins * (block + 1) // BLOCKS):
            circle = (seekers.north[origin], seekers.east[origin], seekers.bounds[origin, -1])
            _walk(cells, circle, runs[run_at[origin] :])
            place = (seekers.x[origin], seekers.y[origin], seekers.z[origin])
            _squares(points, place, runs[run_at[origin] : run_at[origin + 1]], squares)
            pairs += _bands(squares, seekers.bounds[origin], bands[site_at[origin] : site_at[origin + 1]])
    return pairs


@compiled(parallel=True)
def measure(
    points: Points,
    seekers: Seekers,
    offsets: tuple[Offsets, Offsets],
    runs: Indices,
    chords: NDArray[np.float32],
) -> None:
    """Write the distance of every site of the runs on the unit sphere, infinite where it is out of reach."""
    run_at, site_at = offsets
    origins = len(seekers.x)
    for turn in prange(BLOCKS):
        block = turn * _STRIDE % BLOCKS
        for origin in range(origins * block // BLOCKS, origins * (block + 1) // BLOCKS):
            place = (seekers.x[origin], seekers.y[origin], seekers.z[origin])
            to = chords[site_at[origin] : site_at[origin + 1]]
            squares = np.empty(len(to))
            _squares(points, place, runs[run_at[origin] : run_at[origin + 1]], squares)
            last = seekers.bounds[origin, -1]
            for site in range(len(to)):
                to[site] = np.float32(math.sqrt(squares[site])) if squares[site] <= last else np.float32(np.inf)


@compiled()
def _edges(clusters: Clusters, place: Place, runs: Indices, near: Floats, far: Floats) -> int:
    """Write squared chords below those to the nearest, above those to the farthest point of each cluster of the runs.

    Return how many clusters there are.
    """
    at = _squares(Points(clusters.x, clusters.y, clusters.z), place, runs, near)
    begins = 0
    for run in range(len(runs)):
        begin, length = runs[run, 0], runs[run, 1]
        radius = clusters.radius[begin : begin + length]
        low, high = near[begins : begins + length], far[begins : begins + length]
        for one in range(length):
            chord = math.sqrt(low[one])
            least = max(chord - radius[one] - _CLUSTER_SLACK, 0.0)
            most = chord + radius[one] + _CLUSTER_SLACK
            low[one], high[one] = least * least, most * most
        begins += length
    return at


@compiled()
def _cut(clusters: Clusters, runs: Indices, first: Bytes, last: Bytes, cut: Indices) -> int:
    """Write runs of points of the clusters that lie in more than one band, and return how many runs."""
    many, at, end = 0, 0, -1
    for run in range(len(runs)):
        for cluster in range(runs[run, 0], runs[run, 0] + runs[run, 1]):
            if first[at] != last[at]:
                if clusters.first[cluster] == end:
                    cut[many - 1, 1] += clusters.last[cluster] - end
                else:
                    cut[many, 0] = clusters.first[cluster]
                    cut[many, 1] = clusters.last[cluster] - clusters.first[cluster]
                    many += 1
                end = clusters.last[cluster]
            at += 1
    return many


@compiled()
def _desk(cells: Cells, clusters: int, points: int) -> Desk:
    """Return room for an origin that may see everything; what is not written takes no memory."""
    return Desk(
        _room(cells),
        np.empty(clusters),
        np.empty(clusters),
        np.empty(clusters, np.uint8),
        np.empty(clusters, np.uint8),
        np.empty((clusters, 2), np.int32),
        np.empty(points),
        np.empty(points, np.uint8),
    )


@compiled()
def _look(
    cells: Cells, clusters: Clusters, points: Points, seekers: Seekers, origin: int, widest: float, desk: Desk
) -> tuple[int, int]:
    """Write what an origin sees and return the number of runs of clusters and of points of cut clusters.

    A cluster whose first and last band agree lies wholly in it; the points of others get bands of their own.
    """
    place = (seekers.x[origin], seekers.y[origin], seekers.z[origin])
    bounds = seekers.bounds[origin]
    if bounds[-1] < 0.0:
        return 0, 0
    square = (math.sqrt(bounds[-1]) + widest + _CLUSTER_SLACK) ** 2
    many, _ = _walk(cells, (seekers.north[origin], seekers.east[origin], square), desk.runs)
    seen = _edges(clusters, place, desk.runs[:many], desk.near, desk.far)
    _bands(desk.near, bounds, desk.first[:seen])
    _bands(desk.far, bounds, desk.last[:seen])
    cuts = _cut(clusters, desk.runs[:many], desk.first, desk.last, desk.cut)
    looked_at = _squares(points, place, desk.cut[:cuts], desk.squares)
    _bands(desk.squares, bounds, desk.bands[:looked_at])
    return many, cuts


@compiled(contract=True)
def _add_rows(runs: Indices, bands: Bytes, others: Bytes, table: Floats, columns: Floats, total: Floats) -> None:
    """Add weights times rows of all runs whose two bands agree and are within reach."""
    beyond, at = len(table) - 1, 0
    for run in range(len(runs)):
        begin, length = runs[run, 0], runs[run, 1]
        own, other, rows = bands[at : at + length], others[at : at + length], columns[begin : begin + length]
        for one in range(length):
            if own[one] == other[one] and own[one] != beyond:
                weight = table[own[one]]
                for column in range(len(total)):
                    total[column] += weight * rows[one, column]
        at += length


@compiled(contract=True)
def _add_to_rows(runs: Indices, bands: Bytes, others: Bytes, table: Floats, row: Floats, sums: Floats) -> None:
    """Add weights times a row to all rows of the runs whose two bands agree and are within reach."""
    beyond, at = len(table) - 1, 0
    for run in range(len(runs)):
        begin, length = runs[run, 0], runs[run, 1]
        own, other, to = bands[at : at + length], others[at : at + length], sums[begin : begin + length]
        for one in range(length):
            if own[one] == other[one] and own[one] != beyond:
                weight = table[own[one]]
                for column in range(len(row)):
                    to[one, column] += weight * row[column]
        at += length


@compiled(parallel=True)
def gather(
    cells: Cells,
    clusters: Clusters,
    points: Points,
    seekers: Seekers,
    table: Floats,
    columns: tuple[Floats, Floats],
    sums: Floats,
) -> None:
    """Write, for each origin, the sum of weights times columns over points, without storing a pair.

    A cluster that lies wholly in one band counts as one; the points of others are looked at one by one.

    Parameters
    ----------
    cells
        Cells of the clusters.
    clusters, points, seekers
        Where everything is.
    table
        Weight of each band, and 0 beyond the last.
    columns
        Of the clusters, added up over their points, and of the sorted points; rows x columns.
    sums
        Origins in the order they were given x columns.

    """
    origins = len(seekers.x)
    widest = clusters.radius.max() if len(clusters.radius) else 0.0
    for turn in prange(BLOCKS):
        block = turn * _STRIDE % BLOCKS
        desk = _desk(cells, len(clusters.x), len(points.x))
        total = np.empty(sums.shape[1])
        for origin in range(origins * block // BLOCKS, origins * (block + 1) // BLOCKS):
            many, cuts = _look(cells, clusters, points, seekers, origin, widest, desk)
            total[:] = 0.0
            _add_rows(desk.runs[:many], desk.first, desk.last, table, columns[0], total)
            _add_rows(desk.cut[:cuts], desk.bands, desk.bands, table, columns[1], total)
            sums[seekers.order[origin]] = total


@compiled(parallel=True)
def scatter(
    cells: Cells,
    clusters: Clusters,
    points: Points,
    seekers: Seekers,
    table: Floats,
    columns: Floats,
    sums: tuple[Floats, Floats],
) -> None:
    """Add, for each block of origins, weights times columns to clusters that are met whole, and to points of others.

    Parameters
    ----------
    cells, clusters, points, seekers, table
        As above.
    columns
        Origins in the order they were given x columns.
    sums
        Blocks x clusters x columns, and blocks x sorted points x columns; to be 0 before.

    """
    of_clusters, of_points = sums
    origins, blocks = len(seekers.x), len(of_clusters)
    widest = clusters.radius.max() if len(clusters.radius) else 0.0
    for block in prange(blocks):
        desk = _desk(cells, len(clusters.x), len(points.x))
        for origin in range(origins * block // blocks, origins * (block + 1) // blocks):
            many, cuts = _look(cells, clusters, points, seekers, origin, widest, desk)
            row = columns[seekers.order[origin]]
            _add_to_rows(desk.runs[:many], desk.first, desk.last, table, row, of_clusters[block])
            _add_to_rows(desk.cut[:cuts], desk.bands, desk.bands, table, row, of_points[block])
