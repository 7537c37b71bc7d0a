"""`python -m tests.fuzzing --minutes 10`: exit code 0 when schemathesis found nothing."""

import argparse
import sys
import tempfile
from pathlib import Path

from tests.fuzzing.running import fuzz, served

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--minutes", type=float, default=10)
chosen = parser.parse_args()
with tempfile.TemporaryDirectory() as kept, served(Path(kept)) as (address, secret):
    # The coverage and stateful phases take what they need; the limit cuts the last one off.
    seconds = round(chosen.minutes * 60)
    sys.exit(fuzz(address, secret, Path(kept), seconds=seconds, options=("--continue-on-failure",)))
