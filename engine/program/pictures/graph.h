/* graph.h: GEGL operations that report failures in warnings only.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <gegl.h>

/* Runs the graph up to NODE and returns its first warning, or NULL. Output of libraries on stderr is suppressed. If a
 * library ends the program, the message from FORMAT and PATH is reported and TEMPORARY removed. */
char *fddm_graph_run (GeglNode *node, const char *format, const char *path, const char *temporary);
