#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes C++ of a .cu file, for emulate.h: translate.py IN.cu OUT.cc"""
import re
import sys

source = open(sys.argv[1], encoding="utf-8").read()
source = re.sub(r"extern __shared__ (\w+)\s+(\w+)\[\];", r"\1 *\2 = (\1 *) emulate_shared ();", source)
source = re.sub(r"(\w+(?:<\d+>)?)<<<(.*?)>>>\s*\((.*?)\);", r"emulate_launch (\2, std::bind (\1, \3));", source,
                flags=re.DOTALL)
with open(sys.argv[2], "w", encoding="utf-8") as out:
    out.write('#include "tests/gpu/emulate/emulate.h"\n#line 1 "%s"\n%s' % (sys.argv[1], source))
