"""What happened in the case, told by month and no nearer."""
