"""Noctule: firmware of a street-lighting node (https://en.wikipedia.org/wiki/Noctule).

What is in another folder is imported by its whole name, which the node has anyway: a relative one
is one name more, kept for ever.
"""
