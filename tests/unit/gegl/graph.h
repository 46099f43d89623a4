/* graph.h: fddm:denoise in a graph of GEGL's, and what the library makes of the same pixels.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "engine/gegl-pixels.h"
#include "plugin/parameters.h"
#include "tests/unit/denoising.h"

enum { WIDTH = 190, HEIGHT = 130, PIXELS = WIDTH * HEIGHT };

static const GeglRectangle all = { 5, -3, WIDTH, HEIGHT };
static int                 messages; /* told in GEGL's name since graph_new */
static char               *message;  /* the last one                        */

static inline void
note_message (G_GNUC_UNUSED const char *domain, G_GNUC_UNUSED GLogLevelFlags level, const char *text,
              G_GNUC_UNUSED gpointer data)
{
  messages++;
  g_free (message);
  message = g_strdup (text);
}

/* Before g_test_run. Hides a GPU of this computer. */
static inline void
graph_init (int *argc, char ***argv)
{
  g_test_init (argc, argv, NULL);
  g_setenv ("FDDM_CPU_CONVOLUTION", "direct", TRUE); /* in 8 bits the last bit of an input may become one of a step */
  g_setenv ("FDDM_MODULE_DIR", "/nowhere", TRUE);
  gegl_init (NULL, NULL);
  g_log_set_handler ("GEGL", G_LOG_LEVEL_MESSAGE, note_message, NULL);
}

typedef struct {
  GeglNode *graph, *source, *denoise;
} Graph;

static inline Graph
graph_new (GeglBuffer *input)
{
  Graph g = { .graph = gegl_node_new () };

  g.source  = gegl_node_new_child (g.graph, "operation", "gegl:buffer-source", "buffer", input, NULL);
  g.denoise = gegl_node_new_child (g.graph, "operation", "fddm:denoise", "device", FDDM_DEVICE_CHOICE_CPU, NULL);
  gegl_node_link (g.source, g.denoise);
  messages = 0;
  return g;
}

static inline float *
result_of (const Graph *g, const Babl *format)
{
  float *pixels = g_new0 (float, (gsize) PIXELS * babl_format_get_n_components (format));

  gegl_node_blit (g->denoise, 1, &all, format, pixels, GEGL_AUTO_ROWSTRIDE, GEGL_BLIT_DEFAULT);
  return pixels;
}

static inline GeglBuffer *
buffer_of (const char *format, const float *pixels, const char *pixels_format)
{
  GeglBuffer *buffer = gegl_buffer_new (&all, babl_format (format));

  gegl_buffer_set (buffer, &all, 0, babl_format (pixels_format), pixels, GEGL_AUTO_ROWSTRIDE);
  return buffer;
}

/* The test picture of CHANNELS with an alpha behind them that hides no pixel. Free with g_free. */
static inline float *
picture_with_alpha (int channels)
{
  g_autofree float *opaque = test_picture (WIDTH, HEIGHT, channels);
  g_autofree float *alpha  = test_floats (PIXELS, 0.05f, 1, 77);
  float            *pixels = g_new (float, (gsize) PIXELS * (channels + 1));

  for (int i = 0; i < PIXELS; i++)
    {
      memcpy (pixels + i * (channels + 1), opaque + i * channels, channels * sizeof (float));
      pixels[i * (channels + 1) + channels] = alpha[i];
    }
  return pixels;
}

/* What the library makes of the first CHANNELS of SAMPLES samples of each pixel. Free with g_free. */
static inline float *
library (const float *pixels, int channels, int samples, const FddmDenoiseParams *params)
{
  g_autofree char        *path    = g_build_filename (g_getenv ("FDDM_WEIGHTS_DIR"), "denoise-fast.safetensors", NULL);
  g_autoptr (GError)      error   = NULL;
  g_autoptr (FddmWeights) weights = fddm_weights_open (path, &error);
  g_autoptr (FddmContext) context = fddm_context_new (weights, FDDM_DEVICE_CPU, NULL, &error);
  float                  *out     = g_memdup2 (pixels, (gsize) PIXELS * samples * sizeof (float));
  FddmImage               from    = { (float *) pixels, WIDTH, HEIGHT, channels, (gsize) WIDTH * samples, samples };
  FddmImage               to      = { out, WIDTH, HEIGHT, channels, (gsize) WIDTH * samples, samples };
  FddmSource              source  = fddm_image_source (&from);
  FddmSink                sink    = fddm_image_sink (&to);
  FddmReport              report;

  g_assert_true (fddm_denoise (context, params, &source, &sink, NULL, NULL, &report, &error));
  g_assert_no_error (error);
  g_assert_cmpint (report.tiles, >, 0);
  return out;
}
