"""What a fund may be spent on, in kinds that a rule can compare: the kinds of cost, and bonds.

The public reads a cost under the name of its kind.
"""

from flask_babel import lazy_gettext

COSTS = {
    "court_fees": lazy_gettext("Court fees"),
    "experts": lazy_gettext("Experts and evaluations"),
    "interpreters": lazy_gettext("Interpreters and translations"),
    "records": lazy_gettext("Records, copies and postage"),
    "travel": lazy_gettext("Travel"),
    "witnesses": lazy_gettext("Witnesses and transcripts"),
    "other": lazy_gettext("Other costs"),
}
BONDS = "bonds"
PURPOSES = {**COSTS, BONDS: lazy_gettext("Bonds")}
