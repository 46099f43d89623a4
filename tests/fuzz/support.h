/* support.h: what the fuzzing harnesses share.
 * SPDX-License-Identifier: Apache-2.0
 *
 * A harness is a file NAME.c with the function below, which libFuzzer calls. Without a fuzzer it is linked with replay.c, which
 * hands over the files of tests/fuzz/corpus/NAME. tests/fuzz/run.sh builds and runs them with clang. */
#pragma once
#include <glib.h>

int LLVMFuzzerInitialize (int *argc, char ***argv);
int LLVMFuzzerTestOneInput (const guint8 *bytes, gsize size);

/* A harness may define it: what is done once, before the first input. */
void fuzz_prepare (void) __attribute__ ((weak));

/* Folder of this process alone, which also takes the place of the user's cache folder. It is removed at exit. */
const char *fuzz_folder (void);
/* Path of NAME below this folder. The folders on the way are made. Free with g_free. */
char *fuzz_path (const char *name);
/* Writes BYTES to the file PATH, in place of what is there. */
void fuzz_write (const char *path, const void *bytes, gsize size);
/* Removes the file PATH, if there is one. */
void fuzz_remove (const char *path);
/* A copy of BYTES as a string up to their first zero. Free with g_free. */
char *fuzz_text (const guint8 *bytes, gsize size);
