"""Every page works with a keyboard: Tab goes through it from the top to its end and back, on a phone in the light and
on a desk in the dark; a form that lacks something says so where the focus is. The rules stand in walk.js.

The everyday suite walks through a few pages of each person; `AMPARO_WALLS=1` through all there are.
"""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.stories.crawling import EVERYTHING, STARTS, come_in, crawl
from tests.stories.house import House
from tests.stories.walking import prepare, send_incomplete, walk

pytestmark = [pytest.mark.browser, pytest.mark.once]

#: How an everyday walk looks, and where it goes: what has a timesheet, radios, folds or sorting, or stays at an edge.
EVERYDAY = {
    "owner": ("phone", ["/staff/hours", "/staff/gifts"]),
    "donor": ("desk", ["/my/"]),
    "nobody": ("phone", ["/", "/d/legal-fund"]),
}
LOOKS = {
    "phone": {"viewport": {"width": 390, "height": 844}, "color_scheme": "light"},
    "desk": {"viewport": {"width": 1280, "height": 800}, "color_scheme": "dark"},
}


@pytest.fixture
def open_page(chromium: Browser) -> Iterator[Callable[[str], Page]]:
    contexts = []

    def opened(look: str) -> Page:
        context = chromium.new_context(**LOOKS[look], locale="en-US", reduced_motion="reduce")
        context.set_default_timeout(15_000)
        prepare(context)
        contexts.append(context)
        return context.new_page()

    yield opened
    for context in contexts:
        context.close()


def _pages(page: Page, house: House, who: str) -> Iterator[str]:
    """Goes to each page in turn; yields its address."""
    if EVERYTHING:
        yield from (shape for shape, _answer in crawl(page, house, who, 1000))
        return
    for path in EVERYDAY[who][1]:
        page.goto(house.url + path)
        yield path


@pytest.mark.parametrize("who", list(STARTS))
def test_tab_goes_through_every_page_and_back(
    furnished: House, open_page: Callable[[str], Page], who: str
) -> None:
    wrong: list[tuple[str, str, str]] = []
    for look in LOOKS if EVERYTHING else [EVERYDAY[who][0]]:
        page = open_page(look)
        come_in(page, furnished, who)
        wrong += [(look, at, each) for at in _pages(page, furnished, who) for each in walk(page)]
    assert wrong == []


@pytest.mark.parametrize("who", list(STARTS))
def test_a_form_that_lacks_something_says_so_where_the_focus_is(
    furnished: House, open_page: Callable[[str], Page], who: str
) -> None:
    page = open_page("phone")
    come_in(page, furnished, who)
    wrong = [(at, each) for at in _pages(page, furnished, who) for each in send_incomplete(page)]
    assert wrong == []


BAD_PAGE = """data:text/html,<main id=main><style>:focus-visible{outline:3px solid navy}</style>
<p><button style="outline:0">unmarked</button> <span style="cursor:pointer">no button</span></p>
<p style="height:30px;overflow:hidden"><button style="margin-top:60px">hidden</button></p>
<p><button tabindex=1>first</button> <button tabindex=-1>left out</button></p>
<p style="position:relative"><button>under</button><b style="position:absolute;inset:0;background:white">over</b></p>
<div style="height:40px;overflow:auto"><p style="height:90px" tabindex=-1>long</p></div></main>"""


def test_the_walk_finds_what_is_wrong(open_page: Callable[[str], Page]) -> None:
    page = open_page("desk")
    page.goto(BAD_PAGE)
    found = set(walk(page))
    assert {
        "shows no focus: <button> unmarked",
        "looks like a button and is none: <span> no button",
        "has a tabindex above 0: <button> first",
        "is never reached: <button> left out",
        "is covered by <b> over: <button> under",
    } <= found
