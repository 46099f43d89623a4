/* meter.cu: the noise meter's ends. Nothing of a piece goes back to the host: its readings are added to sums on the GPU.
 * SPDX-License-Identifier: Apache-2.0
 *
 * The sums have one order, so that the same picture gives the same bits: a block sums up a slice of the piece's places, and
 * the slices are added one after the other. Bytes per patch: 192 read and 102 written, then 192 + 192 read; 128 partial sums
 * of 12.7 KB for each piece, written and read. */
#include "kernels/cuda/element.cuh"
#include "kernels/pixels/meter-math.h"

#define THREADS   256
#define COLUMNS   64  /* threads that sum up a slice, one for each coefficient */
#define SLICES    128 /* maximum number of slices                              */
#define SUMS_SIZE (sizeof (FddmMeterSums) / sizeof (double))

static_assert (FDDM_METER_COEFFICIENTS <= COLUMNS, "a thread for each coefficient");

/* One thread for each place and input. */
static __global__ void
features_kernel (const float *coefficients, int rows, int columns, FddmView input)
{
  const size_t e = (size_t) blockIdx.x * THREADS + threadIdx.x, place = e / FDDM_METER_INPUTS;
  const int    k = (int) (e % FDDM_METER_INPUTS), i = (int) (place / columns), j = (int) (place % columns);
  const float *here = coefficients + place * FDDM_METER_COEFFICIENTS;
  float        x;

  if (place >= (size_t) rows * columns)
    return;
  if (k >= FDDM_METER_COEFFICIENTS)
    {
      x = here[(k - FDDM_METER_COEFFICIENTS) * FDDM_METER_AREA] / FDDM_METER_PATCH;
      fddm_put (input, place, k, x);
      return;
    }
  x = here[k];
  /* Cancels a slope of the picture and keeps the strength of white noise. */
  if (k % FDDM_METER_AREA == 0)
    {
      const size_t row   = (size_t) columns * FDDM_METER_COEFFICIENTS;
      const float *left  = coefficients + i * row + fddm_reflect (j - 1, columns) * FDDM_METER_COEFFICIENTS + k;
      const float *right = coefficients + i * row + fddm_reflect (j + 1, columns) * FDDM_METER_COEFFICIENTS + k;
      const float *above = coefficients + fddm_reflect (i - 1, rows) * row + j * FDDM_METER_COEFFICIENTS + k;
      const float *below = coefficients + fddm_reflect (i + 1, rows) * row + j * FDDM_METER_COEFFICIENTS + k;

      x = (x - (*left + *right + *above + *below) / 4) / sqrtf (1.25f);
    }
  fddm_put (input, place, k, fddm_arsinh (x / FDDM_METER_STEP));
}

/* Sums of the slice of LENGTH places that the block has. */
static __global__ void
slices_kernel (const float *coefficients, FddmView output, size_t places, size_t length, FddmMeterSums *slices)
{
  __shared__ double weight[FDDM_METER_BINS][COLUMNS], level[FDDM_METER_BINS][COLUMNS];
  const int         k     = threadIdx.x;
  const size_t      begin = blockIdx.x * length, end = min (begin + length, places);
  FddmMeterSums    *slice     = slices + blockIdx.x;
  double            certainty = 0.0;

  if (k >= FDDM_METER_COEFFICIENTS)
    return;
  for (int bin = 0; bin < FDDM_METER_BINS; bin++)
    weight[bin][k] = level[bin][k] = 0.0;
  for (size_t i = begin; i < end; i++)
    {
      const int   bin = fddm_meter_bin (coefficients[i * FDDM_METER_COEFFICIENTS]);
      float       told;
      const float sure = fddm_meter_read (fddm_get (output, i, k), fddm_get (output, i, FDDM_METER_COEFFICIENTS + k), &told);
      const double w   = (double) sure * sure;

      weight[bin][k] += w;
      level[bin][k] += w * told;
      certainty += sure;
    }
  for (int bin = 0; bin < FDDM_METER_BINS; bin++)
    {
      slice->weight[bin][k] = weight[bin][k];
      slice->level[bin][k]  = level[bin][k];
    }
  slice->certainty[k] = certainty;
}

