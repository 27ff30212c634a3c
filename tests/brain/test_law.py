"""The laws of the brain, read from its syntax tree.

Whole numbers only; it imports nothing but itself; and what runs in steady state builds no object.
The last is what can be seen in the source; that `step` passes under a locked heap is shown by
running it.
"""

import ast
from pathlib import Path

import pytest

BRAIN = Path(__file__).parents[2] / "firmware" / "noctule" / "brain"
SOURCES = {path.stem: path.read_text(encoding="utf-8") for path in sorted(BRAIN.glob("*.py"))}
MODULES = set(SOURCES)

STEADY = (
    "step", "sensor", "heard", "light", "announced", "save", "override_level", "override_program",
    "cancel_override", "relight", "all_on", "end_all_on", "metered", "faults",
)  # fmt: skip
"""What a runtime calls in steady state."""
FORBIDDEN = {
    "float", "complex", "divmod", "pow", "sum", "round",
    "eval", "exec", "__import__", "open", "input", "globals",
}  # fmt: skip
BUILTINS = {"len", "abs"}  # and `range`, at the head of a loop


def offences(source: str, modules: frozenset[str] | set[str] = MODULES) -> list[str]:
    """What in a module of the brain is against its laws."""
    found = []

    def tell(node: ast.AST, what: str) -> None:
        found.append(f"line {getattr(node, 'lineno', 0)}: {what}")

    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant):
            if isinstance(node.value, float | complex):
                tell(node, "a float")
            elif isinstance(node.value, int) and abs(node.value) >= 2**30:
                tell(node, "no small int")
        elif isinstance(node, ast.BinOp | ast.AugAssign):
            if isinstance(node.op, ast.Div | ast.MatMult):
                tell(node, "a true division")
            elif isinstance(node.op, ast.Pow):
                tell(node, "a power")
        elif isinstance(node, ast.Name):
            if node.id in FORBIDDEN:
                tell(node, node.id)
        elif isinstance(node, ast.Attribute):
            if node.attr in ("__truediv__", "__import__", "__globals__", "__builtins__"):
                tell(node, node.attr)
        elif isinstance(node, ast.Import):
            tell(node, "an import from outside")
        elif isinstance(node, ast.ImportFrom):
            named = [node.module] if node.module else [alias.name for alias in node.names]
            if node.level != 1 or not set(named) <= modules:
                tell(node, "an import from outside")
            elif any(alias.name == "*" for alias in node.names):
                tell(node, "a star import")
        elif isinstance(node, ast.Global | ast.Nonlocal):
            tell(node, "a global")
        elif isinstance(node, ast.Lambda | ast.GeneratorExp | ast.Await | ast.AsyncFunctionDef):
            tell(node, type(node).__name__)
        elif isinstance(node, ast.Yield | ast.YieldFrom):
            tell(node, "a generator")
    return found


class Reach:
    """The functions and methods that can run when some entry points are called: by name, so that
    it is rather too many."""

    def __init__(self, sources: dict[str, str]) -> None:
        self.functions: dict[str, list[ast.FunctionDef]] = {}
        self.classes: set[str] = set()
        self.data: set[str] = set()  # attributes that are assigned: no methods, whatever the name
        for source in sources.values():
            for node in ast.walk(ast.parse(source)):
                if isinstance(node, ast.FunctionDef):
                    self.functions.setdefault(node.name, []).append(node)
                elif isinstance(node, ast.ClassDef):
                    self.classes.add(node.name)
                elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
                    self.data.add(node.attr)

    def of(self, entries: tuple[str, ...]) -> dict[str, list[ast.FunctionDef]]:
        found: dict[str, list[ast.FunctionDef]] = {}
        todo = list(entries)
        while todo:
            name = todo.pop()
            if name in found or name not in self.functions:
                continue
            found[name] = self.functions[name]
            for function in found[name]:
                todo += [called(node) for node in ast.walk(function) if isinstance(node, ast.Call)]
        return found


def called(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def allocations(function: ast.FunctionDef, reach: Reach) -> list[str]:
    """What in a function would build an object on a heap."""
    found = []
    unpacked: set[ast.AST] = set()
    loops: set[ast.AST] = set()
    refused: set[ast.AST] = set()
    calls: set[ast.AST] = set()
    body = [node for statement in function.body for node in ast.walk(statement)]

    def tell(node: ast.AST, what: str) -> None:
        found.append(f"{function.name}, line {getattr(node, 'lineno', 0)}: {what}")

    for node in body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Tuple):
            # MicroPython assigns two or three at once without a tuple.
            count = len(node.value.elts)
            target = node.targets[0]
            if count <= 3 and isinstance(target, ast.Tuple) and len(target.elts) == count:
                unpacked.add(node.value)
        elif isinstance(node, ast.For) and isinstance(node.iter, ast.Call):
            loops.add(node.iter)
        elif isinstance(node, ast.Raise):
            refused |= set(ast.walk(node))  # a refusal is not steady state
        if isinstance(node, ast.Call):
            calls.add(node.func)
    for node in body:
        if node in refused:
            continue
        if isinstance(
            node,
            ast.List | ast.Dict | ast.Set | ast.ListComp | ast.SetComp | ast.DictComp
            | ast.GeneratorExp | ast.Lambda | ast.JoinedStr | ast.FunctionDef | ast.ClassDef
            | ast.Slice | ast.Starred | ast.Import | ast.ImportFrom | ast.Try | ast.With
            | ast.Delete,
        ):  # fmt: skip
            tell(node, type(node).__name__)
        elif isinstance(node, ast.Tuple) and isinstance(node.ctx, ast.Load):
            if node not in unpacked:
                tell(node, "a tuple")
        elif isinstance(node, ast.Constant) and isinstance(node.value, str | bytes):
            statement = function.body[0]
            if not (isinstance(statement, ast.Expr) and statement.value is node):
                tell(node, "a string")
        elif isinstance(node, ast.Attribute) and node not in calls:
            if node.attr in reach.functions and node.attr not in reach.data:
                tell(node, f"the bound method {node.attr}")
        elif isinstance(node, ast.Call):
            name = called(node)
            if node.keywords:
                tell(node, f"{name} with keywords")
            if isinstance(node.func, ast.Attribute) and name in reach.functions:
                continue
            if name == "range" and node in loops:
                continue
            if name == "range" or name in reach.classes:
                tell(node, f"a new {name}")
            elif name not in reach.functions and name not in BUILTINS:
                tell(node, f"{name}, of which nothing is known")
    return found


