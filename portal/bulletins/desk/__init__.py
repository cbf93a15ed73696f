"""This room's pages for staff."""
