"""The process of one crawl with limits made short by a test: ``python short_child.py LIMITS`` with ``LIMITS`` as JSON.

``settings``, ``source`` and ``policy`` replace what the crawl would have; ``peak`` is the file to which the most memory
it took is written, in KiB.
"""

import dataclasses
import json
import resource
import sys
from pathlib import Path
from typing import Any

from crawler import child


def peak_kib() -> int:
    """Return the most memory this process took; what the system counts beside it may be the parent's."""
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return int(status.read_text(encoding="utf-8").partition("VmHWM:")[2].split()[0])


def shorten(limits: dict[str, Any]) -> None:
    whole_settings, whole_question, whole_named = child.settings_of, child.checked, child.named

    def settings_of(*args: Any, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - as it is called
        return whole_settings(*args, **more) | limits.get("settings", {})

    def checked(*args: Any, **more: Any) -> child.Question:  # noqa: ANN401 - as it is called
        question = whole_question(*args, **more)
        shorter = limits.get("source", {})
        if "streamed" in shorter:
            shorter = {**shorter, "streamed": dataclasses.replace(question.source.streamed, **shorter["streamed"])}
        source = dataclasses.replace(question.source, **shorter)
        policy = dataclasses.replace(question.policy, **limits.get("policy", {}))
        return dataclasses.replace(question, source=source, policy=policy)

    def named(folder: Path) -> Path:
        done = whole_named(folder)
        Path(limits["peak"]).write_text(str(peak_kib()), encoding="utf-8")
        return done

    child.settings_of, child.checked, child.named = settings_of, checked, named  # type: ignore[assignment]


if __name__ == "__main__":
    shorten(json.loads(sys.argv[1]))
    child.main()
