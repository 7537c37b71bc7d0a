"""A walk through a page with Tab, there and back, and what is wrong with it for somebody without a mouse."""

from pathlib import Path

from playwright.sync_api import BrowserContext, Page

#: More presses than any page needs; a date takes several.
MOST_PRESSES = 900
_WALK = Path(__file__).with_name("walk.js").read_text()


def prepare(context: BrowserContext) -> None:
    """Each page of the context listens from its beginning for what its scripts make of it."""
    context.add_init_script(_WALK)


def walk(page: Page) -> list[str]:
    """Sentences about what is wrong, from the top of the page to its end and back; none when all is well."""
    page.evaluate("walk.begin()")
    for _press in range(MOST_PRESSES):
        page.keyboard.press("Tab")
        step = page.evaluate("walk.step()")
        if step in ("out", "again"):
            break
        if step == "fold":
            _unfold(page)
        if step == "radio":
            _choose(page)
    _go_back(page)
    page.evaluate("walk.verdict()")
    _skip(page)
    return page.evaluate("walk.wrong")


def _unfold(page: Page) -> None:
    page.keyboard.press("Enter")
    page.evaluate("walk.last.parentElement.open || walk.say(walk.last, 'does not open with Enter')")


def _choose(page: Page) -> None:
    """One radio after the other, and the first again."""
    for _press in range(page.evaluate("walk.choices()")):
        page.keyboard.press("ArrowDown")
        if not page.evaluate("walk.choose()"):
            break


def _go_back(page: Page) -> None:
    for _press in range(MOST_PRESSES):
        page.keyboard.press("Shift+Tab")
        if page.evaluate("walk.stepBack()") == "out":
            break


def _skip(page: Page) -> None:
    """The first stop of all leads to the content."""
    page.keyboard.press("Tab")
    if page.evaluate("walk.isSkip()"):
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        page.evaluate("walk.judgeSkip()")


def send_incomplete(page: Page) -> list[str]:
    """Sentences about what is wrong when a form is sent without what it needs: what is missing must get the focus,
    and lead to the field."""
    address, wrong = page.url, []
    for place in range(page.evaluate("walk.lacking().length")):
        if page.url != address or place:
            page.goto(address)
        if page.evaluate("place => walk.empty(walk.lacking()[place])", place):
            with page.expect_navigation():
                page.keyboard.press("Enter")
        else:
            page.keyboard.press("Enter")
        wrong += page.evaluate("walk.judgeRefusal()")
        if page.evaluate("document.activeElement.matches('[role=alert]:has(a)')"):
            page.keyboard.press("Tab")
            page.keyboard.press("Enter")
            wrong += page.evaluate("walk.judgeField()")
    return wrong
