"""The style sheet and the templates keep the rules of the look: own host, small, large targets, calm."""

import re
from pathlib import Path

import pytest

pytestmark = pytest.mark.pure

ROOT = Path(__file__).parents[2]
STYLE = "\n".join(sheet.read_text(encoding="utf-8") for sheet in sorted((ROOT / "static").glob("*.css")))
SCRIPTS = sorted((ROOT / "static").glob("*.js"))
PAGES = sorted(
    path for path in (ROOT / "templates").rglob("*.html") if "mail" not in {path.parent.name, path.stem}
)
TARGETS = (
    *(".button", ".choice", ".fold > summary", ".filters a", ".rail a", ".wordmark", ".foot a"),
    *(".ledger thead a", ".switches a, .switches button", ".segments span, .pills label > span"),
)
#: Addresses that a person may follow; nothing is loaded from them.
LINKS = {"https://wa.me/"}


def declarations(selector: str) -> str:
    """What the first rule with exactly this selector declares."""
    rule = re.search(r"^" + re.escape(selector) + r" \{(?P<body>[^}]*)\}", STYLE, re.MULTILINE)
    assert rule, selector
    return rule["body"]


def test_nothing_comes_from_another_host() -> None:
    assert "@import" not in STYLE
    assert not re.search(r"url\(|https?:|//[a-z]", re.sub(r"/\*.*?\*/", "", STYLE, flags=re.DOTALL))
    for path in SCRIPTS:
        assert not re.search(r"https?://", path.read_text(encoding="utf-8")), path.name


def test_pages_carry_no_inline_script_or_style_and_load_only_their_own(
    subtests: pytest.Subtests,
) -> None:
    for page in PAGES:
        with subtests.test(page=page):
            text = re.sub(r"\{#.*?#\}", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
            assert not re.search(r"<style|<script(?![^>]*\ssrc=)|\sstyle=|\son[a-z]+=\"|javascript:", text)
            assert set(re.findall(r"https?://[\w.]+/", text)) <= LINKS


@pytest.mark.parametrize("selector", TARGETS)
def test_what_one_presses_is_44_px_high(selector: str) -> None:
    height = re.search(r"min-height: ([\d.]+)rem", declarations(selector))
    assert height
    assert float(height[1]) * 16 >= 44


def test_focus_is_a_ring_of_3_px_and_never_removed() -> None:
    assert "outline: 3px solid var(--calm)" in declarations(":focus-visible")
    assert not re.search(r"outline: (none|0)", STYLE)


def test_motion_happens_only_for_those_who_do_not_refuse_it() -> None:
    calm = re.sub(r"@media \(prefers-reduced-motion: no-preference\) \{.*?\n\}", "", STYLE, flags=re.DOTALL)
    assert "transition" not in calm
    assert "animation" not in STYLE


def test_sizes_come_from_the_scale() -> None:
    sizes = set(re.findall(r"font(?:-size)?: (?:\d+ )?([\d.]+)rem", STYLE))
    assert sizes <= {".875", "1", "1.125", "1.375", "1.75", "2.25", "3"}


def test_colours_are_written_once_as_properties() -> None:
    rules = re.sub(r":root[^{]*\{[^}]*\}", "", STYLE)
    assert not re.findall(r"#[0-9a-f]{3,8}\b", rules)


def test_what_every_public_page_loads_leaves_room_for_the_page() -> None:
    """60 KB in all on first view: 34 for what is shared, the rest for the page itself."""
    shared = ("amparo.css", "amparo.js", "favicon.svg")
    assert sum((ROOT / "static" / name).stat().st_size for name in shared) < 34 * 1024
    assert len(STYLE.splitlines()) < 900
