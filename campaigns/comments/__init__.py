"""What the people who work on a campaign say to each other about its drafts."""
