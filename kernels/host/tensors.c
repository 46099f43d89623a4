/* tensors.c: tensors in host memory.
 * SPDX-License-Identifier: Apache-2.0 */
#include <glib/gi18n-lib.h>
#include <string.h>
#include "kernels/fddm-math.h"
#include "kernels/host/host.h"
#include "kernels/vector.h"

static gboolean
is_bf16 (const FddmDevice *device, const FddmTensor *tensor)
{
  return device->bf16 && tensor->type == FDDM_TENSOR_NETWORK;
}

static gboolean
is_blocked (const FddmDevice *device, FddmTensorType type)
{
  return device->blocked && type == FDDM_TENSOR_NETWORK;
}

gsize
fddm_host_tensor_bytes (FddmDevice *device, FddmTensorType type, int height, int width, int channels)
{
  gsize element = device->bf16 && type == FDDM_TENSOR_NETWORK ? sizeof (guint16) : sizeof (float);
  gsize lanes = is_blocked (device, type) ? ((gsize) channels + FDDM_BLOCK - 1) / FDDM_BLOCK * FDDM_BLOCK : (gsize) channels;
  gsize bytes;

  if (!g_size_checked_mul (&bytes, (gsize) height, (gsize) width) || !g_size_checked_mul (&bytes, bytes, lanes) ||
      !g_size_checked_mul (&bytes, bytes, element))
    return G_MAXSIZE;
  return bytes;
}

FddmTensor *
fddm_host_tensor_new (FddmDevice *device, FddmTensorType type, int height, int width, int channels, GError **error)
{
  gsize       bytes = fddm_host_tensor_bytes (device, type, height, width, channels);
  void       *data  = bytes == G_MAXSIZE ? NULL : fddm_memory_pool_take (&device->pool, bytes);
  FddmTensor *tensor;

  if (data == NULL)
    {
      g_set_error (error, FDDM_KERNEL_ERROR, FDDM_KERNEL_ERROR_MEMORY, _ ("no memory for %d × %d × %d values"), height,
                   width, channels);
      return NULL;
    }
  tensor  = g_new (FddmTensor, 1);
  *tensor = (FddmTensor) {
    .type = type, .height = height, .width = width, .channels = channels, .bytes = bytes, .data = data
  };
  return tensor;
}

void
fddm_host_tensor_free (FddmDevice *device, FddmTensor *tensor)
{
  if (tensor == NULL)
    return;
  fddm_memory_pool_give (&device->pool, tensor->data, tensor->bytes);
  g_free (tensor);
}

/* A walk over the elements of a blocked tensor. */
typedef struct {
  const FddmTensor *tensor;
  gsize             position, channel;
} Walk;

static Walk
walk_from (const FddmTensor *tensor, gsize element)
{
  const gsize channels = tensor->channels;

  return (Walk) { tensor, element / channels, element % channels };
}

/* Address of the walk's element. Sets STRETCH to the number of contiguous elements from there on, N at most, and passes over
 * them. */
FDDM_INLINE float *
walk_on (Walk *walk, gsize n, gsize *stretch)
{
  const gsize channels = walk->tensor->channels, positions = (gsize) walk->tensor->height * walk->tensor->width;
  const gsize c = walk->channel, lane = c % FDDM_BLOCK;
  float      *there = (float *) walk->tensor->data + (c / FDDM_BLOCK * positions + walk->position) * FDDM_BLOCK + lane;

  *stretch      = MIN (n, MIN (FDDM_BLOCK - lane, channels - c));
  walk->channel = c + *stretch;
  if (walk->channel == channels)
    {
      walk->channel = 0;
      walk->position++;
    }
  return there;
}

/* Copies N floats, most often a whole block, for which no function is called. */
FDDM_INLINE void
copy_stretch (float *to, const float *from, gsize n)
{
  if (n == FDDM_BLOCK)
    memcpy (to, from, FDDM_BLOCK * sizeof *to);
  else
    memcpy (to, from, n * sizeof *to);
}

