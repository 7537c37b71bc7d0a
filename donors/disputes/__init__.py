"""What banks take back: disputes, the answers to them, and early warnings of fraud."""
