"""Crawls that are interrupted, resumed, replayed or run out of disk: nothing is lost and nothing doubled."""

import os
import resource
import signal
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest
from crawled import crawled, quiet
from linked_site import EACH, PAGES, Site, records_of

from crawler import runner
from crawler.folders import alone_in
from crawler.policy import SourceError
from crawler.records import RecordError
from crawler.runner import CrawlOrder, Progress, all_crawls, crawl
from crawler.verdict import CrawlError


class _StoppedError(Exception):
    """Raised by a listener in the middle of a crawl."""


def interrupt_at(listings: int, fault: type[BaseException]) -> "runner.Callable[[Progress], None]":
    def hear(progress: Progress) -> None:
        if progress.listings >= listings:
            raise fault

    return hear


def test_an_interrupted_crawl_goes_on_without_loss_or_double(site: Site, tmp_path: Path) -> None:
    expected = records_of(crawled("json_ld_site", tmp_path / "whole", site.address))
    site.asked.clear()
    site.most = 10
    order = CrawlOrder(source="json_ld_site", crawls=tmp_path / "cut", address=site.address)
    with pytest.raises(KeyboardInterrupt):
        crawl(order, interrupt_at(10, KeyboardInterrupt))
    (left,) = (tmp_path / "cut" / "json_ld_site").iterdir()
    assert left.name.endswith(".partial")
    assert all_crawls(tmp_path / "cut") == []
    before = Counter(site.asked)
    site.release()
    done = crawled("json_ld_site", tmp_path / "cut", site.address, resume=True)
    assert records_of(done) == expected
    assert done.verdict["trusted"], done.verdict["reasons"]
    assert done.verdict["rows"] == PAGES * (EACH + 1)
    assert f"{done.folder.name}.partial" == left.name
    assert not left.exists()
    asked_twice = [path for path in before if before[path] and site.asked[path] > 1 and path != "/robots.txt"]
    assert len(asked_twice) <= 8  # those on their way when it was cut


def _ended(process_id: int) -> bool:
    status = Path(f"/proc/{process_id}/stat")
    return not status.exists() or ") Z " in status.read_text()


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="processes are not listed in files there")
def test_a_terminated_parent_takes_its_child_along_and_the_crawl_goes_on(site: Site, tmp_path: Path) -> None:
    site.most = 10
    script = (
        "import sys; from pathlib import Path; from crawler.runner import CrawlOrder, crawl\n"
        "order = CrawlOrder(source='json_ld_site', crawls=Path(sys.argv[1]), address=sys.argv[2])\n"
        "crawl(order, lambda seen: print(seen.listings, flush=True))\n"
    )
    root = Path(runner.__file__).parents[1]
    words = [sys.executable, "-c", script, str(tmp_path), site.address]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True, cwd=root) as parent:
        assert parent.stdout is not None
        next(line for line in parent.stdout if int(line) > 0)
        children = Path(f"/proc/{parent.pid}/task/{parent.pid}/children").read_text().split()
        parent.terminate()
        assert parent.wait(10) == -signal.SIGTERM
    assert len(children) == 1
    until = time.monotonic() + 10
    while not _ended(int(children[0])):
        assert time.monotonic() < until, "the child outlived its parent"
        time.sleep(0.05)
    assert [left.suffix for left in (tmp_path / "json_ld_site").iterdir()] == [".partial"]
    site.release()
    told = crawled("json_ld_site", tmp_path, site.address, resume=True).verdict
    assert told["trusted"], told["reasons"]
    assert told["records"] == PAGES * EACH + 1


