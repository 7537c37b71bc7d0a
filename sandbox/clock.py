"""What time it is in the sandbox: the real time plus what was added, or a moment it is told to stand at."""

import time
from collections.abc import Iterator
from contextlib import contextmanager


class Clock:
    """Seconds since the epoch. Guarded by the world's lock."""

    def __init__(self) -> None:
        self.offset = 0
        self._standing: list[int] = []

    def now(self) -> int:
        return self._standing[-1] if self._standing else int(time.time()) + self.offset

    def move_to(self, moment: int) -> None:
        """Makes it `moment` now; time goes on from there."""
        self.offset = moment - int(time.time())

    @contextmanager
    def standing_at(self, moment: int) -> Iterator[None]:
        """Within the block it is `moment`, and no time passes."""
        self._standing.append(moment)
        try:
            yield
        finally:
            self._standing.pop()
