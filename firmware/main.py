# Runs the node, and sees to it that no end of it is a luminaire frozen at a prompt: an exception
# here would end there, with the outputs as they were (ports/esp32/main.c). It runs in the same
# namespace as boot.py, and takes `mark`, `marked`, the slots and the reasons from there.
from machine import PWRON_RESET, WDT, reset, reset_cause

_WATCHDOG = 20000  # ms
_STOPPED = """\
Stopped; light full. Ctrl-D starts it again, and so does the watchdog in 10 minutes.
Arrêté ; pleine lumière. Ctrl-D redémarre, le chien de garde aussi dans 10 minutes."""
_failed, _why, _task, _minutes = marked()
if reset_cause() == PWRON_RESET:
    _failed, _why, _task, _minutes = 0, ASKED, 255, 0


def guarded(run):
    """Run the node; what comes after is a reset, or a prompt that somebody asked for."""
    try:
        run()
    except KeyboardInterrupt:
        # The light is full (`run` leaves it so), and the node comes back by itself.
        WDT(timeout=600000)
        mark(0, PROMPT)
        print(_STOPPED)
    except BaseException as error:
        try:
            import sys

            if marked()[1] == DIED:
                mark(_failed + 1, FAILED)
            sys.print_exception(error)
            if _failed <= 5:
                with open("/keep/crash.txt", "w") as file:
                    sys.print_exception(error, file)
        finally:
            # Whatever went wrong in saying so. If not even safe mode runs, the light is as boot.py
            # set it, the prompt is there for whoever comes, and the watchdog tries again in ten
            # minutes: flash is not worn by thousands of boots.
            if _failed <= 5:
                reset()
            WDT(timeout=600000)
    else:
        reset()


_judge = None


def watchdog():
    """The watchdog, made short. While new code is on trial, the code that it is to replace looks
    after it: whoever feeds the watchdog is judged (trial.py)."""
    global _judge
    made = WDT(timeout=_WATCHDOG)
    if not TRIAL:
        return made
    if _judge is not None:
        return _judge
    import sys

    sys.path.insert(0, "/" + KEPT)
    try:
        from trial import Trial
    finally:
        sys.path.pop(0)
    _judge = Trial(made, SLOT, KEPT)
    return _judge


def _first():
    import gc

    # While the node loads: what stays lies close together, without holes of garbage between.
    # MicroPython's table of names needs 9 KiB in one piece when it doubles.
    gc.threshold(4096)
    from noctule.app import run

    run(watchdog(), mark, (_failed, _why, _task, _minutes))


def again():
    """For the updater: the node that Ctrl-C has stopped goes on."""

    def _again():
        from noctule import app
        from noctule.update.resume import ready

        ready(app.node, watchdog())
        del ready
        app.forget("noctule.update")
        app.go()

    guarded(_again)


WDT(timeout=_WATCHDOG)
# Taken back when the run has proved itself. A run cut short by a soft reset proved nothing.
mark(_failed + 1, DIED)
guarded(_first)
