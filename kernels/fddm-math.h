/* fddm-math.h: arithmetic on single values, shared by C and CUDA.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Coefficients and noise levels are in [-1,1] units. Sources: weights/FORMAT.md for the network's input and output; arXiv
 * 2402.17090, section 5 for the process, in noise-to-signal form. */
#pragma once
#include <math.h>
#include <stdint.h>
#include "kernels/noise-model.h"
#include "kernels/vector.h"

#ifdef __CUDACC__
#define FDDM_MATH static __host__ __device__ __forceinline__
#else
#define FDDM_MATH static inline
#endif

/* Pixels are clamped to this distance from [0,1], so that a single glint does not spoil its neighbourhood. */
#define FDDM_PIXEL_LIMIT 64.0f

/* Limit of the noise-to-signal ratio, and of its inverse, in the form FDDM_INPUT_WIENER. */
#define FDDM_NOISE_RATIO_MAX 1000.0f

#define FDDM_PI 3.14159265358979323846

/* R'G'B' -> Y'CbCr and back: ITU-R BT.601, full range, chroma centred on 0 with the same width as luma. */
FDDM_MATH float
fddm_luma (const float rgb[3])
{
  return 0.299f * rgb[0] + 0.587f * rgb[1] + 0.114f * rgb[2];
}

FDDM_MATH void
fddm_ycbcr_from_rgb (const float rgb[3], float ycbcr[3])
{
  float y = fddm_luma (rgb);

  ycbcr[0] = y;
  ycbcr[1] = (rgb[2] - y) * (1.0f / 1.772f);
  ycbcr[2] = (rgb[0] - y) * (1.0f / 1.402f);
}

FDDM_MATH void
fddm_rgb_from_ycbcr (const float ycbcr[3], float rgb[3])
{
  rgb[0] = ycbcr[0] + 1.402f * ycbcr[2];
  rgb[1] = ycbcr[0] - (0.114f * 1.772f / 0.587f) * ycbcr[1] - (0.299f * 1.402f / 0.587f) * ycbcr[2];
  rgb[2] = ycbcr[0] + 1.772f * ycbcr[1];
}

/* Element (u, x) of the orthonormal DCT-II of length N. */
FDDM_MATH double
fddm_dct_basis (int n, int u, int x)
{
  return (u == 0 ? sqrt (1.0 / n) : sqrt (2.0 / n)) * cos (FDDM_PI * (2 * x + 1) * u / (2.0 * n));
}

FDDM_MATH float
fddm_clamp (float x, float lo, float hi)
{
  return x < lo ? lo : x > hi ? hi : x;
}

/* Reflection without repeating the edge: … 2 1 0 1 2 … n−2 n−1 n−2 …, for any distance. */
FDDM_MATH int
fddm_reflect (int i, int n)
{
  const int period = 2 * (n - 1);

  if (n == 1)
    return 0;
  i = ((i % period) + period) % period;
  return i < n ? i : period - i;
}

/* Clamps a pixel in Y'CbCr so that its R'G'B' is in [-1,1]. With one channel, gray, YCBCR is the luma alone. */
FDDM_MATH void
fddm_clamp_ycbcr (float ycbcr[3], int channels)
{
  float rgb[3];

  if (channels == 1)
    {
      ycbcr[0] = fddm_clamp (ycbcr[0], -1.0f, 1.0f);
      return;
    }
  fddm_rgb_from_ycbcr (ycbcr, rgb);
  for (int c = 0; c < 3; c++)
    rgb[c] = fddm_clamp (rgb[c], -1.0f, 1.0f);
  fddm_ycbcr_from_rgb (rgb, ycbcr);
}

/* Noise curve CURVE at brightness B in [-1,1]. */
FDDM_MATH float
fddm_noise_curve (const float *curve, float b)
{
  float at = fddm_clamp ((b + 1.0f) * (0.5f * (FDDM_NOISE_KNOTS - 1)), 0.0f, FDDM_NOISE_KNOTS - 1);
  int   i  = (int) at;

  if (i > FDDM_NOISE_KNOTS - 2)
    i = FDDM_NOISE_KNOTS - 2;
  return curve[i] + (at - i) * (curve[i + 1] - curve[i]);
}

/* Network input, form FDDM_INPUT_WHITENED: the coefficient X with noise level S, and S itself. */
FDDM_MATH float
fddm_precondition_state (float x, float s, float mean, float variance)
{
  return (x - mean) / sqrtf (variance + s * s);
}

FDDM_MATH float
fddm_precondition_noise (float s, float lo, float hi)
{
  return 0.25f * fddm_log (fddm_clamp (s, lo, hi));
}

/* Network input, form FDDM_INPUT_WIENER: the Wiener estimate and the noise level, in standard deviations of the clean
 * coefficient. A coefficient drowned in noise is close to 0, and the network sees its noise level. */
FDDM_MATH float
fddm_wiener_state (float x, float s, float mean, float variance)
{
  return (x - mean) * sqrtf (variance) / (variance + s * s);
}

