"""The folder of sealed files of one test."""

from tests.reporting.evidence.conftest import scanner, sealed

__all__ = ["scanner", "sealed"]
