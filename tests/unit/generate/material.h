/* material.h: pictures of a material for tests, from memory and from nowhere.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "tests/support.h"
#include "engine/weights/weights.h"

/* SIDE: as if the network had been trained on pictures of that size. */
static inline FddmContext *
material_context (const char *name, FddmDeviceKind device, int side, int threads)
{
  g_autofree char        *path    = test_golden_path (name);
  g_autoptr (GError)      error   = NULL;
  g_autoptr (FddmWeights) weights = fddm_weights_open (path, &error);
  FddmContextOptions      options = { .threads = threads };
  FddmContext            *context;

  g_assert_no_error (error);
  weights->side = side;
  context       = fddm_context_new (weights, device, &options, &error);
  g_assert_no_error (error);
  return context;
}

/* A picture computed where it is read: waves and grain around a colour of its own, seams where it would repeat. */
typedef struct {
  FddmSource source;
  float      colour[3], strength;
  double     pixels_read;
  gboolean   fails;
} Material;

static inline float
material_at (const Material *material, int x, int y, int c)
{
  guint32     state = (guint32) x * 2654435761u ^ (guint32) y * 40503u;
  const float grain = (test_uniform (&state), test_uniform (&state)) - 0.5f;
  const float waves = sinf ((float) x * 0.11f) + sinf ((float) y * 0.13f + (float) x * 0.03f);

  return material->colour[c] + material->strength * (0.4f * grain + 0.3f * waves) * (1.0f - 0.3f * (float) c);
}

static inline gboolean
material_read (gpointer data, int x, int y, int width, int height, float *pixels, GError **error)
{
  Material *material = data;
  const int channels = material->source.channels;

  g_assert_true (x >= 0 && y >= 0 && x + width <= material->source.width && y + height <= material->source.height);
  if (material->fails)
    {
      g_set_error_literal (error, G_FILE_ERROR, G_FILE_ERROR_IO, "torn");
      return FALSE;
    }
  material->pixels_read += (double) width * height;
  for (int j = 0; j < height; j++)
    for (int i = 0; i < width; i++)
      for (int c = 0; c < channels; c++)
        *pixels++ = material_at (material, x + i, y + j, c);
  return TRUE;
}

static inline void
material_init (Material *material, int width, int height, int channels)
{
  *material = (Material) { .source   = { width, height, channels, material_read, material },
                           .colour   = { 0.55f, 0.45f, 0.4f },
                           .strength = 0.2f };
}
