"""The `noctule` command."""
