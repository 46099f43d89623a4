#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes a C source that holds a file's bytes: embed.py FILE OUT.c NAME -> const guint8 NAME[]; const gsize NAME_size."""
import sys

LINE = 40
source, out, name = sys.argv[1:]
with open(source, "rb") as f:
    data = f.read()
with open(out, "w") as f:
    f.write('/* Made by embed.py. */\n#include <glib.h>\n\nextern const guint8 %s[];\nextern const gsize  %s_size;\n\n' % (name, name))
    f.write("const gsize  %s_size = %d;\nconst guint8 %s[] =" % (name, len(data), name))
    for i in range(0, len(data), LINE):
        f.write('\n  "%s"' % "".join("\\%03o" % b for b in data[i:i + LINE]))
    f.write(";\n")
