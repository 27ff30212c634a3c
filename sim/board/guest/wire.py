"""The guest's line to the PC side: one question, one answer, each a datagram.

A question is its number, the time and when the watchdog was last fed (-1: told already), in
binary, then a line of words, then bytes; an answer has two times, those of clock.py, and how often
pins have changed. An answer whose question was given up (Ctrl-C) carries an old number and is
passed over. One that is longer than usual is announced, `+LENGTH`: a board would take no memory to
read a pin, so this takes little.

Where time jumps, much need not be asked: a wait before whose end nothing happens outside, a pin
that cannot have changed since it was read, a fed watchdog that the next question tells of.

A second line brings what happens outside: the key of a handler, of a pin its number, when it had
an edge that was asked for. It is looked at wherever a program waits (`time.sleep`, asyncio,
`select`), and handlers run there, as those of a soft interrupt do.
"""

import select
import socket
import struct
import sys

import clock

_AF_UNIX = 1
_SOCK_SEQPACKET = 5
_USUAL = 96
_QUESTION = "<Iqq"
_ANSWER = "<IqqI"
_HEAD = 24
_ALONE = 50
"""So many waits, reads and feeds in a row without asking: then the PC side may have news of its
own."""

_line = socket.socket(_AF_UNIX, _SOCK_SEQPACKET)
_number = 0
_alone = 0
_ahead = False
_fed = -1

changes = 0
"""How often pins have changed, as of the last answer."""
events = socket.socket(_AF_UNIX, _SOCK_SEQPACKET)
handlers = {}
"""What to call for a key (str)."""
stirred = True
"""Something was typed, or happened: what is polled may be ready. Whoever finds it quiet clears."""
_happened = select.poll()


def connect(path):
    """Connect both lines to the socket that the board listens on."""
    for line in (_line, events):
        line.connect(b"\x01\x00" + path.encode() + b"\x00")
    _happened.register(events, select.POLLIN)


def ask(words, data=b""):
    """Ask; return the answer's words and its bytes."""
    global _ahead, _alone, _fed, _number, changes
    _ahead = False
    _alone = _ALONE
    _number = _number + 1 & 0xFFFFFFFF
    number = _number
    question = struct.pack(_QUESTION, number, clock.offset, _fed) + words.encode()
    if data:
        question += b"\n"
        question += data
    _line.send(question)
    _fed = -1
    while True:
        answer = _line.recv(_USUAL)
        if len(answer) < _HEAD:
            if not answer:
                raise SystemExit  # the board is gone
            answer = _line.recv(int(answer[1:]))
        said, offset, quiet_until, changed = struct.unpack_from(_ANSWER, answer)
        if said == number:
            clock.offset = offset
            clock.quiet_until = quiet_until
            changes = changed
            end = answer.find(b"\n", _HEAD)
            if end < 0:
                return str(answer[_HEAD:], "utf-8"), b""
            return str(answer[_HEAD:end], "utf-8"), answer[end + 1 :]


def number(words):
    """Ask for a whole number."""
    return int(ask(words)[0])


def unasked():
    """Whether something may be done without asking, once more: not where time passes by itself,
    nor too often in a row."""
    global _alone
    if clock.rate or not _alone:
        return False
    _alone -= 1
    return True


def feed():
    """Feed the watchdog; where time jumps, the next question tells of it."""
    global _fed
    if unasked():
        _fed = clock.offset
    else:
        ask("wdt.feed")


def unchanged(since):
    """Whether pins are as when there were so many `changes`, and need not be asked for."""
    return since == changes and clock.offset < clock.quiet_until and unasked()


def tell_now():
    """Let the PC side know what time it is, if time has passed without asking."""
    if _ahead:
        ask("now")


def wait(us):
    """Let time pass, so many microseconds at most (-1: for ever); whether something happened.

    If so, it is handled already, and the time may not be over.
    """
    global _ahead, stirred
    if not clock.jumps:
        # In whole milliseconds, and not too early.
        if not _happened.poll(us if us < 0 else -(-us // (1000 * clock.rate))):
            return False
        handle()
        return True
    end = us if us < 0 else clock.now() + us
    if unasked():
        if us == 0 and end <= clock.quiet_until:
            return False
        if 0 <= end < clock.quiet_until:
            clock.looks = 0
            clock.offset = end
            _ahead = True
            return False
    clock.looks = 0
    try:
        happened = ask("wait %d" % end)[0] == "1"
    except KeyboardInterrupt:
        ask("now")  # the answer that was given up would have told the time
        raise
    if not happened:
        return False
    stirred = True
    while _happened.poll(0):
        handle()
    return True


def sleep(us):
    """Let time pass, and handle what happens meanwhile."""
    end = clock.now() + us
    while wait(max(0, end - clock.now())) or clock.now() < end:
        pass


def handle():
    """Handle the next thing that happened outside. What a handler raises is printed, no more."""
    global stirred
    happened = events.recv(_USUAL)
    if not happened:
        raise SystemExit  # the board is gone
    stirred = True
    handler = handlers.get(happened.decode())
    if handler is not None:
        try:
            handler()
        except Exception as error:
            sys.print_exception(error)
