"""`errno` with newlib's numbers, which are not Linux's (ports/esp32 raises these).

Source that is compiled on the virtual board has Linux's all the same where it writes `errno.NAME`
after `import errno`: the unix port's compiler puts the number in itself (py/parse.c).
"""

EPERM = 1
ENOENT = 2
EIO = 5
EBADF = 9
EAGAIN = 11
ENOMEM = 12
EACCES = 13
EEXIST = 17
ENODEV = 19
EISDIR = 21
EINVAL = 22
EOPNOTSUPP = 95
ECONNRESET = 104
ENOBUFS = 105
ECONNREFUSED = 111
EADDRINUSE = 112
ECONNABORTED = 113
ETIMEDOUT = 116
EHOSTUNREACH = 118
EINPROGRESS = 119
EALREADY = 120
ENOTCONN = 128

errorcode = {value: name for name, value in globals().items() if name[0] == "E"}
