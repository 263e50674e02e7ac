"""TABLES -> ATLAS: a finished build drawn as one self-contained page."""
