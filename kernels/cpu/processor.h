/* processor.h: properties of the processor.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <glib.h>

/* Name for messages, such as "AMD EPYC 9B45"; "CPU" if unknown. Free with g_free. */
char *fddm_processor_name (void);

/* All properties that the speed of convolutions depends on, in one line: name, model, instruction set, version of oneDNN.
 * Free with g_free. */
char *fddm_processor_key (void);

/* Whether the processor has instructions that sum up products of 8 bits in 32 bits; the older ones stop at 16. */
gboolean fddm_processor_has_int8 (void);

/* Whether the processor has instructions that multiply bf16. */
gboolean fddm_processor_has_bf16 (void);