/* SUMS += all slices. One thread for each sum. */
static __global__ void
add_kernel (const double *slices, int n, double *sums)
{
  const int e   = (int) (blockIdx.x * THREADS + threadIdx.x);
  double    sum = 0.0;

  if (e >= (int) SUMS_SIZE)
    return;
  for (int i = 0; i < n; i++)
    sum += slices[(size_t) i * SUMS_SIZE + e];
  sums[e] += sum;
}

gboolean
fddm_cuda_meter_features (FddmDevice *device, const FddmTensor *coefficients, FddmTensor *input, GError **error)
{
  const size_t n = fddm_positions (coefficients) * FDDM_METER_INPUTS;

  if (!fddm_cuda_enter (device, error))
    return FALSE;
  features_kernel<<<dim3 ((unsigned int) ((n + THREADS - 1) / THREADS)), THREADS, 0, device->stream>>> (
    (const float *) coefficients->data, coefficients->height, coefficients->width, fddm_view (device, input));
  return fddm_cuda_launched ("measuring noise", error);
}

/* The sums, cleared before the first piece, and behind them the slices. */
static FddmMeterSums *
sums_of (FddmDevice *device, GError **error)
{
  if (device->meter == NULL)
    device->meter = fddm_cuda_allocate (device, (1 + SLICES) * sizeof (FddmMeterSums), "measuring noise", error);
  if (device->meter == NULL)
    return NULL;
  if (!device->metering &&
      !fddm_cuda_ok (cudaMemsetAsync (device->meter, 0, sizeof (FddmMeterSums), device->stream), "clearing memory", error))
    return NULL;
  device->metering = TRUE;
  return (FddmMeterSums *) device->meter;
}

gboolean
fddm_cuda_meter_gather (FddmDevice *device, const FddmTensor *coefficients, const FddmTensor *output,
                        FddmMeterSums *sums G_GNUC_UNUSED, GError **error)
{
  const size_t   places = fddm_positions (coefficients), length = (places + SLICES - 1) / SLICES;
  const int      n = (int) ((places + length - 1) / length);
  FddmMeterSums *mine;

  if (!fddm_cuda_enter (device, error) || (mine = sums_of (device, error)) == NULL)
    return FALSE;
  slices_kernel<<<dim3 (n), COLUMNS, 0, device->stream>>> ((const float *) coefficients->data, fddm_view (device, output),
                                                           places, length, mine + 1);
  if (!fddm_cuda_launched ("measuring noise", error))
    return FALSE;
  add_kernel<<<dim3 ((SUMS_SIZE + THREADS - 1) / THREADS), THREADS, 0, device->stream>>> ((const double *) (mine + 1), n,
                                                                                          (double *) mine);
  return fddm_cuda_launched ("measuring noise", error);
}

gboolean
fddm_cuda_meter_finish (FddmDevice *device, FddmMeterSums *sums, GError **error)
{
  FddmRing     *ring = &device->down;
  const double *from;
  double       *to = (double *) sums;
  int           slot;

  if (!device->metering)
    return TRUE;
  device->metering = FALSE;
  if (sums == NULL)
    return TRUE;
  if (!fddm_cuda_enter (device, error))
    return FALSE;
  fddm_cuda_synthesise_drop (device);
  if (!fddm_ring_reserve (device, ring, sizeof *sums, error))
    return FALSE;
  slot = fddm_ring_take (ring);
  if (!fddm_ring_fetch_from (device, ring, slot, device->meter, sizeof *sums, error) || !fddm_ring_wait (ring, slot, error))
    return FALSE;
  from = (const double *) ring->host[slot];
  for (size_t i = 0; i < SUMS_SIZE; i++)
    to[i] += from[i];
  return TRUE;
}
