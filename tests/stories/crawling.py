"""The pages that an owner, a donor and nobody in particular reach by links, one for each shape of address."""

import os
import re
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Page, Response

from core.db import transaction
from demo import cause, people, reports, signers
from tests.stories.donating import pay_at_once, send_form
from tests.stories.house import House, until
from tests.stories.letterbox import part
from tests.stories.staffing import let_in

EVERYTHING = bool(os.environ.get("AMPARO_WALLS"))
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


def furnish(house: House, folder: Path) -> None:
    """The demo's people and case, a few hours, and a donor who gave to both drives."""
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
        sent = len(_links_in_mails(house))
        page.goto(f"{house.url}/my/")
        page.get_by_label("E-mail").fill(EMAIL)
        page.get_by_role("button", name="Send me the link").click()
        page.goto(until(lambda: _links_in_mails(house)[sent:])[0])
        page.get_by_role("button", name="Open my gifts").click()
        page.wait_for_url("**/my/")


def _links_in_mails(house: House) -> list[str]:
    words = [part(mail, "plain") for mail in house.letters.to(EMAIL)]
    return [link for text in words for link in re.findall(r"http\S+/my/in/\S+", text)]


def shape(address: str) -> str:
    """The path, with one letter for each id in it."""
    return AN_ID.sub("_ID", urlsplit(address).path)


def crawl(page: Page, house: House, who: str, most: int) -> Iterator[tuple[str, Response]]:
    """Go to the first page of each shape, breadth first; yields the shape and the answer while the page is there.
    Its links are read before, so that whoever looks at it may leave it."""
    seen: set[str] = set()
    todo = deque(f"{house.url}{start}" for start in STARTS[who])
    while todo and len(seen) < most:
        address = todo.popleft()
        its_shape = shape(address)
        if its_shape in seen or not address.startswith(house.url) or NO_PAGE.search(urlsplit(address).path):
            continue
        seen.add(its_shape)
        answer = page.goto(address)
        assert answer is not None
        if "html" in (answer.headers.get("content-type") or ""):
            todo.extend(_links(page))
            yield its_shape, answer


def _links(page: Page) -> list[str]:
    links = page.eval_on_selector_all("a[href]:not([download])", "links => links.map(link => link.href)")
    return [link.split("#")[0].split("?")[0] for link in links]
