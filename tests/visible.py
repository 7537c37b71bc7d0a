"""The sentences of a page or mail that a person sees, hears or is offered."""

from collections.abc import Collection
from html.parser import HTMLParser

_WITHOUT_END = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"}
_UNSEEN = {"script", "style", "code", "svg"}
_SPOKEN = ("aria-label", "alt", "title", "placeholder", "data-plain", "data-over", "data-done", "data-local")


class Visible(HTMLParser):
    """`texts` holds each run of text and each spoken attribute, with single spaces; not what is hidden from
    everybody (scripts, traps for machines) or is a code."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.texts: set[str] = set()
        self.language = ""
        self._hidden: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self.language = values.get("lang") or "" if tag == "html" else self.language
        if not self._hidden:
            self.texts.update(" ".join((values.get(name) or "").split()) for name in _SPOKEN)
        if tag not in _WITHOUT_END and (
            self._hidden or tag in _UNSEEN or values.get("aria-hidden") == "true"
        ):
            self._hidden.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self._hidden and tag in self._hidden:
            while self._hidden.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.texts.add(" ".join(data.split()))


def left_in_english(english: str, spanish: str, data: Collection[str] = ()) -> set[str]:
    """Texts of more than three letters that both pages share, other than `data` (names, titles, addresses)."""
    return {
        text
        for text in Visible(english).texts & Visible(spanish).texts
        if sum(letter.isalpha() for letter in _without(text, data)) > 3
    }


def _without(text: str, data: Collection[str]) -> str:
    for name in sorted(data, key=len, reverse=True):
        text = text.replace(name, "")
    return text
