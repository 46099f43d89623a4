/* processor.h: what the system tells about the processor.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <glib.h>

/* Its name, for people: "AMD EPYC 9B45"; "CPU" where none is known. Free with g_free. */
char *fddm_processor_name (void);

/* What decides which way of convolving is the fastest, in one line: name, model, instruction set, version of oneDNN. Free with
 * g_free. */
char *fddm_processor_key (void);

/* Whether it multiplies bf16 by instructions of its own. */
gboolean fddm_processor_has_bf16 (void);
