/* graph.h: GEGL operations that report failures in warnings only.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <gegl.h>

/* The file that an operation reads or writes. */
typedef struct {
  const char *format, *shown;     /* of the message if the operation ends the program: its format, the file's name */
  const char *temporary, *folder; /* to be removed then: a file and its folder, or NULL                            */
} FddmGraphFile;

/* Runs the graph up to NODE, which works on FILE, and returns its first warning, or NULL. Output of libraries on stderr is
 * suppressed. The user can interrupt it, which ends the process at once; so may libraries. */
char *fddm_graph_run (GeglNode *node, const FddmGraphFile *file);

/* Lets FILE be removed should a codec's library or the user end the process; NULL: no longer. */
void fddm_graph_guard (const FddmGraphFile *file);

/* Suppresses the output of libraries on stderr, which is kept in the descriptor that is returned, until unhushed. */
int  fddm_graph_hush (void);
void fddm_graph_unhush (int errors);

/* For fddm_cli_on_interruption, during calls that cannot be interrupted: ends the process at once, without the temporary file.
 * It is safe in the handler of a signal. */
void fddm_graph_leave (void);
