"""What the desk does with protected submissions, each as an action of its own."""
