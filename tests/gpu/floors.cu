/* floors.cu: what the GPU can do at most: bytes copied within its memory and over the bus, bf16 products of matrices. No
 * layer can be faster than its bytes over the one and its operations over the other.
 * SPDX-License-Identifier: Apache-2.0 */
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cublas_v2.h>
#include <cuda_bf16.h>
#include <cuda_runtime.h>

#define BYTES ((size_t) 1 << 30)
#define SIDE  8192
#define RUNS  10

static void
check (bool ok, const char *what)
{
  if (ok)
    return;
  fprintf (stderr, "%s failed: %s\n", what, cudaGetErrorString (cudaGetLastError ()));
  exit (1);
}

/* Milliseconds of the fastest of some runs of WORK. */
template <typename Work>
static double
fastest (const Work &work)
{
  cudaEvent_t from, to;
  double      best = 1e30;

  check (cudaEventCreate (&from) == cudaSuccess && cudaEventCreate (&to) == cudaSuccess, "making events");
  for (int i = 0; i < RUNS; i++)
    {
      float milliseconds = 0.0f;

      check (cudaEventRecord (from) == cudaSuccess, "recording");
      work ();
      check (cudaEventRecord (to) == cudaSuccess && cudaEventSynchronize (to) == cudaSuccess &&
               cudaEventElapsedTime (&milliseconds, from, to) == cudaSuccess,
             "timing");
      best = milliseconds < best ? milliseconds : best;
    }
  cudaEventDestroy (from);
  cudaEventDestroy (to);
  return best;
}

/* Random bf16 numbers from 0.5 to 2 of either sign: constants would take less power, and so run faster. */
static void
fill (void *host)
{
  uint16_t *numbers = (uint16_t *) host;
  uint32_t  state   = 1;

  for (size_t i = 0; i < BYTES / sizeof *numbers; i++)
    {
      state      = state * 1664525u + 1013904223u;
      numbers[i] = (uint16_t) ((state >> 16 & 0x8000u) | (0x3F00u + (state >> 20 & 0xFFu)));
    }
}

int
main ()
{
  void          *a, *b, *host;
  cublasHandle_t cublas;
  const float    one = 1.0f, zero = 0.0f;
  double         copy, up, down, product;

  check (cudaMalloc (&a, BYTES) == cudaSuccess && cudaMalloc (&b, BYTES) == cudaSuccess &&
           cudaHostAlloc (&host, BYTES, cudaHostAllocDefault) == cudaSuccess,
         "getting memory");
  fill (host);
  check (cudaMemcpy (a, host, BYTES, cudaMemcpyHostToDevice) == cudaSuccess &&
           cudaMemcpy (b, host, BYTES, cudaMemcpyHostToDevice) == cudaSuccess,
         "filling memory");
  copy = fastest ([&] { check (cudaMemcpyAsync (b, a, BYTES, cudaMemcpyDeviceToDevice) == cudaSuccess, "copying"); });
  up   = fastest ([&] { check (cudaMemcpyAsync (a, host, BYTES, cudaMemcpyHostToDevice) == cudaSuccess, "copying"); });
  down = fastest ([&] { check (cudaMemcpyAsync (host, a, BYTES, cudaMemcpyDeviceToHost) == cudaSuccess, "copying"); });
  check (cublasCreate (&cublas) == CUBLAS_STATUS_SUCCESS, "starting cuBLAS");
  product = fastest ([&] {
    check (cublasGemmEx (cublas, CUBLAS_OP_N, CUBLAS_OP_N, SIDE, SIDE, SIDE, &one, a, CUDA_R_16BF, SIDE,
                         (char *) a + 2 * SIDE * SIDE, CUDA_R_16BF, SIDE, &zero, b, CUDA_R_16BF, SIDE, CUBLAS_COMPUTE_32F,
                         CUBLAS_GEMM_DEFAULT) == CUBLAS_STATUS_SUCCESS,
           "multiplying");
  });
  /* A copy reads and writes. */
  printf ("memory %.0f GB/s, up %.1f GB/s, down %.1f GB/s, matrices %.0f TFLOP/s\n", 2e-6 * BYTES / copy, 1e-6 * BYTES / up,
          1e-6 * BYTES / down, 2e-9 * SIDE * SIDE * SIDE / product);
  cublasDestroy (cublas);
  return 0;
}