def test_a_killed_child_is_one_sentence_and_goes_on(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    children: list[subprocess.Popen[str]] = []
    start = subprocess.Popen

    def remembered(*words: object, **more: object) -> "subprocess.Popen[str]":
        children.append(start(*words, **more))  # type: ignore[call-overload]
        return children[-1]

    def kill(progress: Progress) -> None:
        if progress.listings > 10:
            os.kill(children[0].pid, signal.SIGKILL)

    monkeypatch.setattr(runner.subprocess, "Popen", remembered)
    site.most = 10
    order = CrawlOrder(source="json_ld_site", crawls=tmp_path, address=site.address)
    with pytest.raises(CrawlError, match=r"json_ld_site was ended by signal 9.*--resume"):
        crawl(order, kill)
    site.release()
    told = crawled("json_ld_site", tmp_path, site.address, resume=True).verdict
    assert told["trusted"], told["reasons"]
    assert told["records"] == PAGES * EACH + 1


def test_a_resumed_crawl_must_ask_the_same(site: Site, tmp_path: Path) -> None:
    site.most = 10
    order = CrawlOrder(source="json_ld_site", crawls=tmp_path, address=site.address)
    with pytest.raises(_StoppedError):
        crawl(order, interrupt_at(1, _StoppedError))
    with pytest.raises(SourceError, match=r"asked for address .*not"):
        crawled("json_ld_site", tmp_path, "http://127.0.0.1:1/", resume=True)
    (left,) = (tmp_path / "json_ld_site").iterdir()
    with alone_in(left), pytest.raises(CrawlError, match="still running"):
        crawled("json_ld_site", tmp_path, site.address, resume=True)
    with pytest.raises(SourceError, match="no interrupted crawl of plan_net"):
        crawled("plan_net", tmp_path, site.address, resume=True)


def test_a_replay_gives_the_same_bytes_without_the_network(site: Site, tmp_path: Path) -> None:
    site.more_links = ["/private", "/away"]
    live = crawled("json_ld_site", tmp_path, site.address, save_responses=True)
    site.asked.clear()
    again = crawl(CrawlOrder(source="json_ld_site", crawls=tmp_path / "again", replay=live.folder), quiet)
    assert not site.asked
    assert records_of(again) == records_of(live)
    own = dict.fromkeys(("run_id", "started_at", "finished_at", "responses_kept_until"))
    assert {**again.verdict, **own} == {**live.verdict, **own}


def test_a_replay_lacking_a_page_is_not_trusted(site: Site, tmp_path: Path) -> None:
    live = crawled("json_ld_site", tmp_path, site.address, save_responses=True)
    lost = next(file for file in (live.folder / "responses").glob("*.json") if '/7"' in file.read_text())
    lost.unlink()
    again = crawl(CrawlOrder(source="json_ld_site", crawls=tmp_path / "again", replay=live.folder / "responses"), quiet)
    assert again.verdict["errors"] == {"not among the saved responses": 1}
    assert not again.verdict["trusted"]
    with pytest.raises(SourceError, match="not of 'plan_net'"):
        crawl(CrawlOrder(source="plan_net", crawls=tmp_path, replay=live.folder), quiet)
    with pytest.raises(SourceError, match="no saved responses"):
        crawl(CrawlOrder(source="plan_net", crawls=tmp_path, replay=tmp_path), quiet)


def test_a_replay_with_a_damaged_response_is_not_trusted(site: Site, tmp_path: Path) -> None:
    live = crawled("json_ld_site", tmp_path, site.address, save_responses=True)
    hurt = [file for file in (live.folder / "responses").glob("*.json") if '/7"' in file.read_text()]
    hurt[0].write_text('{"status": 2', encoding="utf-8")
    order = CrawlOrder(source="json_ld_site", crawls=tmp_path / "again", replay=live.folder)
    assert crawl(order, quiet).verdict["errors"] == {"damaged among the saved responses": 1}
    (live.folder / "responses" / "order.json").write_text("[]", encoding="utf-8")
    with pytest.raises(SourceError, match="no saved responses"):
        crawl(order, quiet)


def test_a_crawl_cut_off_before_it_had_its_name_only_gets_it(site: Site, tmp_path: Path) -> None:
    done = crawled("json_ld_site", tmp_path, site.address)
    cut = done.folder.rename(done.folder.with_name(done.folder.name + ".partial"))
    (cut / "lock").touch()
    site.asked.clear()
    again = crawled("json_ld_site", tmp_path, site.address, resume=True)
    assert not site.asked
    assert (again.folder, again.verdict) == (done.folder, done.verdict)
    assert sorted(file.name for file in done.folder.iterdir()) == [
        "records.jsonl", "stats.json", "verdict.json", "verdict.md",
    ]  # fmt: skip


def test_a_damaged_earlier_crawl_is_told_before_anything_is_asked(site: Site, tmp_path: Path) -> None:
    done = crawled("json_ld_site", tmp_path, site.address)
    (done.folder / "verdict.json").write_text("{}", encoding="utf-8")
    site.asked.clear()
    with pytest.raises(RecordError, match=r"verdict\.json does not say source, .* crawl again"):
        crawled("json_ld_site", tmp_path, site.address)
    assert not site.asked
    assert [one.name for one in (tmp_path / "json_ld_site").iterdir()] == [done.folder.name]


def test_crawls_side_by_side_do_not_meet(site: Site, tmp_path: Path) -> None:
    with ThreadPoolExecutor(3) as pool:
        done = list(pool.map(lambda _: crawled("json_ld_site", tmp_path, site.address), range(3)))
    assert len({one.folder for one in done}) == 3
    assert len({records_of(one) for one in done}) == 1
    assert all(one.verdict["trusted"] for one in done)


def test_a_fall_against_the_last_trusted_crawl_is_told(site: Site, tmp_path: Path) -> None:
    assert crawled("json_ld_site", tmp_path, site.address).verdict["change"] is None
    site.robots += "".join(f"Disallow: /{number}$\n" for number in range(1, 30))
    told = crawled("json_ld_site", tmp_path, site.address).verdict
    assert told["change"]["records"] == -29 * EACH
    assert "expected 97 to 182: the last trusted crawl brought 121" in told["reasons"][0]  # 0.8 and 1.5 times 121


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="an administrator may write everywhere")
def test_a_folder_that_cannot_be_written_to(site: Site, tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(CrawlError, match="cannot be written"):
        crawled("json_ld_site", tmp_path, site.address)


def test_a_file_where_the_folder_should_be(site: Site, tmp_path: Path) -> None:
    (tmp_path / "crawls").write_text("not a folder", encoding="utf-8")
    with pytest.raises(CrawlError, match=r"cannot be written.*free space"):
        crawled("json_ld_site", tmp_path / "crawls", site.address)


@pytest.mark.skipif(sys.platform == "win32", reason="no limit to a file's size there")
def test_a_disk_that_takes_no_more_is_one_sentence_and_the_crawl_goes_on_later(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = subprocess.Popen

    def limited(*words: object, **more: object) -> "subprocess.Popen[str]":
        few_bytes = partial(resource.setrlimit, resource.RLIMIT_FSIZE, (8_000, resource.RLIM_INFINITY))
        return start(*words, preexec_fn=few_bytes, **more)  # type: ignore[call-overload]

    with monkeypatch.context() as patched:
        patched.setattr(runner.subprocess, "Popen", limited)
        with pytest.raises(CrawlError, match=r"cannot be written to .*partial: File too large.*--resume"):
            crawled("json_ld_site", tmp_path, site.address)
    assert crawled("json_ld_site", tmp_path, site.address, resume=True).verdict["trusted"]
