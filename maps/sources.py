"""What the page says of its sources: from the build's provenance, so that every figure can be traced."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from maps.page import Part

_SHORT = 12


def sources(provenance: Mapping[str, Any], words: Mapping[str, Any]) -> list[Part]:
    """Return the parts of the section of sources, in order."""
    text = words["page"]
    return [
        Part(words["reading"]["heading"], list(words["reading"]["lines"])),
        Part(text["directories"], [_directory(crawl, text) for crawl in provenance["crawls"]]),
        Part(text["data_sets"], [_data_set(dataset) for dataset in provenance["inputs"]]),
        Part(text["checks"], [_check(check, text) for check in provenance["checks"]]),
        Part(text["cite"], [citation(provenance, words)]),
        Part(text["software"], [_software(provenance["versions"])]),
    ]


def built_on(provenance: Mapping[str, Any]) -> str:
    """Return the day of the build, ISO 8601."""
    return dt.datetime.fromisoformat(provenance["finished_at"]).date().isoformat()


def vintages(provenance: Mapping[str, Any]) -> str:
    """Return the inputs with their vintages and the directories with their days, in one line."""
    inputs = [f"{one['title']} ({one['vintage']})" for one in provenance["inputs"]]
    crawls = [f"{one['source']} read {one['finished_at'][:10]}" for one in provenance["crawls"]]
    return "; ".join([*inputs, *crawls])


def citation(provenance: Mapping[str, Any], words: Mapping[str, Any]) -> str:
    """Return how to cite this page."""
    facts = {
        "title": provenance["title"],
        "date": built_on(provenance),
        "version": provenance["versions"]["therapygap"],
        "attributions": "; ".join(dict.fromkeys(_attributions(provenance))),
    }
    return str(words["reading"]["citation"]).format_map(facts)


def _attributions(provenance: Mapping[str, Any]) -> list[str]:
    return [one["attribution"] for one in (*provenance["crawls"], *provenance["inputs"]) if one["attribution"]]


def _directory(crawl: Mapping[str, Any], text: Mapping[str, str]) -> str:
    trust = text["trusted"] if crawl["trusted"] else " ".join([text["not_trusted"], *crawl["reasons"]])
    origin = f"{crawl['attribution']} ({crawl['source']}, {crawl['finished_at'][:10]})"
    return f"{origin}: {crawl['records']:,} records, {trust}"


def _data_set(dataset: Mapping[str, Any]) -> str:
    said = [f"{dataset['title']}: {dataset['publisher']}, {dataset['vintage']}"]
    said += [dataset["licence"], dataset["attribution"], dataset["address"]]
    return "; ".join([*said, f"SHA-256 {dataset['sha256'][:_SHORT]}…"])


def _check(check: Mapping[str, Any], text: Mapping[str, str]) -> str:
    return f"{check['name']}: {text['holds_check'] if check['holds'] else text['broken_check']} ({check['detail']})"


def _software(versions: Mapping[str, str]) -> str:
    named = [f"{name} {version}" for name, version in versions.items()]
    return ", ".join([*named, "Leaflet 1.9.4 (BSD-2-Clause)", "folium", "topojson"])
