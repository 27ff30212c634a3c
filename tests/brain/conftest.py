"""The brain once more, with every result of its arithmetic measured."""

import ast
import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

BRAIN = Path(__file__).parents[2] / "firmware" / "noctule" / "brain"
SMALL = 2**30


class _Meter(ast.NodeTransformer):
    """Wraps each result of an operator: `a * b` becomes `_small(a * b)`."""

    def visit_BinOp(self, node):  # noqa: N802
        self.generic_visit(node)
        return ast.Call(ast.Name("_small", ast.Load()), [node], [])

    def visit_AugAssign(self, node):  # noqa: N802
        self.generic_visit(node)
        target = ast.parse(ast.unparse(node.target), mode="eval").body
        value = ast.Call(
            ast.Name("_small", ast.Load()), [ast.BinOp(target, node.op, node.value)], []
        )
        return ast.Assign([node.target], value)


class Meter:
    """Modules of the brain whose every intermediate result must be a small int of 31 bits.

    `modules`: name to module; `largest`: the largest magnitude met since `reset()`.
    """

    def __init__(self, package: str) -> None:
        self.largest = 0
        self.modules: dict[str, ModuleType] = {}
        self._package = package

    def small(self, value):
        if isinstance(value, int):
            size = value if value >= 0 else ~value
            assert size < SMALL, f"{value} is no small int"
            if size > self.largest:
                self.largest = size
        return value

    def reset(self) -> None:
        self.largest = 0

    def load(self, name: str) -> ModuleType:
        """The measured form of a module of the brain, and of all that it imports."""
        path = BRAIN / f"{name}.py"
        tree = ast.parse(path.read_text(encoding="utf-8"), str(path))
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom):
                wanted = [node.module] if node.module else [alias.name for alias in node.names]
                for module in wanted:
                    if module not in self.modules:
                        self.load(module)
        tree = ast.fix_missing_locations(_Meter().visit(tree))
        full = f"{self._package}.{name}"
        spec = importlib.util.spec_from_loader(full, None)
        module = importlib.util.module_from_spec(spec)
        module.__package__ = self._package
        module._small = self.small
        sys.modules[full] = self.modules[name] = module
        setattr(sys.modules[self._package], name, module)
        exec(compile(tree, str(path), "exec"), module.__dict__)
        return module


@pytest.fixture(scope="session")
def meter():
    """All modules of the brain, measured."""
    package = "measured_brain"
    root = ModuleType(package)
    root.__path__ = []
    sys.modules[package] = root
    made = Meter(package)
    made.load("brain")
    yield made
    for name in [name for name in sys.modules if name.split(".")[0] == package]:
        del sys.modules[name]
