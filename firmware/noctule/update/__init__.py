"""Taking updates: code into the slot that does not run, the node's own files, whom to trust.

An update is to take as little memory as may be from a node that goes on meanwhile, so most of it
is there only while it is needed; what listens goes while a request is done that takes more.

All the while:
    session.py   what a PC has sent so far, and the node that goes on
A request comes:
    begin.py     the node makes way on the serial line
    requests.py  what a PC asks
    line.py      frames with a CRC on that line
    tell.py      what the node says of itself
    coming.py    a manifest, a key set or a file, as it comes
It is done:
    proof.py     v: whether a manifest or key set is as it should be: by
    receive.py   what has come, put together
    trust.py     whom the node trusts: keys and signatures
    check.py     whether a manifest is for this node: boards, numbers, paths
    prepare.py   p: the idle slot: what is there, what has to travel
    own.py       p: the node's own files: what has to travel
    inflate.py   e: a file that has travelled
    commit.py    c: the node's own files count: by
    accept.py    whether the code takes the configuration
    take.py      the node that goes by another configuration
    switch.py    w: from one slot to the other, on trial
    back.py      b: to the slot that ran before
    leave.py     x: the node starts anew
What these share:
    flash.py     files: what is there, and how it hashes
    change.py    changes of files, in one step
    manifest.py  what code, or a node's own files, consist of
    slots.py     which slot runs, and on what terms
    floor.py     below which number no code is taken
    place.py     the node's configuration, wiring and boot.py: all of them or none
    resume.py    the node that makes way on the serial line, and goes on
At a start:
    settle.py    finishes what a power cut left half done, says how a trial ended
On trial:
    loads.py     whether an update can come

A board on which no code of ours runs is sent the same modules as source, but for `resume`, `take`,
`settle` and `loads`: at their own level they import nothing of the firmware but each other,
`store`, `state`, `const` and `serial`.
"""


class RefusedError(Exception):
    """Why a request is not done: a word, and what goes with it."""
