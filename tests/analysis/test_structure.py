"""One structure for everything: small, kept by content, read back as it was, and built anew where it is damaged."""

import json
import os
import shutil
import time
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.access import cache
from analysis.access.banded import BandedWeights, band_weights
from analysis.access.cache import cached_structure, content_key, load_structure, save_structure
from analysis.access.decay import Bands, Gaussian, step
from analysis.access.decayed import DecayedWeights
from analysis.access.structure import Structure, build_structure
from analysis.access.travel import GreatCircle
from analysis.sphere import unit_sphere

SHARES = (1 / 3, 2 / 3, 1.0)


def country(seed: int = 0, origins: int = 400, sites: int = 300) -> tuple[GreatCircle, np.ndarray]:
    draw = np.random.default_rng(seed)
    homes, offices = draw.normal((45, -110), 1, (origins, 2)), draw.normal((45, -110), 1, (sites, 2))
    engine = GreatCircle(unit_sphere(*homes.T), unit_sphere(*offices.T), np.full(origins, 1.2), 1.4, 2.0)
    return engine, draw.choice([30.0, 60.0], origins)


def same(one: Structure, other: Structure) -> bool:
    return all(np.array_equal(getattr(one, part.name), getattr(other, part.name)) for part in fields(Structure))


def test_a_pair_takes_few_bytes() -> None:
    engine, limit = country(0, 4_000, 3_000)
    banded = build_structure(engine, limit * 3, SHARES)
    assert banded.pairs > 1_000_000
    assert banded.bytes_held <= 2 * banded.pairs
    assert build_structure(engine, limit * 3, SHARES, with_distances=True).bytes_held <= 7 * banded.pairs


def test_a_structure_is_read_back_as_it_was(tmp_path: Path) -> None:
    for number, world in enumerate((country(), country(1, 0, 5), country(2, 5, 0))):
        for with_distances in (False, True):
            built = build_structure(*world, SHARES, with_distances=with_distances)
            folder = tmp_path / f"{number}{with_distances}"
            save_structure(built, folder)
            found = load_structure(folder)
            assert found is not None
            assert same(found, built)
            assert found.bands.dtype == built.bands.dtype


def test_the_second_build_reads_what_the_first_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    world = country()
    first = cached_structure(tmp_path, *world, SHARES)

    def forbidden(*_: object, **__: object) -> Structure:
        raise AssertionError("built although it was kept")

    monkeypatch.setattr(cache, "build_structure", forbidden)
    assert same(cached_structure(tmp_path, *world, SHARES), first)
    assert [file.name for file in tmp_path.iterdir()] == [content_key(*world, SHARES)]  # no work left lying about


def changed(world: tuple[GreatCircle, np.ndarray], what: str) -> tuple[GreatCircle, np.ndarray]:
    engine, limit = world
    if what == "limit":
        return engine, np.concatenate((limit[:-1], limit[-1:] + 1))
    if what in ("circuity", "start_up_minutes"):
        return replace(engine, **{what: getattr(engine, what) + 1e-9}), limit
    array = getattr(engine, what).copy()
    array.flat[-1] = np.nextafter(array.flat[-1], 2)
    return replace(engine, **{what: array}), limit


@pytest.mark.parametrize("what", ["origins", "sites", "km_per_minute", "circuity", "start_up_minutes", "limit"])
def test_whatever_decides_what_is_in_reach_decides_the_key(what: str) -> None:
    world = country()
    assert content_key(*world, SHARES) == content_key(*country(), SHARES)
    assert content_key(*changed(world, what), SHARES) != content_key(*world, SHARES)


def test_bands_and_distances_decide_the_key_too() -> None:
    world = country()
    keys = {content_key(*world, SHARES), content_key(*world, (1.0,)), content_key(*world, (1 / 3, 1.0))}
    assert len(keys | {content_key(*world, SHARES, with_distances=True)}) == 4


def test_what_is_an_origin_and_what_a_site_decides_the_key() -> None:
    engine, limit = country(0, 50, 50)
    swapped = replace(engine, origins=engine.sites, sites=engine.origins)
    assert content_key(engine, limit, SHARES) != content_key(swapped, limit, SHARES)


def shortened(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-7])


def emptied(file: Path) -> None:
    file.write_bytes(b"")


def gone(file: Path) -> None:
    file.unlink()


