"""Noctule's simulator: the site, its world, and the nights that the brain spends in it."""
