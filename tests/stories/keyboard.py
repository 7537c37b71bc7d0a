"""A person who uses the keyboard alone: Tab from one control to the next, type, Enter."""

from playwright.sync_api import Page

#: More presses than any page has controls.
MOST_TABS = 200
_REACHED = "wanted => document.activeElement !== document.body && document.activeElement.matches(wanted)"
_SEEN = """() => {
  const focused = document.activeElement, box = focused.getBoundingClientRect(), style = getComputedStyle(focused);
  const ringed = style.outlineStyle !== 'none' || style.boxShadow !== 'none';
  const there = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
  return ringed && there !== null && focused.contains(there);
}"""


def tab_to(page: Page, wanted: str) -> None:
    """Press Tab until a control that matches the selector has the focus. Fails where none ever gets it."""
    for _press in range(MOST_TABS):
        if page.evaluate(_REACHED, wanted):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab does not reach {wanted}")


def skip(page: Page) -> None:
    """Past what is on every page, by its first link."""
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")


def is_seen(page: Page) -> bool:
    """Whether the control that has the focus is on the screen with nothing over it, and shows that it has it."""
    return bool(page.evaluate(_SEEN))


def type_into(page: Page, name: str, words: str) -> None:
    tab_to(page, f"main [name={name}]:not([type=hidden])")
    page.keyboard.type(words)


def choose(page: Page, name: str, label: str) -> None:
    """An option of a select, by typing how it begins."""
    tab_to(page, f"main select[name={name}]")
    page.keyboard.type(label)
    shown = page.evaluate("() => document.activeElement.selectedOptions[0].textContent")
    assert shown.startswith(label), f"{name} shows {shown}"


def press(page: Page, selector: str) -> None:
    """Reach a link or button and press Enter; waits for the page that follows."""
    tab_to(page, selector)
    with page.expect_navigation():
        page.keyboard.press("Enter")
