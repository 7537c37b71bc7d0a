"""A text with what the detectors found in it marked, for whoever reads it before it becomes public."""

from markupsafe import Markup, escape

from campaigns.screening import detectors


def marked(text: str) -> Markup:
    """The text, escaped, each finding in `<mark>` with what it looks like as its title."""
    pieces, at = [], 0
    for start, end, kind in detectors.places(text):
        if start < at:
            continue  # found twice over; the first says enough
        found = Markup('<mark title="{}">{}</mark>').format(detectors.sentence(kind), text[start:end])
        pieces += [escape(text[at:start]), found]
        at = end
    return Markup("").join([*pieces, escape(text[at:])])