FDDM_MATH float
fddm_wiener_noise (float s, float variance)
{
  return fddm_precondition_noise (s / sqrtf (variance), 1.0f / FDDM_NOISE_RATIO_MAX, FDDM_NOISE_RATIO_MAX);
}

/* Clean coefficient, form FDDM_OUTPUT_RESIDUAL: the Wiener estimate plus the network's OUTPUT. */
FDDM_MATH float
fddm_estimate (float x, float s, float mean, float variance, float output)
{
  float total = variance + s * s;

  return mean + variance / total * (x - mean) + s * sqrtf (variance / total) * output;
}

/* Clean coefficient from the OUTPUT of a network of the form FDDM_OUTPUT_CLEAN. */
FDDM_MATH float
fddm_estimate_clean (float mean, float variance, float output)
{
  return mean + sqrtf (variance) * output;
}

/* Part of the coefficient X beyond LIMIT standard deviations from the mean, which the network does not see; exactly 0
 * within. */
FDDM_MATH float
fddm_excess (float x, float s, float mean, float variance, float limit)
{
  const float most = limit * sqrtf (variance + s * s);

  return x - fddm_clamp (x, mean - most, mean + most);
}

/* Change to add to the coefficient Y for STRENGTH of the way to the clean X0. */
FDDM_MATH float
fddm_difference (float y, float x0, float strength)
{
  return strength * (x0 - y);
}

/* One step of (27), (28) from noise FROM to TO < FROM, with σ² where the paper prints σ. X0: clean estimate; Z: standard
 * normal number. */
FDDM_MATH float
fddm_step (float x, float x0, float from, float to, float eta, float z)
{
  float ratio, sigma, rest;

  if (!(to < from))
    return x;
  ratio = to / from;
  sigma = eta * to * sqrtf ((1.0f - ratio) * (1.0f + ratio));
  rest  = (to - sigma) * (to + sigma);
  return x0 + sqrtf (rest > 0.0f ? rest : 0.0f) * ((x - x0) / from) + sigma * z;
}

/* X0 extrapolated from PREVIOUS, the estimate at noise BEFORE > FROM, to the middle of the step from FROM to TO: a step with it
 * is of second order, DPM-Solver++(2M) (Lu et al., arXiv 2211.01095, algorithm 2) where ln s takes the place of λ = −ln s.
 * X0 itself where no step went before, and for a step to no noise. No step is extrapolated by more than the last one. */
FDDM_MATH float
fddm_extrapolate (float x0, float previous, float before, float from, float to)
{
  float share;

  if (!(to > 0.0f && to < from && from < before))
    return x0;
  share = 0.5f * logf (from / to) / logf (before / from);
  return x0 + (share < 1.0f ? share : 1.0f) * (x0 - previous);
}

/* Philox 4x32 with 10 rounds (Salmon et al., Parallel random numbers: as easy as 1, 2, 3, SC 2011). */
FDDM_MATH void
fddm_philox (uint32_t counter[4], uint32_t key0, uint32_t key1)
{
  for (int round = 0; round < 10; round++)
    {
      uint64_t a = (uint64_t) 0xD2511F53u * counter[0];
      uint64_t b = (uint64_t) 0xCD9E8D57u * counter[2];

      counter[0] = (uint32_t) (b >> 32) ^ counter[1] ^ key0;
      counter[1] = (uint32_t) b;
      counter[2] = (uint32_t) (a >> 32) ^ counter[3] ^ key1;
      counter[3] = (uint32_t) a;
      key0 += 0x9E3779B9u;
      key1 += 0xBB67AE85u;
    }
}

/* Standard normal numbers for coefficients 4·FOUR … 4·FOUR+3 of patch (ROW, COLUMN) in STREAM. */
FDDM_MATH void
fddm_normal4 (uint32_t seed, uint32_t stream, int row, int column, int four, float z[4])
{
  uint32_t bits[4] = { (uint32_t) four, (uint32_t) column, (uint32_t) row, stream };

  fddm_philox (bits, seed, 0x46444D4Du);
  for (int i = 0; i < 4; i += 2)
    {
      /* 24 bits, so that rounding reaches neither 0 nor more than 1. */
      float radius = sqrtf (-2.0f * logf (((bits[i] >> 8) + 1) * (1.0f / 16777216.0f)));
      float angle  = (float) (2.0 * FDDM_PI) * ((bits[i + 1] >> 8) * (1.0f / 16777216.0f));

      z[i]     = radius * cosf (angle);
      z[i + 1] = radius * sinf (angle);
    }
}

/* bf16 is the upper half of a float. Rounds to nearest, ties to even. X is never NaN, since pixels are repaired on input. */
FDDM_MATH uint16_t
fddm_bf16_from_float (float x)
{
  union {
    float    f;
    uint32_t u;
  } bits = { x };

  return (uint16_t) ((bits.u + 0x7FFFu + ((bits.u >> 16) & 1u)) >> 16);
}

FDDM_MATH float
fddm_float_from_bf16 (uint16_t x)
{
  union {
    uint32_t u;
    float    f;
  } bits = { (uint32_t) x << 16 };

  return bits.f;
}
