"""Markdown that somebody hostile wrote stays text."""

import re

import pytest

from core.markup import to_html

pytestmark = pytest.mark.pure

HOSTILE = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "![](https://tracker.example/pixel.png)",
    "[a](javascript:alert(1))",
    "[a](JaVaScRiPt:alert(1))",
    "[a](data:text/html;base64,PHNjcmlwdD4=)",
    "[a](vbscript:x)",
    "<a href='javascript:alert(1)'>a</a>",
    "[a](https://x.example 'x\" onmouseover=\"alert(1)')",
    "<style>body{display:none}</style>",
    "<iframe src=//x.example></iframe>",
    "<svg/onload=alert(1)>",
    "<math><mtext></mtext><mglyph><style><img src=x onerror=alert(1)>",
    "```\n<script>alert(1)</script>\n```",
    "[x]: javascript:alert(1)\n\n[x]",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
)


@pytest.mark.parametrize("text", HOSTILE)
def test_no_markup_of_theirs_reaches_a_page(text: str) -> None:
    """Only our elements come out, with no attribute but a harmless address, its title and rel."""
    for element, attributes in re.findall(r"<([a-z0-9]+)([^>]*)>", str(to_html(text))):
        assert element in {"p", "a", "pre", "code", "em", "strong"}, text
        names = set(re.findall(r"([a-z]+)=\"[^\"]*\"", attributes))
        assert names <= {"href", "title", "rel"}, text
        for address in re.findall(r"href=\"([^\"]*)\"", attributes):
            assert address.startswith(("https://", "http://", "mailto:")), text
