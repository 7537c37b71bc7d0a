"""Every page that an owner, a donor and nobody in particular reach by links, at 320 px: nothing runs over the edge,
and axe finds nothing against WCAG 2.2 AA.

A page is looked at once for each shape of its address. The everyday suite looks at the first of each person's;
`AMPARO_WALLS=1` at all there are.
"""

import os
import re
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from core.db import transaction
from demo import cause, people, reports, signers
from tests.stories.donating import pay_at_once, send_form
from tests.stories.house import House, running_house, until
from tests.stories.letterbox import part
from tests.stories.staffing import let_in

pytestmark = [pytest.mark.browser, pytest.mark.once]

EVERYTHING = bool(os.environ.get("AMPARO_WALLS"))
#: How many shapes of addresses: the crawl goes breadth first, so the pages that people begin with come first.
MOST = (
    {"owner": 1000, "donor": 1000, "nobody": 1000} if EVERYTHING else {"owner": 12, "donor": 4, "nobody": 6}
)
STARTS = {
    "owner": ["/staff/"],
    "donor": ["/my/"],
    "nobody": ["/", "/c/carlos", "/d/legal-fund", "/d/legal-fund/embed", "/login", "/my/"],
}
EMAIL = "crawled@example.org"
AN_ID = re.compile(r"_[0-9a-z]{24}|/[\w-]{30,}")
NO_PAGE = re.compile(
    r"\.(csv|pdf|json|jsonl|zip|atom|xml|png|svg|webp|ledes|txt|beancount|js|css)$"
    r"|logout|/static/|/statement$|/evidence|/export|report\.|qr\.svg"
)
RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A house of its own with the demo's people and case, a few hours, and a donor who gave to both drives."""
    with running_house(tmp_path_factory.mktemp("furnished"), "sqlite") as house:
        furnish(house, tmp_path_factory.mktemp("hours"))
        yield house


def furnish(house: House, folder: Path) -> None:
    lines = cause.HOURS.read_text().splitlines(keepends=True)
    whole, cause.HOURS = cause.HOURS, folder / "hours.csv"
    cause.HOURS.write_text("".join(lines[:12]))
    try:
        _do(house, people.settle_in, cause.open_the_campaign, cause.record_hours)
    finally:
        cause.HOURS = whole
    for slug, rhythm in (("legal-fund", "once"), ("130-before-midnight", "month")):
        pay_at_once(house, send_form(house, slug, "10000", EMAIL, rhythm))
        until(lambda slug=slug: house.progress(slug)["gifts"] == 1)
    told = (cause.tell_updates, cause.tell_the_timeline, reports.publish_a_report)
    _do(house, cause.pay_costs, signers.sign_the_petition, *told)


def _do(house: House, *steps: object) -> None:
    def all_of_them() -> None:
        for step in steps:
            assert callable(step)
            with transaction():
                step()

    house.look(all_of_them)


def come_in(page: Page, house: House, who: str) -> None:
    if who == "owner":
        let_in(page, house, "elena@refugio.example")
    if who == "donor":
        page.goto(f"{house.url}/my/")
        page.get_by_label("E-mail").fill(EMAIL)
        page.get_by_role("button", name="Send me the link").click()
        (link,) = until(lambda: _links_in_mails(house))
        page.goto(link)
        page.get_by_role("button", name="Open my gifts").click()
        page.wait_for_url("**/my/")


def _links_in_mails(house: House) -> list[str]:
    words = [part(mail, "plain") for mail in house.letters.to(EMAIL)]
    return [link for text in words for link in re.findall(r"http\S+/my/in/\S+", text)]


def shape(address: str) -> str:
    """The path, with one letter for each id in it."""
    return AN_ID.sub("_ID", urlsplit(address).path)


@pytest.mark.parametrize("who", list(STARTS))
def test_nothing_runs_over_and_axe_finds_nothing(furnished: House, chromium: Browser, who: str) -> None:
    # So high that the button which stays at the lower edge of a phone covers no field.
    context = chromium.new_context(viewport={"width": 320, "height": 4000}, locale="en-US")
    context.set_default_timeout(15_000)
    page, axe = context.new_page(), Axe()
    come_in(page, furnished, who)
    wrong: list[tuple[str, object]] = []
    seen: set[str] = set()
    todo = deque(f"{furnished.url}{start}" for start in STARTS[who])
    while todo and len(seen) < MOST[who]:
        address = todo.popleft()
        if (
            shape(address) in seen
            or not address.startswith(furnished.url)
            or NO_PAGE.search(urlsplit(address).path)
        ):
            continue
        seen.add(shape(address))
        wrong += ((shape(address), each) for each in _look_at(page, axe, address))
        todo.extend(_links(page))
    context.close()
    assert len(seen) >= min(MOST[who], 5)
    assert wrong == []


def _look_at(page: Page, axe: Axe, address: str) -> list[object]:
    """What is wrong with the page at an address."""
    answer = page.goto(address)
    assert answer is not None
    if "html" not in (answer.headers.get("content-type") or ""):
        return []
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


def _links(page: Page) -> list[str]:
    links = page.eval_on_selector_all("a[href]:not([download])", "links => links.map(link => link.href)")
    return [link.split("#")[0].split("?")[0] for link in links]
