"""Three ways into a directory: open, a key in a header, or a token for a client's credentials (OAuth 2, RFC 6749, 4.4).

Keys and credentials come from the environment alone; ``crawler.tokens`` sends them. No sentence tells what a variable
holds, except the name of a header.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from os import environ
from urllib.parse import urlsplit

from crawler.policy import host_of, is_this_machine, refused_domain
from crawler.source import Source, SourceError

_NAME_OF_HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_RESERVED = frozenset({"host", "content-length", "connection", "transfer-encoding", "user-agent", "cookie", "referer"})


@dataclass(frozen=True)
class Way:
    """How a directory is entered.

    Attributes
    ----------
    kind
        ``open``, ``key`` or ``token``.
    variables
        Names of the environment variables it takes, in the order they are told.

    """

    kind: str
    variables: tuple[str, ...] = ()
    header: str = ""
    key: str = field(default="", repr=False)
    token_address: str = ""
    client_id: str = field(default="", repr=False)
    client_secret: str = field(default="", repr=False)
    scope: str = ""

    @property
    def said(self) -> str:
        """The way in words, with the names of its variables and never with what they hold."""
        means = {"open": "without a key", "key": "with a key in a header", "token": "with a token by OAuth 2"}[
            self.kind
        ]
        return f"asked {means}" + (f" from {' and '.join(self.variables)}" if self.variables else "")


OPEN = Way("open")


def way_into(source: Source, address: str, told: Mapping[str, str] = environ) -> Way:
    """Return the way into a directory that the environment opens.

    Raises
    ------
    SourceError
        Variables are missing or contradict one another, cannot be sent, or would go out unencrypted.

    """
    names: Mapping[str, str] = source.search.get("environment", {})
    held = {name: text for name, variable in names.items() if (text := told.get(variable, "").strip())}
    by_key: list[str] = [name for name in ("key_header", "key") if name in held]
    by_token: list[str] = [name for name in ("token_address", "client_id", "client_secret", "scope") if name in held]
    if not by_key and not by_token:
        return OPEN
    if by_key and by_token:
        raise SourceError(
            f"{_listed(names, by_key)} and {_listed(names, by_token)} are both set, for two ways into {source.name}; "
            "unset those of one."
        )
    needed: tuple[str, ...] = ("key_header", "key") if by_key else ("token_address", "client_id", "client_secret")
    missing = [name for name in needed if name not in held]
    if missing:
        raise SourceError(
            f"{_listed(names, by_key or by_token)} is set, but not {_listed(names, missing)}; set that as well, or "
            f"neither where {source.name} is open."
        )
    _check_sendable(names, held)
    variables = tuple(names[name] for name in by_key or by_token)
    if by_key:
        _check_encrypted(address, f"the key in {names['key']}")
        return Way("key", variables, header=held["key_header"], key=held["key"])
    _check_token_address(held["token_address"], names["token_address"])
    _check_encrypted(held["token_address"], f"the credentials in {names['client_secret']}")
    _check_encrypted(address, "a token")
    return Way(
        "token",
        variables,
        token_address=held["token_address"],
        client_id=held["client_id"],
        client_secret=held["client_secret"],
        scope=held.get("scope", ""),
    )


def _listed(names: Mapping[str, str], wanted: list[str]) -> str:
    return " and ".join(names[name] for name in wanted)


def _check_sendable(names: Mapping[str, str], held: Mapping[str, str]) -> None:
    header = held.get("key_header")
    if header is not None and (not _NAME_OF_HEADER.fullmatch(header) or header.lower() in _RESERVED):
        raise SourceError(f"{names['key_header']} is {header!r}, which is no header for a key; expected its name.")
    if "key" in held and not re.fullmatch(r"[\x20-\x7e]+", held["key"]):
        raise SourceError(f"{names['key']} holds signs that no header can carry; copy the key again.")


def _check_encrypted(address: str, what: str) -> None:
    if urlsplit(address).scheme != "https" and not is_this_machine(host_of(address)):
        raise SourceError(f"{what} would be sent unencrypted to {host_of(address)}; expected an address with https.")


def _check_token_address(address: str, variable: str) -> None:
    try:
        is_address = urlsplit(address).scheme in {"http", "https"} and bool(host_of(address))
        is_address = is_address and urlsplit(address).port != 0 and "@" not in urlsplit(address).netloc
    except ValueError:  # brackets that enclose no address, or a port that is no port
        is_address = False
    if not is_address:
        raise SourceError(f"{variable} holds no address of the web; expected one such as https://payer.example/token.")
    entry = refused_domain(host_of(address))
    if entry is not None:
        raise SourceError(f"{host_of(address)} in {variable} is not asked ({entry[1]}); see crawler/refused.toml.")
