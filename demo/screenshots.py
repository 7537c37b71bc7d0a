"""Pictures of every page of a running demo: `python -m demo.screenshots --port 5000 --data data`.

Begins at the front page and at the staff home, follows every link as the owner of Refugio, and pictures the
first page of each kind at three widths, light and dark, in both languages. `--readme` makes the few small
ones that README.md shows instead. Needs the development dependencies and a Chromium.
"""

import argparse
import json
import re
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

ARGUMENTS = [
    *("--no-sandbox", "--disable-gpu", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--no-first-run"),
]
WIDTHS = {360: 780, 768: 1024, 1280: 800}
BEGINNINGS = ("/", "/d/130-before-midnight", "/staff/", "/staff/bonds", "/staff/hours/approvals")
#: Pages that nothing links to while one is signed in.
SIGNED_OUT = ("/login", "/reset", "/d/no-such-drive")
#: Not pages, or not to be followed.
APART = re.compile(r"\.(csv|json|pdf|css|js|svg|xml|atom|png|txt)$|^/(static|logout|metrics|stripe)\b")
AN_ID = re.compile(r"\b[a-z]+_[a-z0-9]{24}\b|\d{4}-\d{2}-\d{2}")
PICTURES = Path(__file__).parent.parent / "docs" / "pictures"
#: Name, address, width and height of the pictures in README.md.
README = (
    ("drive-phone", "/d/130-before-midnight", 360, 760),
    ("drive-desktop", "/d/130-before-midnight", 1280, 800),
    ("staff-home", "/staff/", 1280, 800),
    ("hours", "/staff/hours", 1280, 800),
    ("gifts", "/staff/gifts", 1280, 720),
)


def kind_of(path: str) -> str:
    """Two addresses are of one kind when only ids and days differ."""
    return AN_ID.sub("one", path)


def find_pages(page: Page, web: str) -> list[str]:
    """The first address of each kind that links lead to, in the order of discovery."""
    waiting: list[str] = list(BEGINNINGS)
    found: dict[str, str] = {}
    while waiting:
        path = waiting.pop(0)
        if APART.search(path) or found.setdefault(kind_of(path), path) != path:
            continue
        answer = page.goto(web + path)
        if answer is None or not answer.ok:
            found[kind_of(path)] = ""
            continue
        links: list[str] = page.eval_on_selector_all("a[href]", "links => links.map(link => link.href)")
        for link in links:
            parts = urlsplit(link)
            if link.startswith(web) and not parts.query and kind_of(parts.path) not in found:
                waiting.append(parts.path)
    return [path for path in found.values() if path]


def name_of(path: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", kind_of(path)).strip("-") or "home"


def sign_in(context: BrowserContext, web: str, login: dict[str, str]) -> None:
    page = context.new_page()
    page.goto(f"{web}/staff/")
    page.locator("input[name=email]").fill(login["email"])
    page.locator("input[name=password]").fill(login["password"])
    with page.expect_navigation():
        page.locator("main form button.primary").click()
    page.close()


@contextmanager
def open_browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        path = shutil.which("chromium") or shutil.which("chromium-browser")
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


def picture_all(browser: Browser, web: str, login: dict[str, str], chosen: argparse.Namespace) -> int:
    """Every page in every look, as `<out>/<language>-<theme>-<width>/<page>.png`; returns how many."""
    signed_in = browser.new_context()
    sign_in(signed_in, web, login)
    paths = find_pages(signed_in.new_page(), web)
    state = signed_in.storage_state()
    made = 0
    for language, theme, width in product(chosen.languages, chosen.themes, chosen.widths):
        folder = chosen.out / f"{language}-{theme}-{width}"
        folder.mkdir(parents=True, exist_ok=True)
        look = {
            "viewport": {"width": width, "height": WIDTHS.get(width, 800)},
            "color_scheme": theme,
            "extra_http_headers": {"Accept-Language": language},
        }
        for kept, those in ((state, paths), (None, SIGNED_OUT)):
            context = browser.new_context(storage_state=kept, **look)
            page = context.new_page()
            for path in those:
                page.goto(web + path)
                page.screenshot(path=folder / f"{name_of(path)}.png", full_page=True, animations="disabled")
                made += 1
            context.close()
    return made


def picture_readme(browser: Browser, web: str, login: dict[str, str]) -> int:
    PICTURES.mkdir(parents=True, exist_ok=True)
    for name, path, width, height in README:
        context = browser.new_context(viewport={"width": width, "height": height}, color_scheme="light")
        if path.startswith("/staff/"):
            sign_in(context, web, login)
        page = context.new_page()
        page.goto(web + path)
        page.screenshot(path=PICTURES / f"{name}.png", animations="disabled")
        context.close()
    return len(README)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=5000, help="of the demo; --data knows it too")
    parser.add_argument("--data", type=Path, default=Path("data"))
    parser.add_argument("--out", type=Path, default=Path("data/screenshots"))
    parser.add_argument("--readme", action="store_true", help="the few of README.md, into docs/pictures/")
    parser.add_argument("--widths", type=int, nargs="+", default=list(WIDTHS))
    parser.add_argument("--themes", nargs="+", choices=("light", "dark"), default=("light", "dark"))
    parser.add_argument("--languages", nargs="+", choices=("en", "es"), default=("en", "es"))
    chosen = parser.parse_args()
    ready = chosen.data / "ready.json"
    if not ready.exists():
        print(f"{ready} is not there. Start the demo first: make run", file=sys.stderr)
        return 1
    about = json.loads(ready.read_text())
    web, login = about["addresses"]["web"], about["logins"][0]
    with open_browser() as browser:
        if chosen.readme:
            print(f"{picture_readme(browser, web, login)} pictures in {PICTURES}")
        else:
            print(f"{picture_all(browser, web, login, chosen)} pictures in {chosen.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
