"""Taking updates: code into the slot that does not run, the node's own files, whom to trust.

    session.py   what a PC asks over the serial line, and the node that goes on meanwhile
    line.py      frames with a CRC on that line
    receive.py   a manifest, a key set and their signatures, as they come
    trust.py     whom the node trusts: keys and signatures
    check.py     whether a manifest is for this node: boards, numbers, paths
    manifest.py  what code, or a node's own files, consist of
    tell.py      what the node says of itself
    prepare.py   the idle slot: what is there, what has to travel
    fill.py      a file that travels
    switch.py    from one slot to the other
    place.py     the node's configuration, wiring and boot.py: all of them or none
    slots.py     which slot runs, and on what terms
    resume.py    the node that makes way on the serial line, and goes on
    settle.py    at a start: finishes what a power cut left half done, says how a trial ended

Only what a request needs is in memory while it is worked on (`Session._part`). A board on which no
code of ours runs is sent the same modules as source: so at their own level they import nothing of
the firmware but each other, `store`, `state` and `const`.
"""
