"""One HTML page from a payload: folium's map without the files it loads, our script on it, nothing from elsewhere.

Every text from a table, a study or a directory reaches the page either through a template that escapes it or inside
the packed payload, from where the script sets it as text. A policy in the page lets only its own styles and scripts,
named by their hashes, have any effect.
"""

import base64
import gzip
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import folium
from branca.element import Figure, MacroElement
from folium.template import Template
from jinja2 import Environment, FileSystemLoader, StrictUndefined

ASSETS = Path(__file__).resolve().parent / "assets"
_ATLAS = ASSETS / "atlas"
_LEAFLET = ASSETS / "leaflet"
_SOURCE_MAP = "//# sourceMappingURL="


@dataclass(frozen=True)
class Part:
    """A heading with lines of plain text in the section of sources."""

    heading: str
    lines: Sequence[str]


class _OfflineMap(folium.Map):
    """folium's map, but it loads nothing, lets readers zoom, and has the same name in every build."""

    default_js: list[tuple[str, str]] = []  # noqa: RUF012 - as folium declares it
    default_css: list[tuple[str, str]] = []  # noqa: RUF012 - as folium declares it
    _template = Template(
        """
        {% macro html(this, kwargs) %}<div class="folium-map" id="{{ this.get_name() }}"></div>{% endmacro %}
        {% macro script(this, kwargs) %}
        const {{ this.get_name() }} = L.map("{{ this.get_name() }}",
          { crs: L.CRS.{{ this.crs }}, ...{{ this.options|tojavascript }} });
        {% endmacro %}
        """
    )

    def __init__(self) -> None:
        super().__init__(
            location=[0, 0],
            tiles=None,
            crs="Simple",
            zoom_snap=0.25,
            zoom_delta=0.5,
            minZoom=-3,  # min_zoom is folium's word for a background that there is none of
            maxZoom=6,
            scroll_wheel_zoom=False,
            bounce_at_zoom_limits=False,
        )
        self._id = "atlas"


class _Atlas(MacroElement):
    """Draws the payload on the map it is added to."""

    _template = Template("{% macro script(this, kwargs) %}drawAtlas({{ this._parent.get_name() }});{% endmacro %}")


def page(payload: Mapping[str, Any], words: Mapping[str, Any], sources: Sequence[Part], built: str) -> str:
    """Return the page.

    Parameters
    ----------
    payload
        What the script reads; ``title`` and ``notice`` are printed as well.
    words
        The catalogue of the page's language.
    sources
        Parts of the section of sources.
    built
        When it was built, as a sentence.

    """
    drawing = _OfflineMap()
    drawing.add_child(_Atlas())  # type: ignore[no-untyped-call]
    figure = cast("Figure", drawing.get_root())
    drawing.render()  # type: ignore[no-untyped-call]
    licence = (_LEAFLET / "LICENSE").read_text(encoding="utf-8")
    leaflet = f"/*! {licence} */\n" + (_LEAFLET / "leaflet.js").read_text(encoding="utf-8").split(_SOURCE_MAP)[0]
    modules = [file.read_text(encoding="utf-8") for file in sorted(_ATLAS.glob("*.js"))]
    own = '"use strict";\n(() => {\n' + "\n".join([*modules, figure.script.render()]) + "\n})();\n"
    styles = [(_LEAFLET / "leaflet.css").read_text(encoding="utf-8"), (_ATLAS / "page.css").read_text(encoding="utf-8")]
    scripts = [leaflet, own]
    templates = Environment(
        loader=FileSystemLoader(_ATLAS),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        newline_sequence="\n",
    )
    return templates.get_template("page.html").render(
        words=words,
        title=payload["title"],
        notice=payload["notice"],
        built=built,
        sources=sources,
        map=figure.html.render(),
        payload=_packed(payload),
        styles=styles,
        scripts=scripts,
        policy=_policy(styles, scripts),
    )


def _packed(payload: Mapping[str, Any]) -> str:
    """Return the payload as gzip in base64; the same payload gives the same text."""
    plain = json.dumps(payload, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return base64.b64encode(gzip.compress(plain.encode(), compresslevel=9, mtime=0)).decode()


def _policy(styles: Sequence[str], scripts: Sequence[str]) -> str:
    """Return a policy that lets exactly these styles and scripts work and nothing be loaded."""
    allowed = {
        "default-src": ["'none'"],
        "style-src": [_hashed(style) for style in styles],
        "script-src": [_hashed(script) for script in scripts],
        "img-src": ["data:", "blob:"],
        "base-uri": ["'none'"],
        "form-action": ["'none'"],
    }
    return "; ".join(f"{name} {' '.join(sources)}" for name, sources in allowed.items())


def _hashed(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