def test_all_of_it_is_read():
    assert {"brain", "almanac", "trig", "program", "zone", "state", "config"} <= MODULES
    assert not [path for path in BRAIN.rglob("*.py") if path.parent != BRAIN]


@pytest.mark.parametrize("name", sorted(SOURCES))
def test_the_laws_hold(name):
    assert offences(SOURCES[name]) == []


@pytest.mark.parametrize(
    "source",
    [
        "x = 1.0",
        "x = 1e3",
        "x = 2j",
        "x = 1073741824",
        "x = -0x40000000",
        "x = 3 / 2",
        "x /= 2",
        "x = 2 ** 40",
        "x **= 2",
        "x = float(3)",
        "x = list(map(float, y))",
        "x = y.__truediv__(2)",
        "x = divmod(3, 2)",
        "import math",
        "import time as t",
        "from time import ticks_ms",
        "from micropython import const",
        "from noctule.device import clock",
        "from .. import device",
        "from ..device import clock",
        "from .pins import LED",
        "from . import pins",
        "from .zone import *",
        "x = __import__('math')",
        "def f():\n    global x\n    x = 1",
        "def f():\n    x = 1\n    def g():\n        nonlocal x\n        x = 2",
        "x = lambda y: y",
        "x = any(y for y in z)",
        "def f():\n    yield 1",
        "class A:\n    def f(self):\n        if self.x:\n            return self.y / 4",
    ],
)
def test_each_offence_is_found(source):
    assert offences(source)


@pytest.mark.parametrize(
    "source",
    [
        "x = 1073741823",
        "x = 3 // 2 + 3 % 2 - (1 << 4)",
        "x //= 2",
        "from .zone import Zone",
        "from . import state",
        "x = [y for y in z]",
        "'1.5 / 2'",
    ],
)
def test_what_is_lawful_passes(source):
    assert offences(source) == []


def test_the_steady_state_builds_nothing():
    # Reading a configuration may build what it likes: it is done once.
    reach = Reach({name: source for name, source in SOURCES.items() if name != "config"})
    reached = reach.of(STEADY)
    # The question goes all the way down to the sun and the calendar.
    assert {"place", "sine", "root", "instant", "plan", "look", "matches", "say"} <= set(reached)
    found = [
        offence
        for functions in reached.values()
        for function in functions
        for offence in allocations(function, reach)
    ]
    assert found == []


@pytest.mark.parametrize(
    "body",
    [
        "x = [1]",
        "x = {}",
        "x = {1, y}",
        "x = 1, y",
        "return 1, y",
        "a, b, c, d = d, c, b, a",
        "x = [y for y in z]",
        "x = f'{y}'",
        "x = 'a' + y",
        "x = y[1:2]",
        "f(*y)",
        "f(x=1)",
        "def g():\n        return y",
        "x = lambda: y",
        "x = Sun()",
        "x = range(3)",
        "x = bytes(3)",
        "x = self.f",
        "x = sorted(y)",
        "for x in sorted(y):\n        pass",
        "try:\n        x = 1\n    except ValueError:\n        pass",
        "import math",
    ],
)
def test_each_allocation_is_found(body):
    reach = Reach({"a": f"class Sun:\n    pass\ndef f(self, y):\n    '''Words.'''\n    {body}\n"})
    assert allocations(reach.functions["f"][0], reach)


@pytest.mark.parametrize(
    "body",
    [
        "x = y + 1",
        "a, b = b, a",
        "a, b, c = c, a, b",
        "a, b, c, d = y",
        "x = a = 0",
        "for i in range(3):\n        x = i",
        "for i in y:\n        x = i",
        "x = self.f(1)",
        "raise ValueError('no')",
        "x = y[1]",
        "y[1] = 2",
        "x = len(y)",
    ],
)
def test_what_builds_nothing_passes(body):
    reach = Reach({"a": f"def f(self, y):\n    '''Words.'''\n    {body}\n"})
    assert allocations(reach.functions["f"][0], reach) == []
