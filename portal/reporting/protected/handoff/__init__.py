"""The guided hand-off to CISA: a package that a member files there themselves (6 CFR Part 29).

PCII is a federal status, and never one of this portal. Nothing of a package is kept: what was typed and the files live
as long as the request in which they are packed. Only that a package was made is stored, and the number that CISA gave.
"""
