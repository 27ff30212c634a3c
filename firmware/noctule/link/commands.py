"""What the console's commands do: loaded when one is typed, dropped after.

Each is a generator of lines: what it prints is asked for a line at a time, when the last one is
on the wire, so that no command keeps the node waiting. None: nothing new just now, ask again in a
while. Whatever can be wrong in what was typed is found before anything is done.
"""


from noctule.brain.brain import ALL_ON_LONGEST
from noctule.brain.const import const
from noctule.brain.dates import day_number, month_length
from noctule.brain.layers import ALL_ON, BY_NEIGHBOUR, CEILING, NO_POINT, OVERRIDE, RELIGHT
from noctule.brain.luminaire import FREE
from noctule.brain.override import NO_DAY
from noctule.device import events

from .trace import stamp

# Commands that are named elsewhere, by their numbers.
_WHY = const(1)
_TIME = const(4)
_IDENTIFY = const(5)
_ALL_ON = const(7)
_CANCEL = const(8)
_REBOOT = const(12)

_TICKS = const(0x3FFFFFFF)
_RAMP = const(1000)  # ms, of a level by hand
_LEVEL_MIN = const(15)
_ALL_ON_MIN = const(30)
_IDENTIFY_S = const(30)
_LONGEST_IDENTIFY = const(600)
_EVENTS = const(10)
_MOST_EVENTS = const(256)
_LIVE = const(30000)  # ms
_FAR_S = const(600)  # a time by hand that differs more is to be said twice
_FAR_DAYS = const(1000)  # further than this the seconds leave small integers
_BACK = const(1 << 29)  # in a step of time: it went back
_GRAIN = const(10)  # cm of distance that are worth a line
_KNOWN = const(9497)  # 2026-01-01: a day number before is one of a clock that was not set
_DATE = "0000-00-00t00:00:00z"


class WrongError(Exception):
    """What was typed is not to be done; the text says why, if the usage does not."""


def run(console, number: int, args: list):
    """The lines of a command: its number in the order of console.NAMES, the words after it, in
    small letters."""
    words = language(console.lang)
    try:
        for line in _COMMANDS[number](console, words, args):
            yield line
    except WrongError as wrong:
        text = str(wrong)
        if text:
            yield text
        yield words.USAGE % words.HELP[number][0]


def language(lang: str):
    """The words of "fr" or "en"."""
    if lang == "fr":
        from . import words_fr

        return words_fr
    from . import words_en

    return words_en


# ---- what is typed


def _at_most(args: list, count: int) -> None:
    if len(args) > count:
        raise WrongError()


def _number(words, text: str, least: int, most: int) -> int:
    if text.isdigit() and len(text) < 7 and least <= int(text) <= most:
        return int(text)
    raise WrongError(words.RANGE % (text, least, most))


def _moment(words, text: str):
    """(day, second) of 2026-11-23t21:00:00z."""
    if len(text) != len(_DATE):
        raise WrongError(words.NO_TIME % text.upper())
    for i in range(len(_DATE)):
        if text[i] != _DATE[i] and not (_DATE[i] == "0" and text[i].isdigit()):
            raise WrongError(words.NO_TIME % text.upper())
    year, month, date = int(text[:4]), int(text[5:7]), int(text[8:10])
    hour, minute, second = int(text[11:13]), int(text[14:16]), int(text[17:19])
    if (
        year < 2000 or not 0 < month < 13 or not 0 < date <= month_length(year, month)
        or hour > 23 or minute > 59 or second > 59
    ):
        raise WrongError(words.NO_TIME % text.upper())
    return day_number(year, month, date), hour * 3600 + minute * 60 + second


# ---- what is printed


def instant(day: int, second: int) -> str:
    return stamp(day, second * 1000)[:19] + "Z"


