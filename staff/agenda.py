"""What the staff home shows: things that need the person today, and how their drives stand.

staff/ knows nothing of campaigns, hours or gifts; the packages that do register providers when imported:

    @agenda.item
    def hours_to_approve(actor: Actor) -> list[AgendaItem]: ...

A provider asks `actor.can(…)` itself and returns an empty list when there is nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass

from staff.access import Actor

#: In the order in which they are shown.
URGENCIES = ("now", "today", "soon")


@dataclass(frozen=True)
class AgendaItem:
    """One line: what is to do ("3 time entries to approve"), where, how many, how soon."""

    text: str
    url: str
    count: int = 1
    urgency: str = "today"


@dataclass(frozen=True)
class Figure:
    """One figure with what it means. `share` (0 to 1 or more) draws a bar; None draws none."""

    value: str
    meaning: str
    share: float | None = None


@dataclass(frozen=True)
class Panel:
    """One thing at work, such as a drive, with a few figures and a sentence about its pace."""

    title: str
    url: str
    figures: tuple[Figure, ...] = ()
    note: str = ""


ItemProvider = Callable[[Actor], list[AgendaItem]]
PanelProvider = Callable[[Actor], list[Panel]]

_items: list[ItemProvider] = []
_panels: list[PanelProvider] = []


def item(provider: ItemProvider) -> ItemProvider:
    """Register a provider of agenda lines."""
    _items.append(provider)
    return provider


def panel(provider: PanelProvider) -> PanelProvider:
    """Register a provider of panels."""
    _panels.append(provider)
    return provider


def items_for(actor: Actor) -> list[AgendaItem]:
    """What needs this actor, most urgent first, otherwise in the order of registration."""
    found = [each for provider in _items for each in provider(actor) if each.count]
    return sorted(found, key=lambda each: URGENCIES.index(each.urgency))


def panels_for(actor: Actor) -> list[Panel]:
    return [each for provider in _panels for each in provider(actor)]
