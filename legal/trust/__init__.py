"""Money sent ahead to a firm's trust ledger: held until counsel says what it was spent on."""
