"""Two donors who are one person: found, looked at side by side, merged, and taken apart again."""
