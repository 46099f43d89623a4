/* streams.h: the emulation's streams: work that is put off until somebody waits for it.
 * SPDX-License-Identifier: Apache-2.0
 *
 * A GPU may do a stream's work at any time between its submission and the wait for it. Here it is done as late as the
 * rules allow, so that what should have waited and did not finds old bytes, and what was given away too early is gone. */
#pragma once
#include <cuda_runtime_api.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef void (*EmulateFunc) (void *data);

/* Calls RUN on DATA when STREAM gets there, or once for each launch of the graph that is being captured from it, and
 * DESTROY when it will not be called again. */
cudaError_t emulate_submit (cudaStream_t stream, EmulateFunc run, EmulateFunc destroy, void *data);
/* Does what the stream still has to do. */
void emulate_drain (cudaStream_t stream);
void emulate_drain_all (void);
/* What CUDA says to a call that may not be made while a stream is captured, which also spoils the capture. */
cudaError_t emulate_forbid_capture (void);
/* Lets MILLISECONDS pass on the GPU's clock, which nothing else moves. */
void emulate_pass_time (float milliseconds);
/* Whether EMULATE_CUDA, a list with commas, has WORD; then what stands behind "WORD=", or "". Else NULL. */
const char *emulate_fault (const char *word);
/* Sets what cudaGetLastError () will say; returns it. */
cudaError_t emulate_fail (cudaError_t status);
/* Counts a call of CUDA or cuDNN. What it must answer, as "call" or "calls" of EMULATE_CUDA say. */
cudaError_t emulate_call (void);
/* Number of calls since this function was last called. The tests look it up in the module. */
unsigned int emulate_calls (void);

#ifdef __cplusplus
}
#endif
