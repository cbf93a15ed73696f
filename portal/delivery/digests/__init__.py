"""Daily and weekly mail: when its rounds are due, what belongs into whose, and how it is written."""
