"""The verbs that matter, a module for each subject. Imports name the module."""
