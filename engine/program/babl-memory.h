/* babl-memory.h: the conversions between pixel formats that babl remembers from process to process.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <glib.h>

/* Takes out of the memory in the folder CACHE (…/babl/babl-fishes) what costs every later process 350 MB and a quarter of a
 * second: babl 0.1.98 measures tables for conversions from pixels of one, two or four bytes, as gray ones are, to floats, as
 * soon as it finds one remembered. These are single steps, which babl finds without a memory. Without effect on a file that it
 * does not understand. */
void fddm_babl_forget (const char *cache);
