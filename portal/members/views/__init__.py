"""What is asked of a page of this room."""
