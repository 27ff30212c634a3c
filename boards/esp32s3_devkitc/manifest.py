include("../manifest.py")  # noqa: F821
