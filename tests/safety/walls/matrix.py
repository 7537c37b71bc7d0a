"""The written matrix (matrix.txt): a line for each route, and how to read it.

    GET   /staff/gifts            ocf-- ocf-- ocf-- login
    GET   /staff/gifts/<gift_id>  ocf-- ----- ----- login
    POST  /staff/tokens           tokens.manage

Three groups stand for Refugio (whose case it is), Llano (its partner) and Elsewhere (a stranger); in each the
letters of the roles that may find something: owner, campaigner, finance, legal, viewer. A capital: 403, since the
role sees the thing and may not do that to it. A dash: 404, for every id there is; or 403, where the role lacks
the permission whatever the id. The last column is what nobody in particular gets: `login` (sent to sign in),
`401`, `404` or `public`. A route that changes something is listed with its guard.
"""

from collections.abc import Iterable
from pathlib import Path

from flask import Flask
from werkzeug.routing import Rule

from staff.access import ALL_PERMISSIONS, PERMISSIONS

FILE = Path(__file__).with_name("matrix.txt")
LETTERS = {"owner": "o", "campaigner": "c", "finance": "f", "legal": "l", "viewer": "v"}
ORGANISATIONS = ("refugio", "llano", "elsewhere")
#: Not ours to list: files of the style sheet's kind.
_LEFT_OUT = ("/static/",)
Cells = list[str]


def read() -> dict[tuple[str, str], Cells]:
    lines = (line.split() for line in FILE.read_text().splitlines() if line and not line.startswith("#"))
    return {(line[0], line[1]): line[2:] for line in lines}


def rules(app: Flask) -> list[tuple[str, Rule]]:
    """Every method of every route."""
    return sorted(
        (
            (method, rule)
            for rule in app.url_map.iter_rules()
            if not rule.rule.startswith(_LEFT_OUT)
            for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        ),
        key=lambda pair: (pair[1].rule, pair[0]),
    )


def guard_of(app: Flask, rule: Rule) -> str:
    return str(getattr(app.view_functions[rule.endpoint], "guard", "public")).replace(" ", "-")


def statuses(cells: Cells, organisation: str, guard: str, role: str) -> set[int]:
    """What a page may answer. 422 looks at nothing yet: a question that lacks a part."""
    cell, letter = cells[ORGANISATIONS.index(organisation)], LETTERS[role]
    if letter in cell:
        return {200, 302, 303, 404, 422}
    if letter.upper() in cell:
        return {403, 404}
    permission = guard.removeprefix("token:")
    lacks = permission in ALL_PERMISSIONS and permission not in PERMISSIONS[role]
    return {404, 422, 403} if lacks and not permission.endswith(".view") else {404, 422}


def line(method: str, rule: str, cells: Iterable[str]) -> str:
    return f"{method:6} {rule:75} {' '.join(cells)}"
