#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Measures both dialogs in a real GIMP: processor time and memory of the preview, and how long the windows take to answer.

    bars.py gimp2|gimp3 PLUGIN WEIGHTS-FOLDER [MEGAPIXELS]

Opens a photo of 12 Mpixel, moves a slider at quality "Fast"; then has four textures sampled, four times. The window is pinged
every 100 ms meanwhile, as a window manager does. No synthetic clicks: GTK answers a ping where it would see to a click, in the
same queue of the same loop, and a click's redraw could be seen on the screen only as fast as pictures are taken of it.
"""
import ctypes
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time

import gui_denoise
import gui_generate
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


def peak(process):
    """Of memory, in MB."""
    return int(re.search(r"VmHWM:\s*(\d+)", (process / "status").read_text())[1]) / 1024


def wait_until_idle(screen):
    """Processor time when a second has passed with next to nothing done."""
    while True:
        before = screen.work()
        time.sleep(1)
        if screen.work() - before < 0.03:
            return screen.work()


def start_pinger(screen, dialog):
    pinger = Pinger(screen.environment["DISPLAY"], int(dialog.window))
    pinger.start()
    return pinger


def waits_of(pinger):
    pinger.going = False
    waits = list(pinger.waits)
    return (f"{len(waits)} pings, longest wait {1000 * max(waits):.0f} ms, "
            f"{sum(wait > 0.2 for wait in waits)} over 200 ms")


def measure_denoise(screen, main, name):
    dialog = gui_denoise.Dialog(screen, main)
    pinger = start_pinger(screen, dialog)
    time.sleep(3)
    wait_until_idle(screen)
    screen.key("alt+q", "Up", "Up")
    wait_until_idle(screen)
    costs = []
    for value in ("90", "80", "70"):
        before = screen.work()
        dialog.set("b", value)
        time.sleep(0.5)
        costs.append(wait_until_idle(screen) - before)
    print(f"{name}: slider to preview {', '.join(f'{cost:.2f}' for cost in costs)} s of processor time; "
          f"peak memory {peak(screen.process()):.0f} MB; {waits_of(pinger)}", flush=True)
    dialog.leave()


def measure_generate(screen, main):
    """Four other samples each time, while those before are in the making."""
    dialog = gui_generate.Dialog(screen, main)
    pinger = start_pinger(screen, dialog)
    for _ in range(4):
        time.sleep(5)
        screen.key("alt+f")
    time.sleep(5)
    print(f"sampling: {waits_of(pinger)}", flush=True)
    screen.key("Escape")


def main():
    host, plugin, weights = sys.argv[1:4]
    megapixels = float(sys.argv[4]) if len(sys.argv) > 4 else 12
    for name, scale in (("64 pixels", "8x8!"), (f"{megapixels:g} Mpixel", f"{int(megapixels * 1e6)}@")):
        folder = pathlib.Path(tempfile.mkdtemp(prefix="fddm-bars-"))
        screen = None
        try:
            picture = folder / "large.png"
            subprocess.run(["convert", str(gui_denoise.PHOTO), "-resize", scale, "-seed", "1", "-attenuate", "0.6", "+noise",
                            "Gaussian", "-define", "png:compression-level=1", f"PNG24:{picture}"], check=True)
            screen = Screen(host, plugin, pathlib.Path(weights), folder, None)
            gui_generate.install(screen, pathlib.Path(weights))
            main_window = screen.open(picture)
            measure_denoise(screen, main_window, name)
            measure_generate(screen, main_window)
        finally:
            if screen:
                screen.close()
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
