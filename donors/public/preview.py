"""The picture that stands beside a shared link: title, who asks, the goals as they are now, a woven band.

It is drawn as SVG by a template and made a PNG by resvg; the file carries no metadata.
"""

from textwrap import wrap

import resvg_py
from flask import render_template

from donors.public.face import Face

WIDTH, HEIGHT = 1200, 630
_LINE_CHARS, _MOST_LINES = 34, 3
#: As in static/amparo.css; a picture has one theme.
COLOURS = {
    "paper": "#f8f5ee",
    "ink": "#1f1b16",
    "soft": "#5b5447",
    "line": "#d8d0bf",
    "accent": "#c27200",
}


def png(face: Face) -> bytes:
    """Needs a font on the machine (fonts-dejavu-core); without one the words are missing."""
    return resvg_py.svg_to_bytes(svg_string=svg(face), serif_family="DejaVu Serif")


def svg(face: Face) -> str:
    lines = wrap(face.drive.title, _LINE_CHARS)
    if len(lines) > _MOST_LINES:
        lines = [*lines[: _MOST_LINES - 1], f"{lines[_MOST_LINES - 1]} …"]
    return render_template(
        "donors/preview.svg",
        lines=lines,
        who=" · ".join([face.organisation.name, *(name for _id, name in face.partners)]),
        goals=face.progress.goals[:2],
        drive=face.drive,
        as_of=face.progress.as_of,
        seed=face.campaign.id,
        colours=COLOURS,
        width=WIDTH,
        height=HEIGHT,
    )
