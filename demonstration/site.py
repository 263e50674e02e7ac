"""The invented web directory: lists of 25, details for some, a part that robots.txt forbids."""

from collections.abc import Mapping

from demonstration import site_pages
from demonstration.population import STATES
from demonstration.site_listings import Entry
from demonstration.web import HTML, NOT_FOUND, TEXT, XML, Answer

ENTRIES_A_PAGE = 25
_DISALLOWED = ("/private/", "/search")
_CLINIC_PAGES = ("", "team", "contact")


class Site:
    """The web directory; pages are put together when asked for."""

    name = "json_ld_site"

    def __init__(self, entries: list[Entry]) -> None:
        self.entries = entries
        self.listings = len({entry.linked_data["@id"] for entry in entries})
        self._lists = {state: [entry for entry in entries if entry.state == state] for state in STATES}
        self._details: dict[str, tuple[Entry, str]] = {}
        for entry in entries:
            if entry.path.startswith("/clinics/"):
                for page in _CLINIC_PAGES:
                    self._details[entry.path + page] = (entry, f" - {page}" if page else "")
            elif entry.path:
                self._details[entry.path] = (entry, "")

    def is_disallowed(self, path: str) -> bool:
        """Whether robots.txt forbids the path."""
        return path.startswith(_DISALLOWED)

    def pages(self, state: str) -> int:
        """Return how many list pages a state has, at least one."""
        return max(1, -(-len(self._lists[state]) // ENTRIES_A_PAGE))

    def answer(self, path: str, query: Mapping[str, str], origin: str) -> Answer:
        """Return the page at a path."""
        fixed = {
            "/robots.txt": lambda: Answer(site_pages.robots(origin), TEXT),
            "/sitemap.xml": lambda: Answer(site_pages.sitemap(origin, self._mapped()), XML),
            "/": lambda: Answer(site_pages.home(self._counts()), HTML),
            "/about": lambda: Answer(site_pages.about(), HTML),
        }
        if path in fixed:
            return fixed[path]()
        if self.is_disallowed(path):
            return Answer(site_pages.private_page(), HTML)
        if path in self._details:
            return Answer(site_pages.detail_page(*self._details[path]), HTML)
        return self._list(path, query.get("page", "1"))

    def _counts(self) -> dict[str, int]:
        return {state: len(entries) for state, entries in self._lists.items()}

    def _list(self, path: str, page: str) -> Answer:
        parts = path.strip("/").upper().split("/")
        if len(parts) != len(("therapists", "state")) or parts[0] != "THERAPISTS" or parts[1] not in STATES:
            return NOT_FOUND
        state, number = parts[1], int(page) if page.isdecimal() else 0
        last = self.pages(state)
        if not 1 <= number <= last:
            return NOT_FOUND
        shown = self._lists[state][(number - 1) * ENTRIES_A_PAGE : number * ENTRIES_A_PAGE]
        return Answer(site_pages.list_page(state, number, last, shown), HTML)

    def _mapped(self) -> list[str]:
        """Return what the sitemap names: first pages and details; the further pages are found by their links."""
        first_pages = [f"/therapists/{state.lower()}/?page=1" for state in STATES]
        return ["/", "/about", *first_pages, *self._details]
