"""`const` for every runtime.

MicroPython's compiler folds `X = const(5)` by the word itself, whoever defined it; CPython needs
a function to call. The brain imports nothing but itself, so it has its own.
"""


def const(value: int) -> int:
    return value
