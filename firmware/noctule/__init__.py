"""Noctule: firmware of a street-lighting node (https://en.wikipedia.org/wiki/Noctule)."""
