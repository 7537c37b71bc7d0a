"""What becomes due when: renewals, expiries, retries, settlements."""

import heapq
import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sandbox.account import Account

Object = dict[str, Any]
Moment = Callable[[Object], int | None]
Act = Callable[["Account", Object], None]


@dataclass(frozen=True)
class Timed:
    """A kind of object that acts by itself: `moment` says when next (epoch seconds), `act` does it."""

    moment: Moment
    act: Act


TIMED: dict[str, Timed] = {}


def timed(kind: str, moment: Moment) -> Callable[[Act], Act]:
    """Registers what an object of this kind does when its moment has come.

    The act must move the object's moment on, or take it away.
    """

    def register(act: Act) -> Act:
        TIMED[kind] = Timed(moment, act)
        return act

    return register


@dataclass(frozen=True, order=True)
class Due:
    """One entry: at `when`, an object of an account."""

    when: int
    place: int
    account: str
    kind: str
    id: str


class Agenda:
    """A heap per test clock; None is the sandbox's own time. Stale entries are dropped when they surface."""

    def __init__(self) -> None:
        self._heaps: dict[str | None, list[Due]] = {}
        self._noted: dict[tuple[str, str], int] = {}
        self._places = itertools.count()

    def note(self, account: str, row: Object) -> None:
        """Looks at an object that was created or changed."""
        kind = row["object"]
        when = TIMED[kind].moment(row) if kind in TIMED else None
        key = (account, row["id"])
        if when is None:
            self._noted.pop(key, None)
        elif self._noted.get(key) != when:
            self._noted[key] = when
            clock = row.get("test_clock") or row.get("_test_clock")
            entry = Due(when, next(self._places), account, kind, row["id"])
            heapq.heappush(self._heaps.setdefault(clock, []), entry)

    def next_due(self, until: int, test_clock: str | None = None) -> Due | None:
        """Takes out the earliest entry that still holds and is due at `until`."""
        heap = self._heaps.get(test_clock, [])
        while heap and heap[0].when <= until:
            entry = heapq.heappop(heap)
            if self._noted.get((entry.account, entry.id)) == entry.when:
                del self._noted[entry.account, entry.id]
                return entry
        return None

    def clear(self) -> None:
        self._heaps.clear()
        self._noted.clear()
