"""One running installation and one Chromium for all stories; each story opens a drive of its own."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.stories.crawling import furnish
from tests.stories.house import House, running_house

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = (
    *("--no-sandbox", "--disable-gpu", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--no-first-run"),
)


@pytest.fixture(scope="package")
def house(tmp_path_factory: pytest.TempPathFactory, database_kind: str) -> Iterator[House]:
    folder: Path = tmp_path_factory.mktemp("house")
    with running_house(folder, database_kind) as running:
        yield running


@pytest.fixture(scope="package")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A house of its own with the demo's people and case in it, for what looks at every page."""
    with running_house(tmp_path_factory.mktemp("furnished"), "sqlite") as house:
        furnish(house, tmp_path_factory.mktemp("hours"))
        yield house


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """Ends with the stories: while it is there, an event loop runs in this thread."""
    expect.set_options(timeout=15_000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        yield browser
        browser.close()


@pytest.fixture
def open_phone(chromium: Browser) -> Iterator[Callable[..., Page]]:
    """A fresh phone each time it is called: no cookies, no history, nobody signed in."""
    contexts = []

    def phone(*, scripts: bool = True) -> Page:
        context = chromium.new_context(
            viewport={"width": 390, "height": 844}, locale="en-US", java_script_enabled=scripts
        )
        context.set_default_timeout(15_000)
        contexts.append(context)
        return context.new_page()

    yield phone
    for context in contexts:
        context.close()


@pytest.fixture
def phone(open_phone: Callable[[], Page]) -> Page:
    return open_phone()
