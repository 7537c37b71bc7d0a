"""Against card testing: counting, refusing, blocking, holding for review. See docs/threat-model.md."""
