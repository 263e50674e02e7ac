"""How every crawl behaves. No spider may loosen any of it; ``scrapy`` itself reads this file through scrapy.cfg.

Scrapy ignores robots.txt, does not check certificates and opens two remote consoles unless told otherwise.
"""

from pathlib import Path
from typing import Any

from crawler import replay
from crawler.policy import Policy
from crawler.source import Source

BOT_NAME = "therapygap"
USER_AGENT = "therapygap/0.1"
SPIDER_MODULES = ["crawler.spiders"]

ROBOTSTXT_OBEY = True
ROBOTSTXT_USER_AGENT = "therapygap"
DOWNLOAD_VERIFY_CERTIFICATES = True
TELNETCONSOLE_ENABLED = False
REMOTE_CONTROL_ENABLED = False
EXTENSIONS = {
    "scrapy.extensions.telnet.TelnetConsole": None,  # off twice: these are not even loaded
    "scrapy.extensions.remote_control.RemoteControl": None,
    "scrapy.extensions.throttle.AutoThrottle": None,
    "crawler.robots.Throttle": 0,
}
COOKIES_ENABLED = False
REFERER_ENABLED = True
REFERRER_POLICY = "same-origin"

CONCURRENT_REQUESTS = 4
CONCURRENT_REQUESTS_PER_DOMAIN = 1
DOWNLOAD_DELAY = 1.0
DOWNLOAD_DELAY_JITTER = 0.0
"""A promised delay is kept, not scattered around; there is nothing to hide."""

AUTOTHROTTLE_ENABLED = True
AUTOTHROTTLE_START_DELAY = 2.0
AUTOTHROTTLE_MAX_DELAY = 120.0
AUTOTHROTTLE_TARGET_CONCURRENCY = 1.0

DOWNLOAD_HANDLERS = {
    "http": "crawler.bounds.BoundedHandler",
    "https": "crawler.bounds.BoundedHandler",
    "data": None,  # the policy refuses these; they are not even loaded
    "file": None,
    "ftp": None,
    "s3": None,
}
DOWNLOAD_TIMEOUT = 60
"""Of a whole answer, from asking to its last byte, however slowly they drip."""

DOWNLOAD_MAXSIZE = 64 * 1024 * 1024
DOWNLOAD_WARNSIZE = 0
REDIRECT_MAX_TIMES = 5
METAREFRESH_ENABLED = False
RETRY_TIMES = 3
URLLENGTH_LIMIT = 0
"""Longer addresses would be dropped without a word, and a payer's links to the next page are long."""

DEPTH_LIMIT = 0
"""Pages that follow one another are no depth; links are counted by ``crawler.directory``."""

HTTPCACHE_POLICY = "scrapy.extensions.httpcache.RFC2616Policy"
HTTPCACHE_GZIP = True
HTTPCACHE_EXPIRATION_SECS = replay.KEPT_DAYS * 24 * 60 * 60
"""Nothing older is read; 'therapygap forget --expired' deletes it."""

LOG_LEVEL = "WARNING"
STATS_DUMP = False
LOGSTATS_INTERVAL = 0
MEMUSAGE_ENABLED = False
WARN_ON_GENERATOR_RETURN_VALUE = False
TWISTED_DNS_RESOLVER = "crawler.middlewares.PublicResolver"

DOWNLOADER_MIDDLEWARES = {
    "crawler.middlewares.Gatekeeper": 90,
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
    "crawler.robots.Robots": 100,
    "crawler.middlewares.PatientRetry": 550,
    "scrapy.downloadermiddlewares.retry.RetryMiddleware": None,
    "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware": None,
    "crawler.bounds.Unpacked": 590,
    "crawler.middlewares.Saved": 880,  # what the cache made of an answer is saved, not "nothing new"
    "crawler.tokens.Access": 940,  # behind cache and saved responses, which must never see a key
    "crawler.middlewares.Counted": 950,  # the network alone is counted, not the cache
}

_FULL_SPEED = {
    "CONCURRENT_REQUESTS": 8,
    "CONCURRENT_REQUESTS_PER_DOMAIN": 8,
    "DOWNLOAD_DELAY": 0.0,
    "AUTOTHROTTLE_ENABLED": False,
}


def settings_of(source: Source, policy: Policy, contact: str | None, cache: Path, *, is_replay: bool) -> dict[str, Any]:
    """Return the settings of one crawl: the polite ones above, looser only on this machine and for saved responses."""
    polite = {name: value for name, value in globals().items() if name.isupper() and not name.startswith("_")}
    polite["USER_AGENT"] = f"{USER_AGENT} (+{contact})" if contact else USER_AGENT
    if policy.is_local or is_replay:
        return polite | _FULL_SPEED | {"HTTPPROXY_ENABLED": False, "HTTPCACHE_ENABLED": False}
    return polite | {
        "DOWNLOAD_DELAY": max(DOWNLOAD_DELAY, source.delay_seconds),
        "HTTPCACHE_ENABLED": True,
        "HTTPCACHE_DIR": str(cache),
    }
