"""The sections of the page: each puts what the template prints into words of one language."""
