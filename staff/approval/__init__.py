"""Two people for what one alone must not do: large sums out, and power given or taken."""