@pytest.mark.parametrize("name", ["runs.npy", "bands.npy", "run_at.npy", "structure.json"])
@pytest.mark.parametrize("harm", [shortened, emptied, gone])
def test_a_damaged_structure_is_built_anew(tmp_path: Path, name: str, harm: object) -> None:
    world = country()
    first = cached_structure(tmp_path, *world, SHARES)
    folder = tmp_path / content_key(*world, SHARES)
    harm(folder / name)  # type: ignore[operator]
    assert load_structure(folder) is None
    assert same(cached_structure(tmp_path, *world, SHARES), first)
    assert load_structure(folder) is not None


def test_a_full_folder_lets_go_what_was_not_used_for_longest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    worlds = {shares: country() for shares in ((1.0,), (0.5, 1.0), (0.2, 1.0), (0.1, 1.0))}
    first, second, third, last = worlds
    for age, shares in enumerate((first, second, third)):
        cached_structure(tmp_path, *worlds[shares], shares)
        os.utime(tmp_path / content_key(*worlds[shares], shares) / "structure.json", (age, age))
    cached_structure(tmp_path, *worlds[first], first)  # used again: now the second was not used for longest
    held = sum(file.stat().st_size for file in tmp_path.rglob("*.npy"))
    monkeypatch.setattr(cache, "KEPT_BYTES", held)  # as much as there is: the next one needs the room of one
    cached_structure(tmp_path, *worlds[last], last)
    kept = {folder.name for folder in tmp_path.iterdir()}
    assert kept == {content_key(*worlds[shares], shares) for shares in (first, third, last)}
    monkeypatch.setattr(cache, "KEPT_BYTES", 0)
    cached_structure(tmp_path, *worlds[second], second)
    assert [folder.name for folder in tmp_path.iterdir()] == [content_key(*worlds[second], second)]  # in use: it stays


def test_a_structure_of_another_form_is_built_anew(tmp_path: Path) -> None:
    world = country()
    cached_structure(tmp_path, *world, SHARES)
    facts = tmp_path / content_key(*world, SHARES) / "structure.json"
    facts.write_text(json.dumps(json.loads(facts.read_text()) | {"form": 0}))
    assert load_structure(facts.parent) is None


def test_using_a_kept_structure_leaves_its_files_alone(tmp_path: Path) -> None:
    world = country()
    cached_structure(tmp_path, *world, SHARES)
    folder = tmp_path / content_key(*world, SHARES)
    before = {file.name: file.read_bytes() for file in folder.iterdir()}
    kept = cached_structure(tmp_path, *world, SHARES)
    kept.bands[:] = 0
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == before


@given(st.lists(st.sampled_from([0.1, 0.25, 0.5, 0.75, 1.0]), min_size=1, max_size=5, unique=True), st.data())
def test_a_finer_structure_serves_every_coarser_decay(ends: list[float], data: st.DataObject) -> None:
    # one structure for a whole table of catchments and decays: bands that end anywhere among its own, and the step
    shares = tuple(sorted({*ends, 1.0}))
    chosen = tuple(sorted(data.draw(st.sets(st.sampled_from(shares), min_size=1))))
    weights = tuple(data.draw(st.sampled_from([0.1, 0.5, 1.0])) for _ in chosen)
    engine, limit = country(3, 40, 30)
    fine = build_structure(engine, limit, shares)
    coarse = build_structure(engine, limit, chosen)
    decay = Bands(chosen, weights)
    by_fine = fine.matrix(band_weights(decay, shares)).toarray()
    assert (by_fine == coarse.matrix(band_weights(decay, chosen)).toarray()).all()
    assert (fine.matrix(band_weights(step, shares)).toarray() == build_structure(engine, limit, (1.0,)).matrix(
        band_weights(step, (1.0,))
    ).toarray()).all()  # fmt: skip


def test_a_decay_that_does_not_fit_the_bands_is_refused() -> None:
    with pytest.raises(ValueError, match=r"does not fit bands that end at \(0.5, 1.0\) of the catchment"):
        band_weights(Bands((1 / 3, 1.0), (1.0, 0.5)), (0.5, 1.0))
    with pytest.raises(ValueError, match=r"decay Gaussian\(spread=0.4\) does not fit bands"):
        band_weights(Gaussian(0.4), SHARES)
    engine, limit = country()
    with pytest.raises(ValueError, match="needs distances and the structure holds none"):
        DecayedWeights(build_structure(engine, limit, SHARES), Gaussian(0.4), engine, limit)


