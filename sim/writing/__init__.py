"""Writing and mending site files: a first file from answers or from a list, and corrections."""
