"""Pages that supporters start for a drive: their own words and goal, read by staff before the public does."""
