"""Hours that lawyers promise to a drive, before they are worked."""
