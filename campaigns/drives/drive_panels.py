"""What other packages show on a drive's staff page, such as raised figures; they register a provider.

    @drive_panels.panel
    def figures(actor: Actor, drive: Drive) -> Markup | None: ...

A provider asks `actor.can(…)` itself and returns None where there is nothing to show.
"""

from collections.abc import Callable

from markupsafe import Markup

from campaigns.drives.drive import Drive
from staff.access import Actor

PanelProvider = Callable[[Actor, Drive], Markup | None]

_providers: list[PanelProvider] = []


def panel(provider: PanelProvider) -> PanelProvider:
    """Register a provider of one panel."""
    _providers.append(provider)
    return provider


def panels_for(actor: Actor, drive: Drive) -> list[Markup]:
    """The panels of a drive, in the order of registration."""
    return [panel for provider in _providers if (panel := provider(actor, drive)) is not None]
