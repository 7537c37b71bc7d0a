"""What donors are sent: receipts, letters, links."""
