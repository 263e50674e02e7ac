"""Saved and cached responses are kept until a day that is told everywhere, and deleted when the user says so."""

import datetime as dt
import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from crawled import crawled, quiet
from hostile_site import HostileSite, hostile, page

from crawler import settings as polite
from crawler.records import Crawl
from crawler.replay import KEPT_DAYS, keep_question, kept_until
from crawler.retention import delete_expired, said_of, today, warning_of
from crawler.runner import CrawlOrder, crawl, plan

UNTIL = today() + dt.timedelta(days=KEPT_DAYS)
LATER = UNTIL + dt.timedelta(days=1)


@pytest.fixture
def site() -> Iterator[HostileSite]:
    with hostile() as served:
        served.answers["/"] = page(["ann"])
        yield served


def kept(site: HostileSite, crawls: Path) -> Crawl:
    return crawled("json_ld_site", crawls, site.address, save_responses=True)


def age(crawl_folder: Path, until: dt.date) -> None:
    """Make saved responses such as are kept until a day."""
    file = crawl_folder / "responses" / "order.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | {"kept_until": until.isoformat()}))


def test_the_day_is_told_beside_the_responses_in_the_verdict_and_by_the_list(site: HostileSite, tmp_path: Path) -> None:
    done = kept(site, tmp_path)
    assert kept_until(done.folder / "responses") == UNTIL
    assert done.verdict["responses_kept_until"] == UNTIL.isoformat()
    assert f"| responses kept until | {UNTIL} |" in (done.folder / "verdict.md").read_text(encoding="utf-8")
    assert said_of(done.folder, UNTIL) == f"  (responses kept until {UNTIL})"
    assert "EXPIRED" in said_of(done.folder, LATER)
    without = crawled("json_ld_site", tmp_path, site.address)
    assert without.verdict["responses_kept_until"] is None
    assert said_of(without.folder, LATER) == ""


def test_what_is_expired_is_deleted_on_demand_and_nothing_else(site: HostileSite, tmp_path: Path) -> None:
    old, new = kept(site, tmp_path), kept(site, tmp_path)
    age(old.folder, today() - dt.timedelta(days=1))
    records = old.records_file.read_bytes()
    crawled("json_ld_site", tmp_path, site.address)  # nothing goes behind the user's back
    assert (old.folder / "responses").is_dir()
    gone = delete_expired(tmp_path, today())
    assert (gone.responses, gone.cached) == ((old.folder / "responses",), 0)
    assert not (old.folder / "responses").exists()
    assert (new.folder / "responses").is_dir()
    assert old.records_file.read_bytes() == records
    assert delete_expired(tmp_path, today()).responses == ()
    assert delete_expired(tmp_path, UNTIL).responses == ()  # the last day is still one of them
    assert delete_expired(tmp_path, LATER).responses == (new.folder / "responses",)


def test_a_replay_past_the_day_is_warned_of_and_copies_live_no_longer(site: HostileSite, tmp_path: Path) -> None:
    done = kept(site, tmp_path)
    assert warning_of(done.folder, UNTIL) is None
    assert warning_of(None, LATER) is None
    past = today() - dt.timedelta(days=1)
    age(done.folder, past)
    for folder in (done.folder, done.folder / "responses"):
        warning = warning_of(folder, today())
        assert warning is not None
        assert warning.count(".") == 1 + str(folder).count(".")
        assert str(past) in warning
    order = CrawlOrder("json_ld_site", tmp_path / "again", replay=done.folder, save_responses=True)
    said = "\n".join(plan(order))
    assert f"every response, kept until {past}" in said
    assert "warning: the saved responses" in said
    assert crawl(order, quiet).verdict["responses_kept_until"] == past.isoformat()


def test_to_keep_again_prolongs_nothing_and_older_folders_are_counted_from_their_begin(tmp_path: Path) -> None:
    keep_question(tmp_path / "responses", "hsds", "https://directory.example/", ())
    age(tmp_path, dt.date(2026, 12, 1))
    keep_question(tmp_path / "responses", "hsds", "https://directory.example/", ())
    assert kept_until(tmp_path / "responses") == dt.date(2026, 12, 1)
    file = tmp_path / "responses" / "order.json"
    file.write_text(json.dumps({"source": "hsds"}))
    began = dt.datetime(2026, 1, 1, 12, tzinfo=dt.UTC)
    os.utime(file, (began.timestamp(), began.timestamp()))
    assert kept_until(tmp_path / "responses") == began.date() + dt.timedelta(days=KEPT_DAYS)
    assert kept_until(tmp_path) is None


def test_the_cache_forgets_after_as_many_days(tmp_path: Path) -> None:
    assert polite.HTTPCACHE_EXPIRATION_SECS == KEPT_DAYS * 86_400
    for name, days in (("old", KEPT_DAYS + 1), ("new", 1)):
        entry = tmp_path / "plan_net" / ".http_cache" / "plan_net" / "ab" / name
        entry.mkdir(parents=True)
        (entry / "response_body").write_text("somebody")
        (entry / "pickled_meta").touch()
        came = (dt.datetime.now(dt.UTC) - dt.timedelta(days=days)).timestamp()
        os.utime(entry / "pickled_meta", (came, came))
    assert delete_expired(tmp_path, today()).cached == 1
    assert [one.name for one in (tmp_path / "plan_net" / ".http_cache" / "plan_net" / "ab").iterdir()] == ["new"]


def test_a_plan_says_how_long_what_is_stored_is_kept(tmp_path: Path) -> None:
    order = CrawlOrder("nppes_api", tmp_path, ("MT",), save_responses=True)
    said = "\n".join(plan(order))
    assert f"every response, kept until {UNTIL}" in said
    assert f"for {KEPT_DAYS} days in .http_cache" in said
