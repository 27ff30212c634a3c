"""`const` for every runtime.

MicroPython's compiler folds `X = const(5)` by the word itself, whoever defined it; CPython needs
a function to call. The brain imports nothing but itself, so it has its own. `_X = const("text")`
is folded too, and leaves no name behind.
"""


def const(value):
    return value
