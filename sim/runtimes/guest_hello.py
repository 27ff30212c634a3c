"""The least that a guest can be: prints what it was given."""


def main(*args):
    print("hello")
    for arg in args:
        print(arg)
