#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Measures the preview of FDDM Denoise in a real GIMP: processor time, memory, and how long the window takes to answer.

    bars.py gimp2|gimp3 PLUGIN WEIGHTS-FOLDER [MEGAPIXELS]

Opens a photo of 12 Mpixel, moves a slider at quality "Fast", and pings the window every 100 ms meanwhile, as a window manager
does: GTK answers a ping where it would see to a click.
"""
import ctypes
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time

from gui_denoise import PHOTO, Dialog
from screen import Screen

X = ctypes.CDLL("libX11.so.6")
X.XOpenDisplay.restype = X.XDefaultRootWindow.restype = X.XInternAtom.restype = ctypes.c_void_p
SUBSTRUCTURE_NOTIFY = 1 << 19
CLIENT_MESSAGE = 33


class Event(ctypes.Structure):
    """XClientMessageEvent, as long as XEvent."""
    _fields_ = [("type", ctypes.c_int), ("serial", ctypes.c_ulong), ("sent", ctypes.c_int), ("display", ctypes.c_void_p),
                ("window", ctypes.c_ulong), ("message", ctypes.c_ulong), ("format", ctypes.c_int), ("data", ctypes.c_long * 5),
                ("rest", ctypes.c_long * 12)]


class Pinger(threading.Thread):
    """Pings a window; .waits has what each took, in seconds."""

    def __init__(self, display, window):
        super().__init__(daemon=True)
        self.display = ctypes.c_void_p(X.XOpenDisplay(display.encode()))
        self.window, self.waits, self.going = window, [], True
        self.root = X.XDefaultRootWindow(self.display)
        self.protocols, self.ping = (X.XInternAtom(self.display, name, 0) for name in (b"WM_PROTOCOLS", b"_NET_WM_PING"))
        X.XSelectInput(self.display, ctypes.c_ulong(self.root), ctypes.c_long(SUBSTRUCTURE_NOTIFY))

    def answered(self, stamp):
        event = Event()
        while X.XPending(self.display):
            X.XNextEvent(self.display, ctypes.byref(event))
            if event.type == CLIENT_MESSAGE and event.message == self.protocols and event.data[1] == stamp:
                return True
        return False

    def run(self):
        stamp = 1000
        while self.going:
            stamp += 1
            event = Event(type=CLIENT_MESSAGE, window=self.window, message=self.protocols, format=32)
            event.data[0], event.data[1], event.data[2] = self.ping, stamp, self.window
            X.XSendEvent(self.display, ctypes.c_ulong(self.window), 0, ctypes.c_long(0), ctypes.byref(event))
            X.XFlush(self.display)
            sent = time.monotonic()
            while self.going and not self.answered(stamp) and time.monotonic() - sent < 20:
                time.sleep(0.002)
            self.waits.append(time.monotonic() - sent)
            time.sleep(max(0, 0.1 - self.waits[-1]))


def plugin_process(screen):
    path = str(screen.profile / "plug-ins" / "fddm" / "fddm")
    for folder in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            if (folder / "cmdline").read_bytes().split(b"\0")[0].decode() == path:
                return folder
        except (OSError, UnicodeDecodeError):
            pass
    return None


def seconds(process):
    """Of processor time so far."""
    words = (process / "stat").read_text().rsplit(")", 1)[1].split()
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


def peak(process):
    """Of memory, in MB."""
    return int(re.search(r"VmHWM:\s*(\d+)", (process / "status").read_text())[1]) / 1024


def wait_until_idle(process):
    """Processor time when a second has passed with next to nothing done."""
    while True:
        before = seconds(process)
        time.sleep(1)
        if seconds(process) - before < 0.03:
            return seconds(process)


def measure(screen, picture, name):
    main = screen.open(picture)
    time.sleep(4)
    dialog = Dialog(screen, main)
    process = plugin_process(screen)
    pinger = Pinger(screen.environment["DISPLAY"], int(dialog.window))
    pinger.start()
    time.sleep(3)
    wait_until_idle(process)
    screen.key("alt+q", "Up", "Up")
    wait_until_idle(process)
    costs = []
    for value in ("90", "80", "70"):
        before = seconds(process)
        dialog.set("b", value)
        time.sleep(0.5)
        costs.append(wait_until_idle(process) - before)
    pinger.going = False
    geometry = screen.call("xdotool", "getwindowgeometry", "--shell", dialog.window)
    print(f"{name}: slider to preview {', '.join(f'{cost:.2f}' for cost in costs)} s of processor time; "
          f"peak memory {peak(process):.0f} MB; {len(pinger.waits)} pings, longest wait {1000 * max(pinger.waits):.0f} ms, "
          f"{sum(wait > 0.2 for wait in pinger.waits)} over 200 ms; window {geometry.split()[3:5]}", flush=True)
    screen.key("Escape")


def main():
    host, plugin, weights = sys.argv[1:4]
    megapixels = float(sys.argv[4]) if len(sys.argv) > 4 else 12
    for name, scale in (("64 pixels", "8x8!"), (f"{megapixels:g} Mpixel", f"{int(megapixels * 1e6)}@")):
        folder = pathlib.Path(tempfile.mkdtemp(prefix="fddm-bars-"))
        screen = None
        try:
            picture = folder / "large.png"
            subprocess.run(["convert", str(PHOTO), "-resize", scale, "-seed", "1", "-attenuate", "0.6", "+noise", "Gaussian",
                            "-define", "png:compression-level=1", f"PNG24:{picture}"], check=True)
            screen = Screen(host, plugin, pathlib.Path(weights), folder, None)
            measure(screen, picture, name)
        finally:
            if screen:
                screen.close()
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
