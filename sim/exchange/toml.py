"""TOML as a technician writes it: short tables in one line, nothing that is not needed."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

_WIDTH = 96


def text(value: str) -> str:
    """Write a basic string."""
    # JSON's escapes are TOML's, but for DEL
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007F")


def value(item: object) -> str:
    """Write a value in one line; tables become inline ones."""
    if isinstance(item, bool):
        return "true" if item else "false"
    if isinstance(item, str):
        return text(item)
    if isinstance(item, Mapping):
        inner = ", ".join(f"{name} = {value(one)}" for name, one in item.items())
        return f"{{ {inner} }}" if inner else "{}"
    if isinstance(item, Sequence):
        return f"[{', '.join(value(one) for one in item)}]"
    return str(item)


def pair(name: str, item: object) -> str:
    """Write ``name = value``; a long list takes a line for each of its items."""
    line = f"{name} = {value(item)}"
    if len(line) <= _WIDTH or not isinstance(item, Sequence) or isinstance(item, str):
        return line
    return "\n".join([f"{name} = [", *(f"  {value(one)}," for one in item), "]"])


def table(header: str, items: Mapping[str, object]) -> str:
    """Write a header (with its brackets) and its pairs."""
    return "\n".join([header, *(pair(name, item) for name, item in items.items())]) + "\n"
