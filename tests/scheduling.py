"""Which tests of a parallel run stay together on one worker, and start first: those that share a browser and a
running house or a populated installation, and those that take long.

pytest-xdist 3.8 groups by a mark that it writes into node ids, which pytest 9.2 does not let it write.
"""

from typing import Any

from xdist.scheduler import LoadScopeScheduling

#: The beginning of a node id, and the group that it belongs to.
TOGETHER = {
    "tests/stories/test_dying": "dying",
    "tests/torture/test_killed": "dying",
    "tests/stories/": "stories",
    "tests/staff/test_passkeys": "passkeys",
    "tests/fuzzing/": "fuzzing",
    "tests/safety/": "safety",
}


def group_of(nodeid: str) -> str:
    """The group of a test, by database; empty for a test that any worker may run."""
    for beginning, group in TOGETHER.items():
        if nodeid.startswith(beginning):
            kind = "postgresql" if "[postgresql" in nodeid else "sqlite"
            return f"{group} {kind}"
    return ""


class Scheduling(LoadScopeScheduling):
    """Hands out groups whole and everything else test by test, in the order of collection."""

    def __init__(self, config: Any, log: Any = None) -> None:
        super().__init__(config, log)
        config.option.loadscopereorder = False

    def _split_scope(self, nodeid: str) -> str:
        return group_of(nodeid) or nodeid
