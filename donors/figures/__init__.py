"""The public figures of a drive."""
