"""Opening a page in the browser and watching what it asks for and complains of."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, Page


@dataclass
class Watched:
    """A page, what it asked the network for besides itself, and every error it told of."""

    page: Page
    requests: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def text(self, element: str) -> str:
        """Return the text of an element by its id."""
        return self.page.inner_text(f"#{element}")


@contextmanager
def opened(browser: Browser, file: Path, link: str = "", width: int = 1280) -> Iterator[Watched]:
    """Open a file offline and wait until it is drawn; works only at the end if it neither asked nor complained."""
    context = browser.new_context(offline=True, viewport={"width": width, "height": 900}, accept_downloads=True)
    watched = Watched(context.new_page())
    address = file.as_uri()

    def asked(url: str) -> None:
        if not url.startswith((address, "blob:")):
            watched.requests.append(url)

    watched.page.on("request", lambda request: asked(request.url))
    watched.page.on("console", lambda message: watched.errors.append(message.text))
    watched.page.on("pageerror", lambda fault: watched.errors.append(str(fault)))
    watched.page.goto(address + link)
    watched.page.wait_for_selector("html[data-ready=yes]", state="attached", timeout=30_000)
    watched.page.wait_for_selector("#table-body tr", state="attached")
    yield watched
    assert watched.requests == []
    assert watched.errors == []
    context.close()