FDDM_INLINE void
load_blocked (const FddmTensor *tensor, gsize first, gsize n, float *values)
{
  Walk walk = walk_from (tensor, first);

  for (gsize done = 0, stretch; done < n; done += stretch)
    {
      const float *there = walk_on (&walk, n - done, &stretch);

      copy_stretch (values + done, there, stretch);
    }
}

/* The last plane's padding is written with its last channel: a network's values share memory. */
FDDM_INLINE void
store_blocked (FddmTensor *tensor, gsize first, gsize n, const float *values)
{
  const gsize padding = (gsize) (-tensor->channels & (FDDM_BLOCK - 1));
  Walk        walk    = walk_from (tensor, first);

  for (gsize done = 0, stretch; done < n; done += stretch)
    {
      float *there = walk_on (&walk, n - done, &stretch);

      copy_stretch (there, values + done, stretch);
      if (walk.channel == 0 && padding > 0)
        memset (there + stretch, 0, padding * sizeof *there);
    }
}

FDDM_VECTORS void
fddm_host_load (const FddmDevice *device, const FddmTensor *tensor, gsize first, gsize n, float *values)
{
  if (is_bf16 (device, tensor))
    for (gsize i = 0; i < n; i++)
      values[i] = fddm_float_from_bf16 (((const guint16 *) tensor->data)[first + i]);
  else if (is_blocked (device, tensor->type))
    load_blocked (tensor, first, n, values);
  else
    memcpy (values, (const float *) tensor->data + first, n * sizeof *values);
}

FDDM_VECTORS void
fddm_host_store (const FddmDevice *device, FddmTensor *tensor, gsize first, gsize n, const float *values)
{
  if (is_bf16 (device, tensor))
    for (gsize i = 0; i < n; i++)
      ((guint16 *) tensor->data)[first + i] = fddm_bf16_from_float (values[i]);
  else if (is_blocked (device, tensor->type))
    store_blocked (tensor, first, n, values);
  else
    memcpy ((float *) tensor->data + first, values, n * sizeof *values);
}

static gsize
n_values (const FddmTensor *tensor)
{
  return (gsize) tensor->height * tensor->width * tensor->channels;
}

gboolean
fddm_host_tensor_upload (FddmDevice *device, FddmTensor *tensor, const float *values, GError **error G_GNUC_UNUSED)
{
  fddm_host_store (device, tensor, 0, n_values (tensor), values);
  return TRUE;
}

gboolean
fddm_host_tensor_download (FddmDevice *device, const FddmTensor *tensor, float *values, GError **error G_GNUC_UNUSED)
{
  fddm_host_load (device, tensor, 0, n_values (tensor), values);
  return TRUE;
}

const char *
fddm_host_describe (FddmDevice *device)
{
  return device->description;
}

gsize
fddm_host_available (FddmDevice *device G_GNUC_UNUSED)
{
  return G_MAXSIZE;
}

float
fddm_host_activate (FddmActivation activation, float x)
{
  switch (activation)
    {
    case FDDM_ACTIVATION_RELU: return x > 0.0f ? x : 0.0f;
    case FDDM_ACTIVATION_SILU: return x / (1.0f + expf (-x));
    default: return x;
    }
}

gboolean
fddm_host_no_memory (GError **error)
{
  g_set_error_literal (error, FDDM_KERNEL_ERROR, FDDM_KERNEL_ERROR_MEMORY,
                       _ ("Not enough memory for the network; close other programs"));
  return FALSE;
}

void
fddm_host_listen (FddmDevice *device, FddmGoesOn goes_on, gpointer data)
{
  device->goes_on = goes_on;
  device->asked   = data;
}

gboolean
fddm_host_goes_on (FddmDevice *device, GError **error)
{
  if (device->goes_on == NULL || device->goes_on (device->asked))
    return TRUE;
  g_set_error_literal (error, FDDM_KERNEL_ERROR, FDDM_KERNEL_ERROR_STOPPED, _ ("Cancelled"));
  return FALSE;
}
