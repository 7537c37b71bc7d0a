"""A donor's own data: who looked at it, everything we hold, erasing it, and what goes by itself."""
