"""LEDES 1998B, the plain-text invoice that billing systems exchange: read, checked, written."""
