"""Markdown written by staff to safe HTML: no raw HTML, no scripts, no styles, no foreign pictures."""

from functools import lru_cache

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup

_markdown = MarkdownIt("commonmark", {"html": False, "linkify": False, "typographer": True}).enable(
    ["replacements", "smartquotes", "strikethrough"]
)
_TAGS = {
    *("p", "br", "hr", "em", "strong", "s", "blockquote", "code", "pre"),
    *("ul", "ol", "li", "h2", "h3", "h4", "a"),
}


@lru_cache(500)  # the same few texts stand on pages that are drawn again and again
def to_html(text: str) -> Markup:
    """Render Markdown. Links open only http, https and mailto, and say `nofollow` to crawlers."""
    html = _markdown.render(text).replace("<h1>", "<h2>").replace("</h1>", "</h2>")
    return Markup(
        nh3.clean(
            html,
            tags=_TAGS,
            attributes={"a": {"href", "title"}},
            url_schemes={"http", "https", "mailto"},
            link_rel="nofollow noopener",
        )
    )
