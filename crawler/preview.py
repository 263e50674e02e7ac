"""What a site's robots.txt says to us, asked before anything else is: the one request a dry run makes."""

import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

from protego import Protego

_ROBOTS_MOST = 512 * 1024
_SECONDS = 20
_MISSING = range(400, 500)


@dataclass(frozen=True)
class RobotsAnswer:
    """What robots.txt says of an address.

    Attributes
    ----------
    is_allowed
        Whether the address may be asked for; ``None`` where robots.txt could not be had, and then nothing may be.
    delay_seconds
        Wanted between two requests; ``None`` where it does not say.
    sentence
        The same in words.

    """

    is_allowed: bool | None
    delay_seconds: float | None
    sentence: str


class _SameHost(urllib.request.HTTPRedirectHandler):
    """Follows no redirect to another host: nobody may lead a preview to where it was not asked to go."""

    def redirect_request(self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str) -> Any:  # noqa: ANN401 - as urllib declares it
        """Return the next request on the same host."""
        if urlsplit(newurl).netloc != urlsplit(req.full_url).netloc:
            raise urllib.error.URLError(f"it leads to another host, {urlsplit(newurl).netloc!r}")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def robots_answer(address: str, user_agent: str) -> RobotsAnswer:
    """Ask for robots.txt of an address's host; a file that is not there allows everything (RFC 9309)."""
    place = urljoin(address, "/robots.txt")
    request = urllib.request.Request(place, headers={"User-Agent": user_agent})  # noqa: S310 - the order was checked
    try:
        with urllib.request.build_opener(_SameHost).open(request, timeout=_SECONDS) as response:
            text = response.read(_ROBOTS_MOST).decode("utf-8", "replace")
    except urllib.error.HTTPError as fault:
        with fault:
            if fault.code in _MISSING:
                return RobotsAnswer(
                    is_allowed=True,
                    delay_seconds=None,
                    sentence=f"{place} is not there (status {fault.code}), so all is allowed",
                )
            return RobotsAnswer(None, None, f"{place} cannot be had (status {fault.code}), so nothing would be asked")
    except OSError as fault:
        why = getattr(fault, "reason", fault)
        return RobotsAnswer(None, None, f"{place} cannot be had ({why}), so nothing would be asked")
    rules = Protego.parse(text)
    is_allowed, delay = rules.can_fetch(address, user_agent), rules.crawl_delay(user_agent)
    said = f"{place} {'allows' if is_allowed else 'FORBIDS'} {address}"
    return RobotsAnswer(is_allowed, delay, said + (f" and asks for {delay:g} s between requests" if delay else ""))
