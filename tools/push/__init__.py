"""Pushing updates to nodes: keys, bundles, and what is said to a board."""
