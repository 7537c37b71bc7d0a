"""A drive's budget with the money raised so far, for staff and software: the page's own figures, and the bond's."""

from campaigns.drives.drive import Drive
from donors.figures import progress
from legal.budget.figures import Budget, fill
from legal.budget.statement import read_stages


def budget_of(drive: Drive) -> Budget:
    figures = progress.read(drive.id)
    assert figures is not None
    return fill(read_stages(drive.id), figures.raised)
