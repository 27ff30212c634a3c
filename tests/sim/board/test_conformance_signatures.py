"""The doubles' names and signatures, held against the port's type stubs (micropython-esp32-stubs).

`make lint` puts the stubs into build/typings. What the stubs have and a double has not is listed
here: it raises AttributeError on the virtual board, and never passes silently.
"""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
GUEST = ROOT / "sim" / "board" / "guest"
STUBS = ROOT / "build" / "typings"

# Of each double: the file of it, the stub's module, and what of the stub it has not.
DOUBLES = {
    ("buses", "machine", "I2C"): {"init", "deinit", "start", "stop", "readinto", "write"},
    ("buses", "machine", "UART"): {"irq", "sendbreak", "IRQ_RX", "IRQ_RXIDLE", "IRQ_BREAK"},
    ("buses", "machine", "SPI"): {"write_readinto"},
    ("buses", "machine", "PWM"): set(),
    ("buses", "machine", "ADC"): {"read_uv", "block"},
    ("buses", "machine", "Counter"): set(),
    ("port_machine", "machine", "Pin"): {"board", "drive", "toggle", "mode", "pull"},
    ("port_machine", "machine", "WDT"): set(),
    ("port_machine", "machine", "RTC"): {"alarm", "irq", "cancel", "alarm_left", "deinit"},
    ("rmt", "esp32", "RMT"): {"loop", "loop_count", "bitstream_channel", "bitstream_rmt"},
    ("port_esp32", "esp32", "NVS"): set(),
    ("port_network", "network", "WLAN"): {
        "scan", "ipconfig", "csi_enable", "csi_dropped", "csi_read", "csi_available",
        "csi_disable",
    },
    ("port_network", "network", "LAN"): {"ipconfig"},
    ("port_socket", "socket", "socket"): {
        "listen", "accept", "makefile", "fileno", "read", "readline",
    },
}  # fmt: skip
# Of the port, but not in these stubs: it is in the source that the double names.
SOURCE_ONLY = {
    "Pin": {"__call__"},
    "ADC": {"read", "deinit"},  # machine_adc.c, machine_adc legacy methods
    "SPI": {"read"},
    "PWM": {"duty"},
    "socket": {"ioctl"},  # a stream protocol in the port, see port_select.py
}


def stub(module):
    path = STUBS / f"{module}.pyi"
    if not path.exists():
        pytest.skip("no stubs in build/typings: run `make lint` once")
    return ast.parse(path.read_text())


# Of stubs that several ports share; the ESP32 port has them not (machine_hw_spi.c, machine_pin.c).
FOREIGN = {"alt", "pins", "priority"}


def members(tree, name):
    """Public names of a class and of what it inherits: methods, with each one's forms, and
    constants."""
    methods, constants = {}, set()
    for node in ast.walk(tree):
        if not isinstance(node, ast.ClassDef) or node.name != name:
            continue
        for base in node.bases:
            if isinstance(base, ast.Name):
                inherited = members(tree, base.id)
                methods.update(inherited[0])
                constants |= inherited[1]
        for item in node.body:
            if isinstance(item, ast.FunctionDef):
                methods.setdefault(item.name, []).append(item.args)
            elif isinstance(item, ast.Assign):
                constants |= {each.id for each in item.targets if isinstance(each, ast.Name)}
            elif isinstance(item, ast.AnnAssign):
                constants.add(item.target.id)
    return methods, {each for each in constants if not each.startswith("_")}


def both(file, module, name):
    """Members of a stub's class and of a double's."""
    tree = stub(module)
    of_stub = members(tree, name)
    if not of_stub[0]:
        of_stub = members(tree, name.capitalize())
    return of_stub, members(ast.parse((GUEST / f"{file}.py").read_text()), name)


def takes(args, more):
    """Whether what a stub's form names can be given to a double, by position and by name."""
    mine, theirs = (
        [each.arg for each in form.posonlyargs + form.args if each.arg not in ("self", "cls")]
        for form in (args, more)
    )
    if args.vararg is None and len(theirs) > len(mine):
        return False
    names = {*mine, *(each.arg for each in args.kwonlyargs)}
    wanted = {each.arg for each in more.kwonlyargs} - FOREIGN
    return args.kwarg is not None or wanted <= names


@pytest.mark.parametrize("file, module, name", DOUBLES)
def test_a_double_has_what_the_stub_has(file, module, name):
    (methods, constants), (mine, my_constants) = both(file, module, name)
    absent = DOUBLES[file, module, name]
    public = {each for each in methods if not each.startswith("_")}
    missing = public - set(mine) - my_constants
    assert missing <= absent, f"{name} lacks {missing - absent}"
    invented = {each for each in mine if not each.startswith("_")} - public - constants
    assert invented <= SOURCE_ONLY.get(name, set()), f"{name} invents {invented}"


@pytest.mark.parametrize("file, module, name", DOUBLES)
def test_a_double_takes_what_the_stub_takes(file, module, name):
    (methods, _), (mine, _) = both(file, module, name)
    for method, forms in methods.items():
        if method.startswith("_") or method not in mine:
            continue
        for form in forms:
            assert takes(mine[method][0], form), f"{name}.{method}: {ast.unparse(form)}"


def stub_numbers(module):
    """Constants of a stub's module and classes that have a value."""
    found = {}
    for node in ast.walk(stub(module)):
        if isinstance(node, ast.AnnAssign) and isinstance(node.value, ast.Constant):
            found.setdefault(node.target.id, set()).add(node.value.value)
    return found


@pytest.mark.parametrize("file", ["buses", "port_errno", "port_network", "port_socket", "rmt"])
def test_constants_have_the_ports_values(file):
    module = {"buses": "machine", "rmt": "esp32"}.get(file, file.removeprefix("port_"))
    wanted = stub_numbers(module)
    tree = ast.parse((GUEST / f"{file}.py").read_text())
    checked = 0
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
            for target in node.targets:
                if isinstance(target, ast.Name) and target.id in wanted:
                    assert node.value.value in wanted[target.id], target.id
                    checked += 1
    assert checked
