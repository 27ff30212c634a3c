"""As machine.py: a module that a client of NTP names, and does not use without a network."""
