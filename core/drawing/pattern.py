"""A woven band made from any text, for where a portrait would be: the same text gives the same cloth.

Nobody's likeness and no silhouette. Standard library only; the drawing is `templates/macros/pattern.html`.
"""

from dataclasses import dataclass
from hashlib import sha256

#: Side of one square of the weave, in px.
CELL = 4
#: Squares across one repeat of a band.
REPEAT = 16
#: Colours of thread that the style sheet names `t1` to `t6`; the last is the undyed ground.
THREADS = ("t1", "t2", "t3", "t4", "t5")
GROUND = "t6"

_BORDERS = (
    (
        "#...............",
        "##.............#",
        "###...........##",
        "####.........###",
        "#####.......####",
    ),
    (
        "##..##..##..##..",
        "##..##..##..##..",
        "..##..##..##..##",
        "..##..##..##..##",
        "##..##..##..##..",
    ),
    (
        "...##......##...",
        "..####....####..",
        ".######..######.",
        "################",
        "################",
    ),
    (
        "################",
        "#..##..##..##..#",
        "#..##..##..##..#",
        "#..##..##..##..#",
        "################",
    ),
    (
        "##....####....##",
        ".##..##..##..##.",
        "..####....####..",
        ".##..##..##..##.",
        "##....####....##",
    ),
    (
        "###.....###.....",
        ".###.....###....",
        "..###.....###...",
        "...###.....###..",
        "....###.....###.",
    ),
)
_CENTRES = (
    (
        ".......##.......",
        "......####......",
        "....########....",
        "..####....####..",
        "####...##...####",
        "####...##...####",
        "..####....####..",
        "....########....",
        "......####......",
        ".......##.......",
    ),
    (
        "##............##",
        "####..####..####",
        ".######..######.",
        "..####....####..",
        "....##.##.##....",
        "....##.##.##....",
        "..####....####..",
        ".######..######.",
        "####..####..####",
        "##............##",
    ),
    (
        "......####......",
        "......####......",
        "..##..####..##..",
        "..############..",
        "######....######",
        "######....######",
        "..############..",
        "..##..####..##..",
        "......####......",
        "......####......",
    ),
    (
        "#..............#",
        "##............##",
        "####...##...####",
        "######.##.######",
        "..############..",
        "..############..",
        "######.##.######",
        "####...##...####",
        "##............##",
        "#..............#",
    ),
)


@dataclass(frozen=True)
class Band:
    """One stripe of the cloth: `ground` fills it, `path` draws its motif in `thread`. px from the top."""

    y: int
    height: int
    ground: str
    thread: str
    path: str


@dataclass(frozen=True)
class Weave:
    """A cloth of any width: bands repeat every `repeat` px. `key` is fit for an element's id."""

    key: str
    height: int
    repeat: int
    bands: tuple[Band, ...]


def weave(text: str) -> Weave:
    """The cloth of `text`: a centre between two borders, with plain stripes where they meet."""
    digest = sha256(text.encode()).digest()
    threads = _shuffled(THREADS, digest[:8])
    border = _BORDERS[digest[8] % len(_BORDERS)]
    centre = _CENTRES[digest[9] % len(_CENTRES)]
    edge = ("#" * REPEAT,)
    border_ground, centre_ground = (threads[1], GROUND) if digest[10] % 2 else (GROUND, threads[1])
    stripes = [
        (edge, GROUND, threads[0]),
        (border, border_ground, threads[2]),
        (edge, GROUND, threads[3]),
        (centre, centre_ground, threads[0]),
        (edge, GROUND, threads[3]),
        (tuple(reversed(border)), border_ground, threads[2]),
        (edge, GROUND, threads[0]),
    ]
    bands: list[Band] = []
    y = 0
    for rows, ground, thread in stripes:
        height = len(rows) * CELL
        bands.append(Band(y, height, ground, thread, _path(rows)))
        y += height
    return Weave(f"w{digest.hex()[:8]}", y, REPEAT * CELL, tuple(bands))


def _shuffled(items: tuple[str, ...], seed: bytes) -> list[str]:
    """Fisher and Yates with the digest's bytes, so that no version of Python orders them otherwise."""
    shuffled = list(items)
    for last in range(len(shuffled) - 1, 0, -1):
        other = seed[last] % (last + 1)
        shuffled[last], shuffled[other] = shuffled[other], shuffled[last]
    return shuffled


def _path(rows: tuple[str, ...]) -> str:
    """Runs of filled squares as one SVG path in px, relative to the band's top left."""
    parts: list[str] = []
    for row_number, row in enumerate(rows):
        start = 0
        while (start := row.find("#", start)) != -1:
            end = start
            while end < len(row) and row[end] == "#":
                end += 1
            parts.append(f"M{start * CELL} {row_number * CELL}h{(end - start) * CELL}v{CELL}H{start * CELL}z")
            start = end
    return "".join(parts)
