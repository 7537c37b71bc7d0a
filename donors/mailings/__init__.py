"""Updates of a campaign by mail, to those who agreed to it."""
