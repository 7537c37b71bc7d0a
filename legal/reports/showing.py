"""A report in words of the reader's language: what the page and the document both print."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from flask_babel import format_date
from flask_babel import gettext as _

from core import i18n
from legal import utbms
from legal.costs.expense import CATEGORIES
from legal.hours.rounding import POLICY_LABELS
from legal.matters.timekeeper import CLASSES
from legal.reports.budget_words import budgets_view
from legal.reports.building import ALL
from legal.reports.folding import OTHER


def view(content: Mapping[str, Any]) -> dict[str, Any]:
    """Tiles, tables and sentences. Each figure comes as its number and as text; None where it is hidden."""
    currency = content["currency"]
    hours = content["hours"]
    return {
        "title": _("Transparency report"),
        "period": _months(content["period"]),
        "as_of": _instant(content["as_of"], content["zone"]),
        "tiles": _tiles(content, currency),
        "total": _hours(hours, "total_tenths", currency),
        "months": [
            {"label": _months(each), "short": _short(each), **_hours(each, "tenths", currency)}
            for each in hours["by_month"]
        ],
        "phases": [
            {"label": phase_name(each["phase"]), **_hours(each, "tenths", currency)}
            for each in hours["by_phase"]
        ],
        "classes": [
            {"label": class_name(each["class"]), **_hours(each, "tenths", currency)}
            for each in hours["by_class"]
        ],
        "rows": [_row(each, currency) for each in hours["rows"]],
        "costs": [
            {
                "label": str(CATEGORIES[each["category"]]),
                "number": each["amount_minor"],
                "text": i18n.money(each["amount_minor"], currency),
            }
            for each in content["costs"]
        ],
        "bonds": _bonds(content["bonds"], currency),
        "budgets": budgets_view(content),
        "method": _method(content),
        "matrices": content["method"]["matrices"],
        "words": _words(),
    }


def _words() -> dict[str, str]:
    """Headings that the page and the document share."""
    return {
        "as_of": _("As of"),
        "four": _("Four figures of different kinds. They are never added up."),
        "by_month": _("Hours by month"),
        "by_phase": _("Hours by phase"),
        "by_class": _("Hours by class of person"),
        "rows": _("Hours by month, phase and class"),
        "month": _("Month"),
        "phase": _("Phase"),
        "class": _("Class"),
        "hours": _("Hours"),
        "value": _("Estimated value"),
        "total": _("Total"),
        "suppressed": _("not shown"),
        "why_suppressed": _("Not shown: few entries, or what would give them away. The totals hold them."),
        "costs": _("Costs by category"),
        "category": _("Category"),
        "amount": _("Amount"),
        "no_costs": _("No costs were paid in these months."),
        "bonds": _("Bond account"),
        "budgets": _("What it costs, stage by stage"),
        "budgets_as_of": _("As it stood when this report was published, with all costs so far."),
        "costs_by_stage": _("Costs by stage"),
        "bond": _("Bond"),
        "pro_bono": _("Covered pro bono"),
        "stage": _("Stage"),
        "estimate": _("Estimate"),
        "invoiced": _("Invoiced"),
        "approved": _("Approved"),
        "paid": _("Paid"),
        "posted": _("Posted in all"),
        "held": _("Held now"),
        "method": _("How these figures were made"),
        "matrices": _("Published rates"),
        "source": _("Source"),
        "checksum": _("Checksum (SHA-256)"),
        "address": _("Address of this report"),
        "notes": _("Notes"),
        "no_hours": _("No hours were certified in these months."),
    }


def phase_name(code: str) -> str:
    rest = {OTHER: _("Other phases"), ALL: _("All phases")}
    return rest[code] if code in rest else utbms.catalogue()[code].label


def class_name(code: str) -> str:
    rest = {OTHER: _("Other classes"), ALL: _("All classes")}
    return rest[code] if code in rest else str(CLASSES[code])


def _months(run: Mapping[str, str]) -> str:
    first, last = (i18n.month(_first(run[name])) for name in ("first_month", "last_month"))
    return first if first == last else _("%(first)s to %(last)s", first=first, last=last)


def _short(run: Mapping[str, str]) -> str:
    """A run of months where there is room for its last one alone: under a bar of a chart."""
    return format_date(_first(run["last_month"]), "MMM")


def _first(month: str) -> date:
    return date.fromisoformat(f"{month}-01")


def _instant(text: str, zone: str) -> str:
    return i18n.instant(datetime.fromisoformat(text).astimezone(UTC), zone)


def _hours(each: Mapping[str, Any], name: str, currency: str) -> dict[str, Any]:
    tenths, value = each[name], each["value_minor"]
    return {
        "tenths": tenths,
        "hours": None if tenths is None else i18n.hours(tenths),
        "value_minor": value,
        "value": None if value is None else i18n.money(value, currency),
    }


def _row(each: Mapping[str, Any], currency: str) -> dict[str, Any]:
    return {
        "month": _months(each),
        "year": _first(each["last_month"]).year,
        "phase": phase_name(each["phase"]),
        "class": class_name(each["class"]),
        **_hours(each, "tenths", currency),
    }


def _tiles(content: Mapping[str, Any], currency: str) -> list[dict[str, Any]]:
    """Four figures of different kinds, each with one plain sentence; they are never added."""
    words = {
        "cash_spent_minor": (_("Cash spent"), _("Costs of the case, paid from the fund in these months.")),
        "bond_held_minor": (
            _("Bond held"),
            _("Deposited, not spent. It returns to the fund when the case ends."),
        ),
        "in_kind_minor": (
            _("Hours given, estimated value"),
            _("Hours given are an estimate of value. No money was raised or spent for them."),
        ),
        "trust_held_minor": (
            _("Trust held"),
            _("Kept by a law firm for the client until it is used. It is neither spent nor the fund's cash."),
        ),
    }
    return [
        {
            "name": name,
            "title": title,
            "number": content["tiles"][name],
            "text": _money(content["tiles"][name], currency),
            "sentence": sentence,
        }
        for name, (title, sentence) in words.items()
    ]


def _bonds(bonds: Mapping[str, Any], currency: str) -> list[dict[str, Any]]:
    words = {
        "posted_minor": _("Posted in all"),
        "held_minor": _("Held now"),
        "returned_minor": _("Returned"),
        "forfeited_minor": _("Forfeited"),
    }
    rows = [
        {"name": name, "label": label, "number": bonds[name], "text": _money(bonds[name], currency)}
        for name, label in words.items()
    ]
    recycled = bonds["times_recycled"]
    label = _("Times each dollar of the fund was used for bonds")
    text = "–" if recycled is None else i18n.number(float(recycled))
    return [*rows, {"name": "times_recycled", "label": label, "number": recycled, "text": text}]


def _money(minor: int | None, currency: str) -> str:
    return _("not told") if minor is None else i18n.money(minor, currency)


def _method(content: Mapping[str, Any]) -> list[str]:
    """How the figures were made, in sentences."""
    method, hours = content["method"], content["hours"]
    unvalued = hours["total_tenths"] - hours["valued_tenths"]
    said = [
        _(
            "Hours are those that somebody other than their author has certified. They are told by month, phase of"
            " the case and class of person; what was done stays with counsel."
        ),
        _("Value is hours times a published rate on the day of the work, rounded for each entry."),
        *(
            _("Time was rounded to tenths of an hour: %(policy)s.", policy=str(POLICY_LABELS[name]).lower())
            for name in method["rounding"]
        ),
    ]
    if unvalued:
        said.append(
            _(
                "%(hours)s hours have no published rate and are left out of the value.",
                hours=i18n.hours(unvalued),
            )
        )
    if content["bonds"].get("withheld"):
        said.append(_("The client has not agreed to the amount of the bond being public, so it is not told."))
    said += [
        _(
            "Figures of fewer than %(k)s entries, or of one person, are not shown, nor what would give them away"
            " by subtraction. The totals hold them.",
            k=method["k"],
        ),
        _(
            "Months with fewer than %(fewest)s entries or the work of one person are told with the next month.",
            fewest=method["fewest_entries"],
        ),
        _(
            "Hours certified after their month was published are told with the first month of the next report."
        ),
        _("Cash, bonds, donated hours and money in trust are four different things and are never added."),
    ]
    return said
