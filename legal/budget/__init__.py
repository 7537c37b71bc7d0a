"""What a drive's law work costs, stage by stage: what was estimated, and what became of it."""
