"""Minutes: attendance, votes, what was said; draft, approved at the next meeting, published (RSMo 610.020.7)."""
