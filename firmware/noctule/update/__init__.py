"""Taking updates: code into the slot that does not run, the node's own files, whom to trust.

In memory all the while:
    session.py   what a PC asks over the serial line, and the node that goes on meanwhile
    line.py      frames with a CRC on that line
    flash.py     files: what is there, how it hashes, changes in one step
For a request, and given back after it:
    begin.py     the node makes way on the serial line
    tell.py      what the node says of itself
    receive.py   a manifest, a key set and their signatures, as they come
    trust.py     whom the node trusts: keys and signatures
    check.py     whether a manifest is for this node: boards, numbers, paths
    prepare.py   the idle slot: what is there, what has to travel
    fill.py      a file that travels, as it comes
    inflate.py   a file that has travelled
    switch.py    from one slot to the other, on trial
    back.py      to the slot that ran before
    own.py       the node's own files, as they come
    accept.py    whether the code takes the configuration
    leave.py     the node starts anew
What these share:
    manifest.py  what code, or a node's own files, consist of
    slots.py     which slot runs, and on what terms
    floor.py     below which number no code is taken
    place.py     the node's configuration, wiring and boot.py: all of them or none
    resume.py    the node that makes way on the serial line, and goes on
At a start:
    settle.py    finishes what a power cut left half done, says how a trial ended
On trial:
    loads.py     whether an update can come

So an update takes as little memory as may be from a node that goes on meanwhile. A board on which
no code of ours runs is sent the same modules as source, but for `resume`, `settle` and `loads`: at
their own level they import nothing of the firmware but each other, `store`, `state`, `const` and
`serial`.
"""
