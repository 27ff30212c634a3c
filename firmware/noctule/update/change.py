"""Changes of files in flash: in one step, or all that is in a folder."""

import os


def put(name: str, data) -> None:
    """Make `data` all that a file holds, in one step: by what is there if power fails, it held the
    old or the new."""
    with open(name + ".new", "wb") as file:
        file.write(data)
    os.rename(name + ".new", name)


def remove(name: str) -> None:
    """Remove a file, or a folder with all that is in it. OSError: it is not there."""
    if os.stat(name)[0] & 0x4000:
        for entry in [found[0] for found in os.ilistdir(name)]:
            remove(name + "/" + entry)
        os.rmdir(name)
    else:
        os.remove(name)
