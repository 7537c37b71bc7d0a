"""What the people who run an installation need besides its commands."""
