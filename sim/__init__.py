"""Noctule's simulator: the site, its world, and the nights that the firmware's brain spends in it."""
