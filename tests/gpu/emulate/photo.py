#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes a small noisy photo: photo.py OUT.ppm"""
import random
import sys

WIDTH, HEIGHT = 60, 40
random.seed(1)
with open(sys.argv[1], "wb") as out:
    out.write(b"P6\n%d %d\n255\n" % (WIDTH, HEIGHT))
    out.write(bytes(max(0, min(255, round(random.gauss(60 + 2 * (i // 3 % WIDTH), 10)))) for i in range(WIDTH * HEIGHT * 3)))
