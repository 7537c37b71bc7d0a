"""Text reads at 4.5:1 and figures, controls and bars at 3:1, in both themes (WCAG 2.2, 1.4.3 and 1.4.11)."""

import re
from pathlib import Path

import pytest

pytestmark = pytest.mark.pure

STYLE = (Path(__file__).parents[2] / "static" / "amparo.css").read_text(encoding="utf-8")
LIGHT = r":root \{(?P<body>[^}]*)\}"
DARK_BY_SYSTEM = r':root:not\(\[data-theme="light"\]\) \{(?P<body>[^}]*)\}'
DARK_BY_SWITCH = r':root\[data-theme="dark"\] \{(?P<body>[^}]*)\}'
THEMES = {"light": LIGHT, "dark": DARK_BY_SYSTEM}

TEXT = [
    *((ink, ground) for ink in ("ink", "ink-soft", "calm") for ground in ("paper", "surface", "sunken")),
    *((ink, ground) for ink in ("good", "warn", "bad") for ground in ("paper", "surface")),
    *(("on-accent", ground) for ground in ("accent", "accent-press")),
    ("paper", "ink"),
]
CONTROLS = [
    *(("line-strong", ground) for ground in ("paper", "surface")),
    *(("calm", ground) for ground in ("paper", "surface", "sunken")),
    *(("accent", ground) for ground in ("paper", "surface", "sunken")),
    *((state, "surface") for state in ("good", "warn", "bad")),
]


def colours(theme: str) -> dict[str, str]:
    """The six-digit colours of one block of custom properties, by name."""
    block = re.search(theme, STYLE)
    assert block
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block["body"]))


def luminance(colour: str) -> float:
    """Relative luminance of sRGB, 0 to 1 (WCAG 2.2, "relative luminance")."""
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_contrast_of_black_on_white_is_twenty_one() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("ink", "ground"), TEXT)
def test_text_can_be_read(theme: str, ink: str, ground: str) -> None:
    named = colours(THEMES[theme])
    assert contrast(named[ink], named[ground]) >= 4.5


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("mark", "ground"), CONTROLS)
def test_controls_focus_and_bars_can_be_seen(theme: str, mark: str, ground: str) -> None:
    named = colours(THEMES[theme])
    assert contrast(named[mark], named[ground]) >= 3


def test_dark_is_the_same_whether_the_system_or_the_switch_asks_for_it() -> None:
    assert colours(DARK_BY_SYSTEM) == colours(DARK_BY_SWITCH)


def test_both_themes_name_the_same_colours() -> None:
    assert colours(LIGHT).keys() == colours(DARK_BY_SYSTEM).keys()
