"""The page as a file: same input, same bytes; nothing from elsewhere; only its own scripts; a word for everything."""

import base64
import hashlib
import re
import tomllib
from pathlib import Path

import pytest
from invented import invented_crawl, small_build

from analysis.reference import specialties
from analysis.study import Directory, Study
from analysis.tables import GAP_CLASSES, HOLDS
from maps import palette
from maps.atlas import WORDS, draw
from maps.layers import LAYERS
from maps.page import ASSETS

STUDY = Study(
    title="Two states & <all>", notice="Invented", states=("MT", "WY"), directories=(Directory(source="nppes_api"),)
)
PLACES = {"59102": ("MT", "general"), "59801": ("MT", "trauma"), "82001": ("WY", "general"), "82609": ("WY", "trauma")}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("page")
    return small_build(folder / "build", STUDY, invented_crawl(folder / "one", PLACES))


@pytest.fixture(scope="module")
def text(built: Path) -> str:
    return draw(built, built / "atlas.html").read_text(encoding="utf-8")


def test_the_same_build_gives_the_same_bytes(built: Path, text: str) -> None:
    assert draw(built, built / "again.html").read_text(encoding="utf-8") == text


def test_texts_of_the_study_are_escaped(text: str) -> None:
    assert "<title>Two states &amp; &lt;all&gt;</title>" in text
    assert "<all>" not in text


def test_nothing_is_loaded_from_elsewhere(text: str) -> None:
    head = text.split('<script type="application/octet-stream"', maxsplit=1)[0]
    assert not re.search(r"""(?:src|href)=["'](?!#)""", head)
    assert not re.search(r"@import|sourceMappingURL", text)
    assert "user-scalable" not in text
    assert "maximum-scale" not in text


def test_only_its_own_styles_and_scripts_may_work(text: str) -> None:
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', text)
    assert policy is not None
    allowed = set(re.findall(r"sha256-[A-Za-z0-9+/=]+", policy[1].replace("&#39;", "'")))
    parts = re.findall(r"<script>(.*?)</script>", text, re.DOTALL) + re.findall(
        r"<style>(.*?)</style>", text, re.DOTALL
    )
    present = {"sha256-" + base64.b64encode(hashlib.sha256(part.encode()).digest()).decode() for part in parts}
    assert allowed == present
    assert len(parts) == 4
    assert "default-src &#39;none&#39;" in policy[1]
    assert "unsafe" not in policy[1]


def test_vendored_files_are_unchanged() -> None:
    folder = ASSETS / "leaflet"
    for name, digest in tomllib.loads((folder / "checksums.toml").read_text()).items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest, name


@pytest.mark.parametrize("file", sorted(WORDS.glob("*.toml")), ids=lambda file: file.stem)
def test_every_layer_class_and_specialty_has_words(file: Path) -> None:
    words = tomllib.loads(file.read_text(encoding="utf-8"))
    keys = {layer.__name__ for layer in LAYERS}
    assert set(words["layers"]) == set(words["layer_notes"]) == keys
    assert set(words["classes"]["gap"]) == set(GAP_CLASSES) == set(palette.GAP_CLASSES)
    assert set(words["classes"]["holds"]) == set(HOLDS) == set(palette.HOLDS)
    assert set(words["specialties"]) == set(specialties())
    assert {scenario.name for scenario in STUDY.online.scenarios} <= set(words["scenarios"])


def test_no_provider_is_on_the_page(text: str) -> None:
    assert "Inventia" not in text
    assert "90000000" not in text
