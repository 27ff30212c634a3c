"""`esp32` as far as a node needs it: NVS, and figures that a PC can only make up."""

from rmt import RMT  # noqa: F401
from wire import ask

HEAP_DATA = 4
HEAP_EXEC = 1


class NVS:
    """Whole numbers and blobs by name, lasting from `commit` on."""

    def __init__(self, namespace):
        if len(namespace) > 15:
            raise OSError(-4361, "ESP_ERR_NVS_INVALID_NAME")
        self._space = namespace
        self._waiting = []

    def _key(self, key):
        if len(key) > 15:
            raise OSError(-4361, "ESP_ERR_NVS_KEY_TOO_LONG")
        return self._space + "/" + key

    def _set(self, key, kind, data):
        self._waiting.append((self._key(key) + " " + kind, data))

    def _get(self, key, kind):
        name = self._key(key) + " " + kind
        for waiting, data in reversed(self._waiting):
            if waiting == name:
                return data
        found, data = ask("nvs.get " + name)
        if found != "1":
            raise OSError(-4354, "ESP_ERR_NVS_NOT_FOUND")
        return data

    def set_i32(self, key, value):
        """Set a number of 32 bits."""
        self._set(key, "i32", (value & 0xFFFFFFFF).to_bytes(4, "little"))

    def get_i32(self, key):
        """The number; OSError if there is none."""
        value = int.from_bytes(self._get(key, "i32"), "little")
        return value - (1 << 32) if value >> 31 else value

    def set_blob(self, key, value):
        """Set bytes."""
        self._set(key, "blob", bytes(value))

    def get_blob(self, key, buffer):
        """Fill the buffer and return the length; OSError if there is none or it is too short."""
        data = self._get(key, "blob")
        if len(data) > len(buffer):
            raise OSError(-4364, "ESP_ERR_NVS_INVALID_LENGTH")
        buffer[: len(data)] = data
        return len(data)

    def erase_key(self, key):
        """Erase a key of either kind."""
        key = self._key(key)
        self._waiting = [item for item in self._waiting if item[0].split()[0] != key]
        if ask("nvs.erase " + key)[0] != "1":
            raise OSError(-4354, "ESP_ERR_NVS_NOT_FOUND")

    def commit(self):
        """Make what was set last."""
        for name, data in self._waiting:
            ask("nvs.set " + name, data)
        self._waiting = []
