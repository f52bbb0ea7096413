"""One room per command, or per few that belong together: its options, and what it says. Everything heavy is imported when it runs."""
