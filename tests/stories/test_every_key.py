"""Every page works with a keyboard: Tab goes through it from the top to its end and back, on a phone in the light and on a
desk in the dark. The rules stand in walk.js.

The everyday suite walks through the first pages of each person; `AMPARO_WALLS=1` through all there are.
"""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.stories.crawling import EVERYTHING, STARTS, come_in, crawl
from tests.stories.house import House
from tests.stories.walking import prepare, send_nothing, walk

pytestmark = [pytest.mark.browser, pytest.mark.once]

MOST = {"owner": 1000, "donor": 1000, "nobody": 1000} if EVERYTHING else {"owner": 2, "donor": 2, "nobody": 3}
LOOKS = {
    "phone": {"viewport": {"width": 390, "height": 844}, "color_scheme": "light"},
    "desk": {"viewport": {"width": 1280, "height": 800}, "color_scheme": "dark"},
}


@pytest.fixture
def open_page(chromium: Browser) -> Iterator[Page]:
    yield from ()
