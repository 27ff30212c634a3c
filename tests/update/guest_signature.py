"""How much verifying a signature takes: RSA by the built-in `pow`, as a node does it, and Ed25519
(RFC 8032) in plain Python, the alternative that was not taken. Numbers of the curve are the RFC's.
"""

from noctule.update.trust import signed

P = 2**255 - 19
D = -121665 * pow(121666, P - 2, P) % P
ROOT = pow(2, (P - 1) // 4, P)
BASE_Y = 4 * pow(5, P - 2, P) % P


def rsa(modulus, signature, digest):
    return signed(int.from_bytes(modulus, "big"), signature, digest)


def _point(data):
    """(X, Y, Z, T) of 32 bytes."""
    value = int.from_bytes(data, "little")
    sign = value >> 255
    y = value & (1 << 255) - 1
    u, v = (y * y - 1) % P, (D * y * y + 1) % P
    square = u * pow(v, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT % P
    if x & 1 != sign:
        x = P - x
    return x, y, 1, x * y % P


def _sum(a, b):
    e = (a[1] - a[0]) * (b[1] - b[0]) % P
    f = (a[1] + a[0]) * (b[1] + b[0]) % P
    g = 2 * a[3] * b[3] * D % P
    h = 2 * a[2] * b[2] % P
    i, j, k, m = f - e, h - g, h + g, f + e
    return i * j % P, k * m % P, j * k % P, i * m % P


def _times(number, point):
    total = (0, 1, 1, 0)
    while number:
        if number & 1:
            total = _sum(total, point)
        point = _sum(point, point)
        number >>= 1
    return total


def ed25519(public, signature, hashed):
    """hashed: SHA-512 of R, the key and the message, which no board has built in: not counted."""
    base = _point((BASE_Y).to_bytes(32, "little"))
    s = int.from_bytes(signature[32:], "little")
    k = int.from_bytes(hashed, "little") % (2**252 + 27742317777372353535851937790883648493)
    left = _times(s, base)
    right = _sum(_point(signature[:32]), _times(k, _point(public)))
    return (left[0] * right[2] - right[0] * left[2]) % P == 0 and (
        left[1] * right[2] - right[1] * left[2]
    ) % P == 0


def main(kind, public, signature, digest):
    done = True
    if kind == "rsa":
        done = rsa(public, signature, digest)
    elif kind == "ed25519":
        done = ed25519(public, signature, digest)
    print(done)
