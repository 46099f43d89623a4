# SPDX-License-Identifier: Apache-2.0
"""Looks at an X display by libX11, within this process: a look a fifth of a second costs next to nothing, where a process
for each took more time than the GIMP that is looked at."""
import ctypes
import re

X = ctypes.CDLL("libX11.so.6")
Z_PIXMAP, ALL_PLANES, ANY_TYPE = 2, ctypes.c_ulong(-1), ctypes.c_ulong(0)


class XImage(ctypes.Structure):
    """The beginning of Xlib's struct."""
    _fields_ = [("width", ctypes.c_int), ("height", ctypes.c_int), ("xoffset", ctypes.c_int), ("format", ctypes.c_int),
                ("data", ctypes.c_void_p), ("byte_order", ctypes.c_int), ("bitmap_unit", ctypes.c_int),
                ("bitmap_bit_order", ctypes.c_int), ("bitmap_pad", ctypes.c_int), ("depth", ctypes.c_int),
                ("bytes_per_line", ctypes.c_int), ("bits_per_pixel", ctypes.c_int)]


X.XOpenDisplay.restype, X.XOpenDisplay.argtypes = ctypes.c_void_p, [ctypes.c_char_p]
X.XDefaultRootWindow.restype, X.XDefaultRootWindow.argtypes = ctypes.c_ulong, [ctypes.c_void_p]
X.XInternAtom.restype, X.XInternAtom.argtypes = ctypes.c_ulong, [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int]
X.XGetImage.restype = ctypes.POINTER(XImage)
X.XGetImage.argtypes = [ctypes.c_void_p, ctypes.c_ulong, ctypes.c_int, ctypes.c_int, ctypes.c_uint, ctypes.c_uint, ctypes.c_ulong,
                        ctypes.c_int]
X.XDestroyImage.argtypes = [ctypes.POINTER(XImage)]
X.XFree.argtypes = [ctypes.c_void_p]
HANDLER = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)
# A window that has just gone is no error: the call that asks for it says so.
IGNORE = HANDLER(lambda display, event: 0)
X.XSetErrorHandler.argtypes = [HANDLER]


def number(window):
    return ctypes.c_ulong(int(window or 0))


class Display:
    """Windows are decimal numbers in text, as xdotool has them; "" is none."""

    def __init__(self, name):
        X.XSetErrorHandler(IGNORE)
        self.display = ctypes.c_void_p(X.XOpenDisplay(name.encode()))
        self.root = X.XDefaultRootWindow(self.display)
        self.atoms = {}

    def atom(self, name):
        if name not in self.atoms:
            self.atoms[name] = X.XInternAtom(self.display, name.encode(), 0)
        return ctypes.c_ulong(self.atoms[name])

    def property(self, window, name):
        """A property's elements: bytes for those of 8 bits, else a list of numbers; nothing where there is none."""
        kind, form, n, left = ctypes.c_ulong(), ctypes.c_int(), ctypes.c_ulong(), ctypes.c_ulong()
        data = ctypes.c_void_p()
        X.XGetWindowProperty(self.display, number(window), self.atom(name), ctypes.c_long(0), ctypes.c_long(4096), 0, ANY_TYPE,
                             ctypes.byref(kind), ctypes.byref(form), ctypes.byref(n), ctypes.byref(left), ctypes.byref(data))
        if not data.value:
            return b""
        values = (ctypes.string_at(data, n.value) if form.value == 8
                  else list((ctypes.c_long * n.value).from_address(data.value)))
        X.XFree(data)
        return values

    def active(self):
        """The window that takes keys."""
        found = self.property(self.root, "_NET_ACTIVE_WINDOW")
        return str(found[0]) if found and found[0] else ""

    def name_of(self, window):
        found = self.property(window, "_NET_WM_NAME") or self.property(window, "WM_NAME") if window else b""
        return found.decode(errors="replace")

    def window(self, name):
        """The first window whose name has NAME, a regular expression, in it."""
        return next((str(window) for window in self.property(self.root, "_NET_CLIENT_LIST")
                     if re.search(name, self.name_of(window), re.I)), "")

    def geometry(self, window):
        """X, Y, WIDTH and HEIGHT of a window; nothing if it is gone."""
        root, x, y, across, down, border, depth = ctypes.c_ulong(), *(ctypes.c_int() for _ in range(6))
        if not window or not X.XGetGeometry(self.display, number(window), *map(ctypes.byref, (root, x, y, across, down, border,
                                                                                               depth))):
            return {}
        child = ctypes.c_ulong()
        X.XTranslateCoordinates(self.display, number(window), number(self.root), 0, 0, ctypes.byref(x), ctypes.byref(y),
                                ctypes.byref(child))
        return {"X": x.value, "Y": y.value, "WIDTH": across.value, "HEIGHT": down.value}

    def pixels(self, window, left, top, width, height):
        """Rows of blue, green, red and a fourth byte; nothing where the window does not reach that far or has gone."""
        if not window or width < 1 or height < 1:
            return []
        image = X.XGetImage(self.display, int(window), left, top, width, height, ALL_PLANES, Z_PIXMAP)
        if not image:
            return []
        step, data = image.contents.bytes_per_line, ctypes.string_at(image.contents.data, image.contents.bytes_per_line * height)
        deep = image.contents.bits_per_pixel == 32
        X.XDestroyImage(image)
        return [data[y * step:y * step + 4 * width] for y in range(height)] if deep else []

    def screen(self):
        """Rows of red, green and blue of all that is seen."""
        size = self.geometry(str(self.root))
        rows = []
        for seen in self.pixels(str(self.root), 0, 0, size["WIDTH"], size["HEIGHT"]):
            row = bytearray(3 * size["WIDTH"])
            row[0::3], row[1::3], row[2::3] = seen[2::4], seen[1::4], seen[0::4]
            rows.append(bytes(row))
        return rows
