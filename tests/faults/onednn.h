/* onednn.h: what onednn.c asks whoever links it.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* oneDNN's words, of both versions. */
enum { FAULT_ONEDNN_NO_MEMORY = 1, FAULT_ONEDNN_BROKEN = 5 };

/* What the next call of oneDNN answers instead of doing its work; 0: it does its work. Any thread may call. */
int fault_onednn (void);
