"""What the portal knows about files from outside: which it takes, what they are, and how a safe copy is made.

The parent side (`identify`, `names`, `running`) parses no file; the child side (`child`, `copies`, `examine`) does, in
a process without keys, files or network (docs/files.md).
"""
