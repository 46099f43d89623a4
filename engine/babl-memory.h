/* babl-memory.h: the conversions between pixel formats that babl remembers from process to process.
 * SPDX-License-Identifier: Apache-2.0
 *
 * A cache folder has them in babl/babl-fishes. babl (0.1.98, 0.1.114) measures tables, which takes 350 MB and 0.2 seconds, at the
 * start of each process that finds certain conversions remembered: those of pixels of at most four bytes, from RGBA and gray ones
 * to most others. babl finds these again without a memory in less time. */
#pragma once
#include <glib.h>

/* Calls RUN (DATA), in which babl reads or writes its memory, with CACHE as the cache folder, which is made if need be. Where it
 * cannot be, babl gets an empty folder for that time: its own alternative is a file in /tmp, which anybody can have written.
 * Programs that this one starts have the user's cache folder. Call it while there is one thread, or at the end. */
void fddm_babl_with (const char *cache, void (*run) (gpointer data), gpointer data);

/* Takes the costly conversions out of the memory in the folder CACHE. Removes a torn one, with NULs, which two processes wrote
 * at once. */
void fddm_babl_forget (const char *cache);

/* Copies the memory in the folder FROM to the folder TO, without the costly conversions, unless it was done after the last
 * change. FALSE if there is no memory in TO then, or one with NULs in FROM. */
gboolean fddm_babl_copy (const char *from, const char *to);
