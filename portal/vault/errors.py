"""What can go wrong in the vault. No message carries a key, a code or content."""

from __future__ import annotations


class VaultProblem(Exception):
    """The vault could not do what was asked; the message is one plain sentence."""


class EnvelopeRefused(VaultProblem):
    """Something sealed is not what it says it is: altered, cut, of another record or field, or of an unknown version.

    One sentence for all of them, so that nobody learns how near a forgery came.
    """

    def __init__(self) -> None:
        super().__init__("What was sealed here is damaged or does not belong here, and was not opened.")


class KeyUnknown(EnvelopeRefused):
    """The envelope names a data key of which the vault holds no copy, and which was not destroyed either."""


class KeyNotHeld(VaultProblem):
    """This process has no private key that opens the copy."""

    def __init__(self) -> None:
        super().__init__("This process does not hold the key that opens this.")


class KeyDestroyed(VaultProblem):
    """The data key was destroyed, and with it what it sealed."""

    def __init__(self) -> None:
        super().__init__("The key of this record was destroyed; what it sealed cannot be read again.")


class CodeRefused(VaultProblem):
    """A code is too short to stand for 128 random bits, or opens a key of this record already."""


class KeyRingProblem(VaultProblem):
    """The folder of key files is not as it must be; the message names the file, never what is in it."""