def test_parts_of_a_structure_are_its_pairs() -> None:
    structure = build_structure(*country(), SHARES)
    found = []
    for first in range(0, 400, 90):
        origin, site, entries = structure.part(first, min(first + 90, 400))
        inside = structure.bands[entries] < len(SHARES)
        found += list(zip(origin[inside].tolist(), site[inside].tolist(), strict=True))
    origin, site, _ = structure.within()
    assert sorted(found) == list(zip(origin.tolist(), site.tolist(), strict=True))


def test_sums_of_a_kept_structure_are_those_of_a_built_one(tmp_path: Path) -> None:
    world = country()
    table = band_weights(step, (1.0,))
    columns = np.random.default_rng(0).random((300, 12))
    built = BandedWeights(build_structure(*world, (1.0,)), table).over_sites(columns)
    for _ in range(2):
        kept = BandedWeights(cached_structure(tmp_path, *world, (1.0,)), table).over_sites(columns)
        assert (kept == built).all()


def test_a_place_on_the_equator_has_one_key_whatever_its_sign() -> None:
    engine, limit = country()
    zero, minus = (replace(engine, origins=np.array([[1.0, nought, 0.0]])) for nought in (0.0, -0.0))
    assert content_key(zero, limit, SHARES) == content_key(minus, limit, SHARES)


def test_a_structure_that_is_there_is_not_written_again(tmp_path: Path) -> None:
    structure = build_structure(*country(), SHARES)
    save_structure(structure, tmp_path / "one")
    held = (tmp_path / "one" / "bands.npy").stat().st_ino
    save_structure(structure, tmp_path / "one")
    assert (tmp_path / "one" / "bands.npy").stat().st_ino == held
    assert [file.name for file in tmp_path.iterdir()] == ["one"]


def test_a_folder_that_nobody_may_touch_serves_as_well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = cached_structure(tmp_path, *country(), SHARES)

    def refused(*_: object, **__: object) -> None:
        raise PermissionError

    monkeypatch.setattr(Path, "touch", refused)
    assert same(cached_structure(tmp_path, *country(), SHARES), first)


def test_where_nothing_can_be_kept_pairs_are_found_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "structures").write_text("a file where a folder should be", encoding="utf-8")
    found = cached_structure(tmp_path / "structures", *country(), SHARES)
    assert same(found, build_structure(*country(), SHARES))


def test_whoever_was_quicker_is_believed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    honest = Path.rename

    def beaten(self: Path, target: Path) -> Path:
        shutil.copytree(self, target)  # another program, in the meantime
        return honest(self, target)

    monkeypatch.setattr(Path, "rename", beaten)
    assert cached_structure(tmp_path, *country(), SHARES).pairs > 0
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize("name", ["bands", "runs", "site_order", "run_at"])
def test_a_structure_whose_bytes_were_altered_is_built_anew(tmp_path: Path, name: str) -> None:
    first = cached_structure(tmp_path, *country(), SHARES)
    file = tmp_path / content_key(*country(), SHARES) / f"{name}.npy"
    told = file.read_bytes()
    file.write_bytes(told[:-4] + bytes(255 - byte for byte in told[-4:]))
    assert load_structure(file.parent) is None
    assert same(cached_structure(tmp_path, *country(), SHARES), first)
    assert load_structure(file.parent) is not None


def test_what_a_killed_build_left_behind_goes_and_does_not_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    left, at_work = (tmp_path / f"{cache._UNFINISHED}{name}" for name in ("left", "at_work"))
    for folder in (left, at_work):
        folder.mkdir()
        (folder / "bands.npy").write_bytes(bytes(10_000))
        (folder / "structure.json").write_text("{}", encoding="utf-8")
    long_ago = time.time() - cache._ABANDONED_SECONDS - 60
    os.utime(left, (long_ago, long_ago))
    cached_structure(tmp_path, *country(), (1.0,))
    held = sum(file.stat().st_size for file in tmp_path.glob("[!.]*/*.npy"))
    monkeypatch.setattr(cache, "KEPT_BYTES", 3 * held)
    cached_structure(tmp_path, *country(), SHARES)
    assert not left.exists()
    assert at_work.exists()
    assert len(list(tmp_path.glob("[!.]*"))) == 2  # what is unfinished takes nobody's room
