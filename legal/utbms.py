"""The UTBMS codes that say what legal time and money went on, read from `data/utbms.csv`.

A phase (L100) groups tasks (L110) and cannot be charged itself. The counseling codes (C100) have a
single level: each is a task and its own phase.
"""

import csv
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from flask_babel import gettext as _

from core.errors import Invalid

DATA = Path(__file__).parent / "data"
#: How many candidates a refusal names.
MOST_NAMED = 6
KINDS = ("phase", "task", "counseling", "activity", "expense")


@dataclass(frozen=True)
class Code:
    """One line of the code set. `kind` is one of `KINDS`."""

    code: str
    kind: str
    name: str

    @property
    def is_task(self) -> bool:
        return self.kind in ("task", "counseling")

    @property
    def label(self) -> str:
        return f"{self.code} {self.name}"


@cache
def catalogue() -> dict[str, Code]:
    """Every code by its code, in the order of the published list."""
    with (DATA / "utbms.csv").open(encoding="utf-8", newline="") as file:
        return {row["code"]: Code(**row) for row in csv.DictReader(file)}


def codes(kind: str) -> list[Code]:
    """The codes of one kind, in published order."""
    return [code for code in catalogue().values() if code.kind == kind]


def tasks() -> list[Code]:
    """What time can be charged to: litigation tasks, then the counseling codes."""
    return [code for code in catalogue().values() if code.is_task]


def phase_of(code: str) -> Code:
    """The phase a task belongs to: the code rounded down to the hundred. L450 gives L400."""
    task = task_code(code)
    return task if task.kind == "counseling" else catalogue()[task.code[:2] + "00"]


def task_code(value: str, *, field: str = "task_code") -> Code:
    """The task a person typed, in any case. Raises Invalid on `field` otherwise."""
    code = _known(value, field, ("task", "counseling"))
    if code.kind == "phase":
        message = _("%(code)s is a phase. Choose one of its tasks.", code=code.code)
        raise Invalid({field: [message]})
    if not code.is_task:
        raise Invalid({field: [_("%(code)s is not a task code.", code=code.code)]})
    return code


def activity_code(value: str, *, field: str = "activity_code") -> Code:
    """The activity a person typed, in any case. Raises Invalid on `field` otherwise."""
    code = _known(value, field, ("activity",))
    if code.kind != "activity":
        raise Invalid({field: [_("%(code)s is not an activity code.", code=code.code)]})
    return code


def expense_code(value: str, *, field: str = "expense_code") -> Code:
    """The expense a person typed, in any case. Raises Invalid on `field` otherwise."""
    code = _known(value, field, ("expense",))
    if code.kind != "expense":
        raise Invalid({field: [_("%(code)s is not an expense code.", code=code.code)]})
    return code


def find_codes(words: str, kinds: Collection[str] = KINDS) -> list[Code]:
    """The codes of these kinds whose code or name has every one of the words, in published order."""
    wanted = words.casefold().split()
    return [
        code
        for code in catalogue().values()
        if code.kind in kinds and wanted and all(word in code.label.casefold() for word in wanted)
    ]


def _known(value: str, field: str, kinds: Collection[str]) -> Code:
    """A person may pick "L110 Fact Investigation/Development" from a list, where the first word counts, or type
    words that one name alone has: "pleading" is L210."""
    typed = value.split(maxsplit=1)[0].upper() if value.strip() else ""
    code = catalogue().get(typed)
    if code is not None:
        return code
    # A number that is nearly a code is a slip of the finger and not a word.
    found = [] if any(each.isdigit() for each in value) else find_codes(value, kinds)
    if len(found) > 1:
        named = ", ".join(each.label for each in found[:MOST_NAMED])
        raise Invalid({field: [_("Several codes have these words: %(codes)s.", codes=named)]})
    if not found:
        raise Invalid({field: [_("We do not know the code %(code)s.", code=typed or "–")]})
    return found[0]
