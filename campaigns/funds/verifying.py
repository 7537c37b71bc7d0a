"""Verifiers: each package says how its kept figures are recomputed; `flask ledger verify` asks them all."""

from collections.abc import Callable, Iterable, Iterator

from campaigns.funds import ledger, release

#: Yields one sentence for each thing that differs; none when all agrees.
Verifier = Callable[[], Iterable[str]]

_verifiers: dict[str, Verifier] = {}


def register(name: str, verifier: Verifier) -> None:
    """Add a verifier under a name that the command prints."""
    _verifiers[name] = verifier


def verify_all() -> Iterator[tuple[str, list[str]]]:
    """Each verifier's name and what it found, in the order they were registered."""
    for name, verifier in _verifiers.items():
        yield name, list(verifier())


register("ledger", ledger.verify)
register("releases", release.verify)
