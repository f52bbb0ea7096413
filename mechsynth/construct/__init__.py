"""What several questions are answered with."""
