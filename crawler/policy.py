"""What may be asked for at all, and how often: refused directories, this machine and private networks, one site only.

Nothing here talks to the network, so that every judgement can be read and tested by itself.
"""

import ipaddress
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

from crawler.source import Source, SourceError

__all__ = ["Policy", "SourceError", "host_of", "is_private", "is_this_machine", "refused_domain"]

_REFUSED_FILE = Path(__file__).resolve().parent / "refused.toml"
_ANY_COUNTRY = ".*"
_LOCAL_NAMES = ("localhost", "localhost.localdomain")
_LOCAL_ENDINGS = (".localhost", ".local", ".internal", ".lan", ".home.arpa")
_WEB = ("http", "https")
_NEVER_PUBLIC = tuple(map(ipaddress.ip_network, ("192.0.0.0/24", "192.88.99.0/24", "2002::/16")))
"""Set aside for matters between machines, though Python calls them global; 2002 holds any IPv4 address within."""


@cache
def _refused() -> dict[str, str]:
    return tomllib.loads(_REFUSED_FILE.read_text(encoding="utf-8"))


def host_of(address: str) -> str:
    """Return the host of an address, in small letters and without a final dot; empty where it has none.

    Whatever programs take for the same host is the same: ``%31`` is 1, and so are a circled and a wide one.
    """
    try:
        stated = unquote(urlsplit(address).hostname or "")
    except ValueError:  # brackets that enclose no address
        return ""
    return unicodedata.normalize("NFKC", stated).replace("\u3002", ".").lower().rstrip(".")


def refused_domain(host: str) -> tuple[str, str] | None:
    """Return the entry of the refuse list a host falls under with its reason; ``None`` where it falls under none."""
    labels = host.split(".")
    for start in range(len(labels)):
        for name in (".".join(labels[start:]), labels[start] + _ANY_COUNTRY):
            if name in _refused() and (not name.endswith(_ANY_COUNTRY) or start < len(labels) - 1):
                return name, _refused()[name]
    return None


def _number(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """Return a host that is written as a number, in any of the ways programs understand."""
    try:
        return ipaddress.ip_address(host.split("%", maxsplit=1)[0])
    except ValueError:
        pass
    try:
        return ipaddress.IPv4Address(int(host, 0))  # 2130706433 and 0x7f000001 are 127.0.0.1 as well
    except ValueError:
        return None


def is_this_machine(host: str) -> bool:
    """Tell whether a host is a loopback address or one of its names."""
    number = _number(host)
    return number.is_loopback if number is not None else host in _LOCAL_NAMES


def is_private(host: str) -> bool:
    """Tell whether a host is, by its writing, no public one: loopback, private, link-local or otherwise reserved."""
    number = _number(host)
    if number is None:
        # A number in the last label is an address written short, such as 127.1: never a public name.
        last = host.rsplit(".", 1)[-1]
        return host in _LOCAL_NAMES or host.endswith(_LOCAL_ENDINGS) or last.isdecimal() or last.startswith("0x")
    inner = getattr(number, "ipv4_mapped", None) or number
    is_set_aside = inner.is_multicast or inner.is_reserved or getattr(inner, "is_site_local", False)
    return not inner.is_global or is_set_aside or any(inner in network for network in _NEVER_PUBLIC)


def _site(host: str) -> str:
    return host.removeprefix("www.")


@dataclass(frozen=True)
class Policy:
    """What one crawl may ask for, decided by the address it starts from.

    Attributes
    ----------
    host
        The host of the order's address.
    is_local
        Whether that is this machine: such a crawl runs at full speed and must not leave it.
    is_one_site
        Whether only that site may be read.

    """

    host: str
    is_local: bool
    is_one_site: bool

    def delay(self, own_seconds: float, wanted_seconds: float) -> float:
        """Return the seconds between two requests: ours, or what robots.txt wants where that is longer.

        This machine runs at full speed whatever it says.
        """
        return own_seconds if self.is_local else max(own_seconds, wanted_seconds)

    @classmethod
    def of(cls, source: Source, address: str) -> "Policy":
        """Return the policy of a crawl of a directory at an address."""
        host = host_of(address)
        return cls(host, is_this_machine(host), source.is_one_site)

    def refusal(self, address: str) -> str | None:
        """Return why an address must not be asked for; ``None`` where it may be."""
        host = host_of(address)
        if not host or urlsplit(address).scheme not in _WEB:
            return "not an address of the web"
        entry = refused_domain(host)
        if entry is not None:
            return f"on the refuse list: {entry[1]}"
        rules = (
            (self.is_local and not is_this_machine(host), "a crawl of this machine must not leave it"),
            (not self.is_local and host != self.host and is_private(host), "not a public address"),
            (self.is_one_site and _site(host) != _site(self.host), "outside the site that was asked for"),
        )
        return next((reason for applies, reason in rules if applies), None)
