/* vector.h: loops that compilers vectorise to the full vector width of the processor.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdint.h>
#include <glib.h>

/* Compiles a function for several instruction sets. The version for the processor is selected at program start. All
 * functions called in its loops must be inlined. */
#if defined(__x86_64__) && defined(__GLIBC__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__)
#define FDDM_VECTORS __attribute__ ((target_clones ("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define FDDM_VECTORS
#endif

/* Always inlined, whatever the compiler's cost estimate. */
#ifdef __CUDACC__
#define FDDM_INLINE static __host__ __device__ __forceinline__
#else
#define FDDM_INLINE static inline __attribute__ ((always_inline))
#endif

/* e to the X within 2 units in the last place, without branches or calls. X is clamped to [-87,88]. The two parts of ln 2
 * and the polynomial are from Cephes (S. L. Moshier, expf.c). */
FDDM_INLINE float
fddm_exp (float x)
{
  const float round  = 12582912.0f; /* 1.5 · 2²³: adding it rounds to an integer */
  float       inside = x < -87.0f ? -87.0f : x > 88.0f ? 88.0f : x;
  float       power  = inside * 1.44269504f + round - round;
  float       rest   = inside - power * 0.693359375f + power * 2.12194440e-4f;
  float       sum    = 1.9875691500e-4f;
  union {
    int32_t i;
    float   f;
  } scale = { ((int32_t) power + 127) * (1 << 23) };

  sum = sum * rest + 1.3981999507e-3f;
  sum = sum * rest + 8.3334519073e-3f;
  sum = sum * rest + 4.1665795894e-2f;
  sum = sum * rest + 1.6666665459e-1f;
  sum = sum * rest + 5.0000001201e-1f;
  return (sum * rest * rest + rest + 1.0f) * scale.f;
}

/* ln X for a normal X > 0, without branches or calls: x = 2ᵉ·m with m from √½ to √2, and
 * ln m = 2 artanh ((m − 1)/(m + 1)). */
FDDM_INLINE float
fddm_log (float x)
{
  union {
    float   f;
    int32_t i;
  } m             = { x };
  const int32_t e = (m.i - 0x3f3504f3) >> 23;
  float         z, zz;

  m.i -= e * (1 << 23);
  z  = (m.f - 1.0f) / (m.f + 1.0f);
  zz = z * z;
  return (float) e * 0.69314718f + 2.0f * z * (1.0f + zz * (1.0f / 3 + zz * (1.0f / 5 + zz * (1.0f / 7))));
}
