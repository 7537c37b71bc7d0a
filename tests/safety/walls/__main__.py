"""`python -m tests.safety.walls`: the lines that the matrix lacks, proposed from the guards of the new routes.

A proposal is to be read, not to be believed: the test then goes and looks.
"""

import sys
import tempfile
from pathlib import Path

from flask import Flask
from werkzeug.routing import Rule

from app import create_app
from core.settings import Settings
from staff.access import ALL_PERMISSIONS, PERMISSIONS
from tests.safety.walls import matrix


def proposed(app: Flask, method: str, rule: Rule) -> str:
    guard = matrix.guard_of(app, rule)
    if method != "GET":
        return matrix.line(method, rule.rule, [guard])
    if not rule.rule.startswith(("/staff", "/api/")):
        return matrix.line(method, rule.rule, ["public"])
    permission = guard.removeprefix("token:")
    cell = "".join(
        letter if permission not in ALL_PERMISSIONS or permission in PERMISSIONS[role] else "-"
        for role, letter in matrix.LETTERS.items()
    )
    others = ["-----"] * 2 if any(name.endswith("_id") for name in rule.arguments) else [cell] * 2
    return matrix.line(
        method, rule.rule, [cell, *others, "login" if rule.rule.startswith("/staff") else "401"]
    )


with tempfile.TemporaryDirectory() as folder:
    front_door = create_app(Settings(environment="testing", data_dir=Path(folder), queue_url="memory:"))
    written = matrix.read()
    for method, rule in matrix.rules(front_door):
        if (method, rule.rule) not in written:
            sys.stdout.write(f"{proposed(front_door, method, rule)}\n")
