"""Every page that an owner, a donor and nobody in particular reach by links, at 320 px: nothing runs over the edge,
and axe finds nothing against WCAG 2.2 AA.

A page is looked at once for each shape of its address. The everyday suite looks at the first of each person's;
`AMPARO_WALLS=1` at all there are.
"""

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Response

from tests.stories.crawling import EVERYTHING, STARTS, come_in, crawl
from tests.stories.house import House

pytestmark = [pytest.mark.browser, pytest.mark.once]

#: How many shapes of addresses: the crawl goes breadth first, so the pages that people begin with come first.
MOST = (
    {"owner": 1000, "donor": 1000, "nobody": 1000} if EVERYTHING else {"owner": 12, "donor": 4, "nobody": 6}
)
RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}


@pytest.mark.parametrize("who", list(STARTS))
def test_nothing_runs_over_and_axe_finds_nothing(furnished: House, chromium: Browser, who: str) -> None:
    # So high that the button which stays at the lower edge of a phone covers no field.
    context = chromium.new_context(viewport={"width": 320, "height": 4000}, locale="en-US")
    context.set_default_timeout(15_000)
    page, axe = context.new_page(), Axe()
    come_in(page, furnished, who)
    wrong: list[tuple[str, object]] = []
    looked_at = 0
    for shape, answer in crawl(page, furnished, who, MOST[who]):
        looked_at += 1
        wrong += ((shape, each) for each in _look_at(page, axe, answer))
    context.close()
    assert looked_at >= min(MOST[who], 5)
    assert wrong == []


def _look_at(page: Page, axe: Axe, answer: Response) -> list[object]:
    """What is wrong with the page that is there."""
    over = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    found = [
        (each["id"], each["nodes"][0]["html"][:200], each["nodes"][0]["failureSummary"])
        for each in _violations(page, axe)
    ]
    return [
        *([f"answers {answer.status}"] if answer.status >= 400 else []),
        *([f"runs over by {over} px"] if over > 0 else []),
        *found,
    ]


def _violations(page: Page, axe: Axe) -> list[dict[str, Any]]:
    return axe.run(page, options=RULES).response["violations"]
