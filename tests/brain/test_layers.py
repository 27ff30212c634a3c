"""The stack of layers: operations, order, who decides, and the quick evaluation."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from noctule.brain.layers import (
    ADD,
    ALL_ON,
    CEILING,
    FAULT_STATE,
    LAYERS,
    MAX,
    MIN,
    MUL,
    OVERRIDE,
    PRESENCE,
    PROGRAM,
    RELIGHT,
    SET,
    SUB,
    Stack,
    combine,
)

OPERATIONS = {
    SET: lambda level, value: value,
    MIN: min,
    MAX: max,
    ADD: lambda level, value: min(100, level + value),
    SUB: lambda level, value: max(0, level - value),
    MUL: lambda level, value: level * value // 100,
}

word = st.tuples(
    st.integers(0, LAYERS - 1),
    st.sampled_from(sorted(OPERATIONS)),
    st.sampled_from([0, 1, 10, 50, 99, 100]),
    st.integers(1, 13),
    st.integers(0, 3),
    st.sampled_from([0, 5_000]),
    st.sampled_from([0, 7_000]),
)


def test_the_order_of_the_layers():
    order = [FAULT_STATE, PROGRAM, PRESENCE, RELIGHT, OVERRIDE, CEILING, ALL_ON]
    assert order == list(range(LAYERS))


@pytest.mark.parametrize("operation", sorted(OPERATIONS))
def test_operations(operation):
    for level in range(101):
        for value in range(101):
            made = combine(operation, level, value)
            assert made == OPERATIONS[operation](level, value)
            assert 0 <= made <= 100


def test_an_unknown_operation_changes_nothing():
    assert combine(0, 40, 90) == combine(7, 40, 90) == 40


def settle(stack: Stack) -> int:
    """The level as the brain asks for it: evaluated only if something new was said."""
    return stack.level if stack.settled else stack.evaluate()


def plainly(words: dict[int, tuple]) -> tuple[int, int, list[int]]:
    """Level, decider and trace, from what each layer says."""
    level, decider, after = 0, FAULT_STATE, []
    for layer in range(LAYERS):
        if layer in words:
            operation, value = words[layer][:2]
            made = OPERATIONS[operation](level, value)
            if operation == SET or made != level:
                decider = layer
            level = made
        after.append(level)
    return level, decider, after


@given(st.lists(st.one_of(word, st.integers(0, LAYERS - 1)), max_size=60))
def test_quick_equals_plain(sequence):
    """The level after any saying and hushing is what a stack evaluated from nothing gives."""
    quick = Stack()
    words: dict[int, tuple] = {}
    for said in sequence:
        if isinstance(said, int):
            quick.hush(said)
            words.pop(said, None)
        else:
            quick.say(*said)
            words[said[0]] = said[1:]
        level, decider, after = plainly(words)
        assert settle(quick) == quick.level == level
        assert quick.decider == decider
        assert quick.after == after
        assert [layer for layer in range(LAYERS) if quick.why[layer]] == sorted(words)
        for layer, (operation, value, why, detail, up, down) in words.items():
            assert quick.operation[layer] == operation
            assert quick.value[layer] == value
            assert (quick.why[layer], quick.detail[layer]) == (why, detail)
            assert (quick.up[layer], quick.down[layer]) == (up, down)
        plain = Stack()
        for layer in sorted(words):
            plain.say(layer, *words[layer])
        assert plain.evaluate() == level


@given(st.lists(st.one_of(word, st.integers(0, LAYERS - 1)), max_size=40))
def test_quick_when_it_is_seldom_asked(sequence):
    """Words said between two questions add up."""
    quick, plain = Stack(), Stack()
    for i, said in enumerate(sequence):
        for stack in (quick, plain):
            if isinstance(said, int):
                stack.hush(said)
            else:
                stack.say(*said)
        if i % 5 == 4:
            assert settle(quick) == plain.evaluate()
            assert (quick.decider, quick.after) == (plain.decider, plain.after)


def test_saying_the_same_again_evaluates_nothing(monkeypatch):
    stack = Stack()
    stack.say(PROGRAM, SET, 60, 2, 1, 0, 0)
    assert settle(stack) == 60
    monkeypatch.setattr(Stack, "evaluate", lambda self: pytest.fail("evaluated"))
    stack.say(PROGRAM, SET, 60, 2, 1, 500, 900)
    stack.hush(PRESENCE)
    assert settle(stack) == 60
    assert (stack.up[PROGRAM], stack.down[PROGRAM]) == (500, 900)


def test_the_decider_is_the_highest_that_made_the_level():
    stack = Stack()
    stack.say(PROGRAM, SET, 60, 2, 1, 0, 0)
    stack.say(PRESENCE, MAX, 40, 9, 0, 0, 0)  # raises nothing: the program's word stands
    assert (settle(stack), stack.decider) == (60, PROGRAM)
    stack.say(PRESENCE, MAX, 80, 9, 0, 0, 0)
    assert (settle(stack), stack.decider) == (80, PRESENCE)
    stack.say(OVERRIDE, SET, 80, 12, 0, 0, 0)  # says the same: and is the reason now
    assert (settle(stack), stack.decider) == (80, OVERRIDE)
    stack.hush(OVERRIDE)
    stack.hush(PRESENCE)
    assert (settle(stack), stack.decider) == (60, PROGRAM)


def test_a_hushed_layer_keeps_its_ramps():
    stack = Stack()
    stack.say(PRESENCE, MAX, 80, 9, 0, 1_000, 5_000)
    stack.hush(PRESENCE)
    assert (stack.up[PRESENCE], stack.down[PRESENCE]) == (1_000, 5_000)


def test_a_quiet_stack_is_dark():
    stack = Stack()
    assert (settle(stack), stack.decider) == (0, FAULT_STATE)
