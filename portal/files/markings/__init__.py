"""Markings that a file carries: PCII, which is refused, and CUI banners, which are kept (docs/files.md, 'Markings').

`rule` and `banners` are pure. `running` has a file read for them in a confined child process.
"""
