"""Where each key and value of a TOML text is written, to the character."""

from __future__ import annotations

import tomllib

import tree_sitter
import tree_sitter_toml

from sim.site.document import Steps


class Tree:
    """Where each key and value of a text is written."""

    def __init__(self, text: str) -> None:
        """`text` is valid TOML, with ``\\n`` or ``\\r\\n`` line ends and no byte order mark."""
        self.text = text
        data = text.replace("\r\n", "\n").encode()
        self._bytes = data.split(b"\n")
        self._starts = [0]
        for line in text.split("\n")[:-1]:
            self._starts.append(self._starts[-1] + len(line) + 1)
        self.keys: dict[Steps, list[tree_sitter.Node]] = {}
        self.values: dict[Steps, tree_sitter.Node] = {}
        self.headers: dict[Steps, list[tree_sitter.Node]] = {}
        # nodes live as long as their tree
        parser = tree_sitter.Parser(tree_sitter.Language(tree_sitter_toml.language()))
        self._tree = parser.parse(data)
        self._index(self._tree.root_node)

    def span(self, node: tree_sitter.Node) -> tuple[int, int]:
        """Give where a node's text begins and ends."""
        return self._offset(node.start_point), self._offset(node.end_point)

    def token(self, node: tree_sitter.Node) -> str:
        """Give a node's text."""
        start, end = self.span(node)
        return self.text[start:end]

    def _offset(self, point: tuple[int, int]) -> int:
        row, column = point
        before = self._bytes[row][:column] if row < len(self._bytes) else b""
        return self._starts[min(row, len(self._starts) - 1)] + len(before.decode(errors="replace"))

    def _index(self, root: tree_sitter.Node) -> None:
        counts: dict[Steps, int] = {}
        stack: list[tuple[tree_sitter.Node, Steps]] = []
        for node in root.named_children:
            if node.type == "pair":
                self._pair(node, (), stack)
                continue
            if node.type not in ("table", "table_array_element"):
                continue
            children = [child for child in node.named_children if child.type != "comment"]
            leaves = _leaves(children[0])
            path: Steps = ()
            for i, leaf in enumerate(leaves):
                path += (_name(leaf),)
                self.keys.setdefault(path, []).append(leaf)
                if i < len(leaves) - 1 and path in counts:
                    path += (counts[path] - 1,)
            self.headers.setdefault(path, []).append(node)
            if node.type == "table_array_element":
                counts[path] = counts.get(path, 0) + 1
                path += (counts[path] - 1,)
            for pair in children[1:]:
                if pair.type == "pair":
                    self._pair(pair, path, stack)
        while stack:
            node, path = stack.pop()
            inner = [child for child in node.named_children if child.type != "comment"]
            if node.type == "array":
                for i, child in enumerate(inner):
                    self.values[(*path, i)] = child
                    stack.append((child, (*path, i)))
            elif node.type == "inline_table":
                for pair in inner:
                    if pair.type == "pair":
                        self._pair(pair, path, stack)

    def _pair(
        self, node: tree_sitter.Node, path: Steps, stack: list[tuple[tree_sitter.Node, Steps]]
    ) -> None:
        key, *_, value = (child for child in node.named_children if child.type != "comment")
        for leaf in _leaves(key):
            path += (_name(leaf),)
            self.keys.setdefault(path, []).append(leaf)
        self.values[path] = value
        stack.append((value, path))


def _leaves(node: tree_sitter.Node) -> list[tree_sitter.Node]:
    """Give the parts of a key, in order."""
    found: list[tree_sitter.Node] = []
    stack = [node]
    while stack:
        current = stack.pop()
        if current.type == "dotted_key":
            stack.extend(reversed(current.named_children))
        else:
            found.append(current)
    return found


def _name(node: tree_sitter.Node) -> str:
    text = (node.text or b"").decode(errors="replace")
    if node.type != "quoted_key":
        return text
    try:
        return str(tomllib.loads(f"k = {text}")["k"])
    except (tomllib.TOMLDecodeError, KeyError):
        return text[1:-1]
