/* processor.h: the system's information on the processor.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <glib.h>

/* Name for users, such as "AMD EPYC 9B45"; "CPU" if unknown. Free with g_free. */
char *fddm_processor_name (void);

/* Everything that determines the fastest way of convolving, on one line: name, model, instruction set, version of oneDNN.
 * Free with g_free. */
char *fddm_processor_key (void);

/* Whether the processor has instructions to multiply bf16. */
gboolean fddm_processor_has_bf16 (void);
