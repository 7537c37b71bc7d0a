"""Who is counsel of record for a campaign's client. Matters are kept by law work, which registers a provider:

@counsel.of_record
def counsel_on_matters(campaign_id: str) -> Iterable[Counsel]: ...
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

Provider = Callable[[str], Iterable["Counsel"]]

_providers: list[Provider] = []


@dataclass(frozen=True)
class Counsel:
    """One lawyer of one organisation."""

    member_id: str
    organisation_id: str


def of_record(provider: Provider) -> Provider:
    """Register a provider of the lawyers on the matters of a campaign."""
    _providers.append(provider)
    return provider


def counsel_for(campaign_id: str) -> frozenset[Counsel]:
    """The lawyers of record on the open matters of a campaign, of every organisation."""
    return frozenset(each for provider in _providers for each in provider(campaign_id))
