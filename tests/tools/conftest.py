"""What the commands' tests share."""

import pytest

from tools import spoken


@pytest.fixture(autouse=True)
def _no_language_of_another_test():
    """The language that was spoken last is the process's: a command has one of its own."""
    spoken._said.clear()
