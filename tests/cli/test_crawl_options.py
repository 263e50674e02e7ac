"""Areas, saved exports of the map and expired responses, as their user types them."""

import json
import re
import shlex
from pathlib import Path

import pytest
import typer.main
from commanded import said, therapygap

from cli.console import DONE, WRONG_USE
from cli.main import app
from crawler.replay import keep_question, kept_until
from crawler.source import known_sources

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "directories.md"
MAP = "http://127.0.0.1:1/api"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["overpass", "--address", MAP, "--area", "Austria"], "'AUSTRIA' is no area"),
        (["overpass", "--address", MAP, "--area", "AT-5,AT-5678"], "'AT-5678' is no area"),
        (["overpass", "--address", MAP], "say which with --area"),
        (["overpass", "--address", f"{MAP}?area=AT-5"], "say it with --area instead"),
        (["overpass", "--area", "AT-5"], "say with --address"),
        (["hsds", "--address", MAP, "--area", "AT-5"], "leave out --area"),
        (["overpass", "--export", "no.geojson"], "does not exist"),
        (["overpass", "--export", __file__], "is not JSON"),
        (["overpass", "--export", __file__, "--area", "AT"], "leave out --area"),
    ],
)
def test_wrong_areas_and_exports_are_one_sentence(tmp_path: Path, words: list[str], sentence: str) -> None:
    done = therapygap("crawl", *words, work=tmp_path)
    assert done.returncode == WRONG_USE
    assert sentence in said(done)
    assert said(done).endswith(".")


def test_a_map_that_was_exported_is_read_without_an_address(tmp_path: Path) -> None:
    tags = {"healthcare": "psychotherapist", "addr:country": "AT", "@id": "node/1"}
    place = {"type": "Point", "coordinates": [13.04, 47.8]}
    file = tmp_path / "map.geojson"
    file.write_text(json.dumps({"features": [{"properties": tags, "geometry": place}]}), encoding="utf-8")
    done = therapygap("crawl", "overpass", "--export", str(file), work=tmp_path)
    assert done.returncode == DONE, done.stderr
    assert Path(done.stdout.strip()).is_dir()


def test_expired_responses_are_listed_and_go_when_told_to(tmp_path: Path) -> None:
    crawl = tmp_path / "crawls" / "hsds" / "20260101T000000Z"
    crawl.mkdir(parents=True)
    promised = {"source": "hsds", "run_id": crawl.name, "trusted": True, "reasons": [], "started_at": "", "records": 0}
    verdict = promised | {"finished_at": "", "attribution": ""}
    (crawl / "verdict.json").write_text(json.dumps(verdict), encoding="utf-8")
    (crawl / "records.jsonl").touch()
    responses = crawl / "responses"
    keep_question(responses, "hsds", MAP, ())
    assert f"(responses kept until {kept_until(responses)})" in therapygap("crawls", work=tmp_path).stdout
    assert therapygap("forget", "--expired", work=tmp_path).returncode == DONE
    assert responses.is_dir()
    file = responses / "order.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | {"kept_until": "2026-01-01"}), encoding="utf-8")
    assert "EXPIRED on 2026-01-01" in therapygap("crawls", work=tmp_path).stdout
    assert "warning: the saved responses" in therapygap("crawl", "hsds", "--replay", str(crawl), work=tmp_path).stderr
    wrong = therapygap("forget", "--expired", "--npi", "9000000001", work=tmp_path)
    assert (wrong.returncode, responses.is_dir()) == (WRONG_USE, True)
    gone = therapygap("forget", "--expired", work=tmp_path)
    assert (gone.returncode, responses.exists()) == (DONE, False)
    assert f"deleted: {responses}" in gone.stderr


def test_the_page_of_directories_names_every_source_and_only_options_that_exist() -> None:
    page = DOCUMENT.read_text(encoding="utf-8")
    verbs = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    typed = [shlex.split(re.sub(r"\s{3,}\S.*", "", line)) for line in re.findall(r"^therapygap .+", page, re.MULTILINE)]
    for _, verb, *words in typed:
        known = {option for parameter in verbs[verb].params for option in parameter.opts}
        assert {word for word in words if word.startswith("--")} <= known
    assert {words[2] for words in typed if words[1] == "crawl"} == set(known_sources())
    assert all(f"crawler/sources/{source}.toml" in page for source in known_sources())


def test_coverage_is_shown_by_crawl_within_eighty_columns(tmp_path: Path) -> None:
    assert therapygap("crawls", "--fields", work=tmp_path).stdout == ""
    things = [
        {"properties": {"healthcare": "psychotherapist", "addr:country": "AT", "@id": f"node/{number}", **more},
         "geometry": {"type": "Point", "coordinates": [13.04, 47.8]}}
        for number, more in enumerate([{"addr:postcode": "5020"}, {}])
    ]  # fmt: skip
    file = tmp_path / "map.geojson"
    file.write_text(json.dumps({"features": things}), encoding="utf-8")
    for _ in range(4):
        assert therapygap("crawl", "overpass", "--export", str(file), work=tmp_path).returncode == DONE
    lines = therapygap("crawls", "--fields", work=tmp_path).stdout.splitlines()
    assert max(map(len, lines)) <= 80
    assert [line.split() for line in lines if line.startswith("postal_code")] == [["postal_code", *["50%"] * 3],
                                                                                  ["postal_code", "50%"]]  # fmt: skip
