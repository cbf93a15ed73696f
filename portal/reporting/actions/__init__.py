"""What is done with reports, as verbs that refuse."""