def _span(words, seconds: int) -> str:
    if seconds < 60:
        return "%d s" % seconds
    minutes = seconds // 60
    if minutes < 60:
        seconds %= 60
        return "%d min %d s" % (minutes, seconds) if seconds else "%d min" % minutes
    if minutes < 1440:
        return "%d h %02d min" % (minutes // 60, minutes % 60)
    return "%d %s %d h" % (minutes // 1440, words.DAY, minutes // 60 % 24)


def _thousandths(words, value: int) -> str:
    return "%d%s%03d" % (value // 1000, words.POINT, value % 1000)


def _tenths(words, value: int) -> str:
    return "%d%s%d" % (value // 10, words.POINT, value % 10)


def _one_of(names, i: int) -> str:
    return names[i] if 0 <= i < len(names) else str(i)


# ---- what the node is and does


def status(console, words, args):
    _at_most(args, 0)
    node = console.node
    brain = node.brain
    wiring = node.wiring
    yield words.NODE % (wiring.get("node", "?"), wiring.get("site", "?"))
    yield board(words, node)
    output = node.output
    how = words.STEADY if output.settled else words.MOVING
    yield words.LIGHT % (brain.level, brain.stack.level, output.output, brain.output, how)
    yield words.CLOCK % _clock(node, words)
    yield words.UP % _span(words, node.minutes() * 60)
    for line in counted(words, node.counters.values):
        yield line
    free = node.free()
    longest = 0
    for task in node.tasks:
        if task.longest > longest:
            longest = task.longest
    yield words.MEMORY % (free, longest)
    yield words.STORAGE % (node.files.writes, node.files.written, node.log.lost)
    for line in faulty(words, node.faults()):
        yield line


def board(words, node) -> str:
    """What the node is made of, for `status`."""
    return words.BOARD % (node.wiring.get("board", "?"), node.version, node.slot)


def counted(words, values):
    """What the node has counted, for `status`: device/events.py says what is where."""
    yield words.STARTS % (values[events.STARTS], values[events.RESETS])
    energy = _thousandths(words, values[events.ENERGY_WH])
    yield words.BURNT % (values[events.BURNING_S] // 3600, energy)


def faulty(words, bits: int):
    """Faults, for `status`: one a line."""
    head = words.FAULTS_ARE
    for text in _faults(words, bits) or (words.NONE,):
        yield head % text
        head = "         %s"


def _faults(words, bits: int) -> list:
    return [words.FAULTS[i] for i in range(len(words.FAULTS)) if bits >> i & 1]


def _clock(node, words) -> str:
    clock = node.clock
    clock.now(node.ticks())
    if not clock.quality:
        return words.QUALITY[node.brain.quality]
    now = instant(clock.day, clock.second)
    return words.CLOCK_IS % (now, words.QUALITY[clock.quality], words.SOURCES[clock.source])


def why(console, words, args):
    _at_most(args, 0)
    node = console.node
    brain = node.brain
    stack = brain.stack
    decider = stack.decider
    text = words.LAYER % (words.LAYERS[decider], _why(words, stack, decider))
    if brain.gear != FREE:
        text = words.HELD % (words.GEAR[brain.gear], text)
    text = words.SENTENCE % (brain.level, text)
    if console.since_day >= _KNOWN:
        text += words.SINCE % instant(console.since_day, console.since_ms // 1000)
    word = _word(brain, decider)
    if word is not None and word.until_day != NO_DAY:
        text += words.UNTIL % instant(word.until_day, word.until_second)
    yield text + "."
    if brain.gear == FREE and brain.level != stack.level:
        yield words.NOT_BELOW % (stack.level, brain.level)
    if brain.output != brain.level:
        yield words.TAKES % brain.output
    for layer in range(len(words.LAYERS) - 1, -1, -1):
        if stack.why[layer]:
            asks = words.OPERATIONS[stack.operation[layer]] % stack.value[layer]
            said = words.LAYER % (words.LAYERS[layer], _why(words, stack, layer))
            yield words.STEP % (stack.after[layer], said, asks)


def _why(words, stack, layer: int) -> str:
    """Why a layer says what it says."""
    text = words.WHY[stack.why[layer]]
    detail = stack.detail[layer]
    if stack.why[layer] == BY_NEIGHBOUR:
        return text % detail
    # A program or an event, and a switch point: here people count them from 1.
    count = text.count("%d")
    number = (detail >> 8) + 1
    if count == 2 and detail & 255 == NO_POINT:
        return words.NO_POINTS % number
    return text % ((number, (detail & 255) + 1) if count == 2 else number) if count else text


def _word(brain, layer: int):
    """What was asked for a while and decides, or None."""
    if layer == OVERRIDE and brain.override.kind:
        return brain.override
    if layer == RELIGHT:
        return brain.relit
    return brain.everything if layer == ALL_ON else None


def faults(console, words, args):
    _at_most(args, 0)
    for text in _faults(words, console.node.faults()) or (words.NO_FAULTS,):
        yield text


def log(console, words, args):
    _at_most(args, 1)
    count = _number(words, args[0], 1, _MOST_EVENTS) if args else _EVENTS
    none = True
    for code, value, day, second in console.node.log.back():
        when = instant(day, second) if day else words.AFTER_START % _span(words, second)
        yield "%s  %s" % (when, event_words(words, code, value))
        none = False
        count -= 1
        if not count:
            break
    if none:
        yield words.NO_EVENTS


def event_words(words, code: int, value: int) -> str:
    """An event of the log."""
    text = _one_of(words.EVENTS, code)
    if code == events.START:
        return text % (_one_of(words.CAUSES, value >> 8), value & 255)
    if code == events.ENDED:
        text %= _one_of(words.ENDS, value >> 8)
        whose = value & 255
        return text if whose == events.NOBODY else text + ", " + _one_of(words.TASKS, whose)
    if code == events.FAULT or code == events.MENDED:
        return text % ", ".join(_faults(words, value))
    if code == events.TIME_SET or code == events.TIME_REFUSED:
        sign = "-" if value & _BACK else "+"
        return text % (sign + _span(words, value & (_BACK - 1)))
    if code == events.TIME_LOST:
        return text % _span(words, value)
    if code == events.CLOCK_DEAD:
        return text % _one_of(words.CHIP, value)
    if code == events.FAILED:
        return text % _one_of(words.TASKS, value)
    if code == events.COMMAND:
        return text % _one_of([usage.split()[0] for usage, _ in words.HELP], value)
    if code == events.TAKEN_BACK:
        return text % _one_of(words.BACK, "shmdur".find(chr(value)))
    return text % value if "%d" in text else text


# ---- what is asked of the node


def time(console, words, args):
    node = console.node
    clock = node.clock
    if not args:
        yield _clock(node, words)
        if clock.source:
            drift = clock.drift
            text = _tenths(words, -drift if drift < 0 else drift)
            yield words.RUNS % (_span(words, clock.holdover_s), "-" if drift < 0 else "+", text)
        if "clock" in node.wiring:
            yield words.CHIP_SAYS % _one_of(words.CHIP, clock.chip_state)
        return
    sure = len(args) == 2 and args[1] == "!"
    _at_most(args, 2 if sure else 1)
    day, second = _moment(words, args[0])
    ticks = node.ticks()
    clock.now(ticks)
    if clock.quality and not sure:
        days = day - clock.day
        far = days > _FAR_DAYS or days < -_FAR_DAYS
        if not far:
            apart = days * 86400 + second - clock.second
            far = apart > _FAR_S or apart < -_FAR_S
        if far:
            yield words.FAR % _clock(node, words)
            yield words.REPEAT % (words.HELP[_TIME][0].split()[0], args[0].upper())
            return
    if not clock.set_by_hand(day, second, ticks):
        raise WrongError(words.CANNOT_BE % args[0].upper())
    node.act()
    yield _clock(node, words)


def identify(console, words, args):
    _at_most(args, 1)
    seconds = _number(words, args[0], 1, _LONGEST_IDENTIFY) if args else _IDENTIFY_S
    node = console.node
    node.output.identify(seconds * 1000, node.ticks())
    node.output_alarm.set(0)
    node.tell(events.COMMAND, _IDENTIFY)
    yield words.BLINKS % _span(words, seconds)


def level(console, words, args):
    if not args:
        raise WrongError()
    _at_most(args, 2)
    text = args[0]
    percent = _number(words, text[:-1] if text[-1] == "%" else text, 0, 100)
    most = ALL_ON_LONGEST // 60
    minutes = _number(words, args[1], 1, most) if len(args) > 1 else _LEVEL_MIN
    node = console.node
    brain = node.brain
    brain.override_level(percent, minutes * 60, _RAMP, node.ticks())
    node.act()
    node.tell(events.LEVEL, percent)
    yield words.FOR % (percent, _span(words, minutes * 60), words.HELP[_CANCEL][0])
    gives = brain.luminaire.attainable(percent)
    if gives != percent:
        yield words.NOT_BELOW % (percent, gives)
    if brain.stack.why[CEILING] or brain.stack.why[ALL_ON]:
        yield words.ABOVE % words.HELP[_WHY][0]


def all_on(console, words, args):
    _at_most(args, 1)
    most = ALL_ON_LONGEST // 60
    minutes = _number(words, args[0], 1, most) if args else _ALL_ON_MIN
    node = console.node
    node.brain.all_on(minutes * 60, node.ticks())
    node.act()
    node.tell(events.COMMAND, _ALL_ON)
    yield words.FOR % (100, _span(words, minutes * 60), words.HELP[_CANCEL][0])


def cancel(console, words, args):
    _at_most(args, 0)
    node = console.node
    node.brain.cancel_override()
    node.brain.end_all_on()
    node.act()
    node.tell(events.COMMAND, _CANCEL)
    yield words.CANCELLED


def sensors(console, words, args):
    _at_most(args, 0)
    node = console.node
    it = node.sensors
    if it.presence is None and it.meter is None and it.lux == -2:
        yield words.NO_SENSORS
        return
    yield words.SHOWN % (_LIVE // 1000)
    reports = getattr(it.presence, "reports", 0)
    before = [None] * len(words.SENSORS)
    began = node.ticks()
    passed = 0
    while passed < _LIVE:
        for i in range(len(before)):
            value = _reading(words, it, i)
            if value is not None and value != before[i]:
                before[i] = value
                when = _tenths(words, passed // 100)
                yield "%s s  %s %s" % (when, words.SENSORS[i], value)
        yield None
        passed = node.ticks() - began & _TICKS
    if hasattr(it.presence, "reports"):
        reports = it.presence.reports - reports & 0xFFFF
        yield words.REPORTS % (reports, it.presence.spoilt)


def _reading(words, it, i: int):
    """What the sensor of words.SENSORS[i] says, as text; None: there is none."""
    presence = it.presence
    if i == 0:
        return None if presence is None else words.YES if it.active else words.NO
    if i == 1:
        distance = getattr(presence, "detection_cm", None)
        if distance is None:
            return None
        return _tenths(words, distance // _GRAIN) + " m"
    if i == 2:
        return None if it.lux == -2 else "%d lx" % it.lux if it.lux >= 0 else words.DEAD
    return None if it.meter is None else _tenths(words, it.meter.power) + " W"


def trace(console, words, args):
    _at_most(args, 1)
    if args:
        if args[0] not in ("on", "off"):
            raise WrongError()
        console.trace(args[0] == "on")
    yield words.TRACING if console.tracing else words.NOT_TRACING


def lang(console, words, args):
    _at_most(args, 1)
    if args:
        if args[0] not in ("fr", "en"):
            raise WrongError()
        console.lang = args[0]
        words = language(args[0])
    yield words.SPOKEN


def reboot(console, words, args):
    _at_most(args, 0)
    node = console.node
    node.tell(events.COMMAND, _REBOOT)
    yield words.REBOOTS
    node.reboot()


def help(console, words, args):
    for usage, text in words.HELP:
        yield "%-28s %s" % (usage, text)
    for line in words.HELP_MORE:
        yield line


# In the order of console.NAMES.
_COMMANDS = (
    status, why, faults, log, time, identify, level, all_on, cancel, sensors, trace, lang, reboot,
    help,
)
