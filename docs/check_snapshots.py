"""Recompute the chain of a drive's public snapshots: python check_snapshots.py https://…/d/<drive>/snapshots.jsonl"""

import hashlib
import json
import sys
from urllib.request import urlopen

source = sys.argv[1]
with urlopen(source) if "://" in source else open(source, "rb") as file:
    lines = [json.loads(line) for line in file]
before = "0" * 64
for number, each in enumerate(lines, start=1):
    right = hashlib.sha256(f"{before}\n{each['content']}".encode()).hexdigest()
    if (each["number"], each["previous_sha256"], each["sha256"]) != (number, before, right):
        sys.exit(f"Snapshot {number} does not follow the one before it.")
    before = right
figures = json.loads(lines[-1]["content"])
print(f"{len(lines)} snapshots follow each other; the last is of {figures['as_of']}.")
