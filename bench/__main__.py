"""The command line: `python -m bench [--quick] [--database sqlite|postgresql] [--only WORD]`."""

import argparse
import signal
import sys
import tempfile
import time
from pathlib import Path

from bench import programme, report
from bench.rounds import measure
from bench.theatre import QUICK, Plan, theatre

#: Beyond this many seconds something hangs; everything is taken down.
_LONGEST = 900


def main() -> int:
    """Measure and print; 0 when it ran to its end, whatever the figures say."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer gifts and rounds; a first look")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), action="append")
    parser.add_argument("--only", metavar="WORD", help="rows whose name has this in it")
    chosen = parser.parse_args()
    for number in (signal.SIGTERM, signal.SIGALRM):
        signal.signal(number, _stop)
    signal.alarm(_LONGEST)
    began = time.monotonic()
    print(report.heading())
    for kind in chosen.database or ("sqlite", "postgresql"):
        run(kind, QUICK if chosen.quick else Plan(), chosen.only or "")
    print(f"\n{time.monotonic() - began:.0f} s in all")
    return 0


def run(kind: str, plan: Plan, only: str) -> None:
    """Everything on one database, or the rows whose name has `only` in it."""
    folder_of_the_run = tempfile.TemporaryDirectory(prefix="amparo-bench-")
    with folder_of_the_run as folder, theatre(kind, plan, Path(folder)) as house:
        rows = [row for row in programme.rows(house, kind) if only in row.name]
        figures = measure(rows, plan.rounds)
        print("\n".join(report.lines(kind, house, figures)), flush=True)


def _stop(number: int, _frame: object) -> None:
    raise SystemExit(f"stopped by signal {number}")


if __name__ == "__main__":
    sys.exit(main())
