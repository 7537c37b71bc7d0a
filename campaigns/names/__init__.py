"""Names that stand on a drive's page beside its words: sponsors of match funds, stages of the budget."""
