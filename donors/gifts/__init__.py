"""One payment by a donor, from the form to the ledger and back."""
