"""Noting the steps that a drive has reached, in their order."""

from campaigns.drives.drive import Drive
from campaigns.reading import goals_of
from core.db import db
from donors.figures import progress
from donors.figures.goal_step import note_reached


def note_steps(drive_id: str) -> None:
    """Announce each step that is reached and not yet told; the first that is not reached ends it. Frozen figures
    announce nothing any more."""
    if not any(goal.steps for goal in goals_of(drive_id)):
        return
    figures = progress.read(drive_id)
    drive = db.session.get_one(Drive, drive_id)
    for goal in figures.goals if figures else []:
        if goal.frozen is not None:
            continue
        told = {target for target, _day in goal.reached}
        for target in goal.all_steps:
            if goal.actual < target:
                break
            if target not in told:
                note_reached(drive, goal.metric, target)
