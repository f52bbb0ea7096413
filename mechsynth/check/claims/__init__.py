"""What each question claims: rows that are met, or derived."""
