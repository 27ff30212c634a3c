"""The world outside the nodes: people, the sky, and the mains.

Nothing here knows a program or a brain. Times are integer milliseconds since
2000-01-01T00:00:00 UTC, distances metres, a night is named by the day number (days since
2000-01-01) of the local day on which it begins, and runs from local noon to local noon.

Chance is `random.Random(text).random()` and IEEE arithmetic only, results of exp, sin and the
like are rounded before use: the same seed gives the same world on any machine.
"""
