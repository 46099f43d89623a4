/* test-host-operations.c: the operations around the network. The reference is compared with the formulas, and the CPU with
 * the reference, for random and extreme values, odd sizes and constant tensors.
 * SPDX-License-Identifier: Apache-2.0 */
#include "tests/support.h"

enum { N = 12, PATCH = 2 }; /* coefficients: 3 · 2² */

static const struct {
  int height, width;
} sizes[] = { { 1, 1 }, { 1, 9 }, { 7, 5 }, { 31, 17 } };
static const struct {
  float lo, hi;
} fills[] = { { -2, 2 }, { 0, 0 }, { 1, 1 }, { -1e4f, 1e4f } };

/* Arguments of all operations, on one device. */
typedef struct {
  const FddmBackend *backend;
  FddmDevice        *device;
  FddmTensor        *x, *x0, *noise, *before, *level, *mean, *variance, *out, *input, *output;
} Place;

static Place
place_new (const FddmBackend *backend, FddmDevice *device, int height, int width, float lo, float hi)
{
  Place             place = { .backend = backend, .device = device };
  gsize             n     = (gsize) height * width * N;
  g_autofree float *x = test_floats (n, lo, hi, 1), *x0 = test_floats (n, lo, hi, 2), *noise = test_floats (n, 0, 0.5f, 3);
  g_autofree float *before = test_floats (n, 0, 1.0f, 8);
  g_autofree float *level = test_floats (N, 0, 0.5f, 4), *mean = test_floats (N, -0.3f, 0.3f, 5);
  g_autofree float *variance = test_floats (N, 1e-4f, 0.5f, 6), *output = test_floats (n, -1, 1, 7);
  FddmTensorType    type = FDDM_TENSOR_FLOAT;

  noise[0] = level[0] = 0.0f;
  place.x             = test_tensor (backend, place.device, type, height, width, N, x);
  place.x0            = test_tensor (backend, place.device, type, height, width, N, x0);
  place.noise         = test_tensor (backend, place.device, type, height, width, N, noise);
  place.before        = test_tensor (backend, place.device, type, height, width, N, before);
  place.level         = test_tensor (backend, place.device, type, 1, 1, N, level);
  place.mean          = test_tensor (backend, place.device, type, 1, 1, N, mean);
  place.variance      = test_tensor (backend, place.device, type, 1, 1, N, variance);
  place.out           = test_tensor (backend, place.device, type, height, width, N, x);
  place.input         = test_tensor (backend, place.device, FDDM_TENSOR_NETWORK, height, width, 2 * N, NULL);
  place.output        = test_tensor (backend, place.device, FDDM_TENSOR_NETWORK, height, width, N, output);
  return place;
}

static Place
ref_place_new (int height, int width, float lo, float hi)
{
  return place_new (&fddm_backend_ref, fddm_backend_ref.open (NULL, NULL), height, width, lo, hi);
}

static void
place_free (Place *place)
{
  FddmTensor *all[] = { place->x,    place->x0,       place->noise, place->before, place->level,
                        place->mean, place->variance, place->out,   place->input,  place->output };

  for (gsize i = 0; i < G_N_ELEMENTS (all); i++)
    place->backend->tensor_free (place->device, all[i]);
  place->backend->close (place->device);
}

static const FddmRandom random_numbers = { .seed = 5, .stream = 6, .row = -3, .column = 1000 };

static FddmNoiseModel
noise_model (void)
{
  FddmNoiseModel model = { .patch = PATCH, .channels = 3 };

  for (int k = 0; k < N; k++)
    model.level[k] = 0.01f * (k + 1);
  for (int c = 0; c < 3; c++)
    for (int i = 0; i < FDDM_NOISE_KNOTS; i++)
      model.curve[c][i] = 0.5f + 0.1f * i * (c + 1);
  return model;
}

/* Result of operation WHICH, with constant noise or not; NULL past the last operation. */
static float *
operate (Place *p, int which, gboolean constant)
{
  const FddmBackend *b            = p->backend;
  const FddmTensor  *noise        = constant ? p->level : p->noise;
  FddmConditioning   conditioning = { .mean = p->mean, .variance = p->variance, .lo = 0.01f, .hi = 0.4f };
  FddmNoiseModel     model        = noise_model ();
  FddmStep           first_order  = { .x0 = p->x0, .from = p->noise, .to = p->level };
  FddmStep           second_order = first_order;
  FddmTensor        *result       = p->out;
  gboolean           ok;

  second_order.previous = p->x;
  second_order.before   = p->before;
  second_order.eta      = 0.7f;
  second_order.random   = &random_numbers;

  switch (which)
    {
    case 0: ok = b->noise_map (p->device, &model, p->x, p->out, NULL); break;
    case 1: ok = b->noise_cap (p->device, p->noise, p->level, p->out, NULL); break;
    case 2:
      result            = p->input;
      conditioning.form = FDDM_INPUT_WHITENED;
      ok                = b->precondition (p->device, p->x, noise, &conditioning, p->input, NULL);
      break;
    case 3: ok = b->estimate (p->device, p->x, noise, &conditioning, p->output, p->out, NULL); break;
    case 4: ok = b->step (p->device, &first_order, p->out, NULL); break;
    case 5: ok = b->step (p->device, &second_order, p->out, NULL); break;
    case 6: ok = b->start (p->device, noise, p->mean, p->variance, &random_numbers, p->out, NULL); break;
    case 7: ok = b->difference (p->device, p->x, p->x0, NULL, 0.0f, p->level, p->out, NULL); break;
    case 8: ok = b->difference (p->device, p->x, p->x0, p->noise, 0.3f, p->level, p->out, NULL); break;
    case 9:
      result = p->output;
      ok     = b->group_norm (p->device, p->output, p->mean, p->variance, 3, FDDM_ACTIVATION_SILU, p->output, NULL);
      break;
    case 10:
      result = p->output;
      ok     = b->embed (p->device, p->output, p->mean, p->output, NULL);
      break;
    case 11:
      result = p->input;
      ok     = b->copy_channels (p->device, p->output, 0, p->input, NULL) &&
           b->copy_channels (p->device, p->output, N, p->input, NULL);
      break;
    case 12:
      result            = p->input;
      conditioning.form = FDDM_INPUT_WIENER;
      ok                = b->precondition (p->device, p->x, noise, &conditioning, p->input, NULL);
      break;
    case 13:
      conditioning.output = FDDM_OUTPUT_CLEAN;
      ok                  = b->estimate (p->device, p->x, noise, &conditioning, p->output, p->out, NULL);
      break;
    default: return NULL;
    }
  g_assert_true (ok);
  return test_download (b, p->device, result);
}

static void
test_cpu_against_ref (gconstpointer data)
{
  const FddmConvolution way    = GPOINTER_TO_INT (data);
  FddmDevice           *device = test_cpu (way, 3);

  if (device == NULL)
    {
      g_test_skip ("not on this processor");
      return;
    }
  fddm_backend_cpu.close (device);
  for (gsize s = 0; s < G_N_ELEMENTS (sizes); s++)
    for (gsize f = 0; f < G_N_ELEMENTS (fills); f++)
      for (int constant = 0; constant < 2; constant++)
        for (int which = 0;; which++)
          {
            Place ref = ref_place_new (sizes[s].height, sizes[s].width, fills[f].lo, fills[f].hi);
            Place cpu = place_new (&fddm_backend_cpu, test_cpu (way, 3), sizes[s].height, sizes[s].width, fills[f].lo,
                                   fills[f].hi);
            g_autofree float *expected = operate (&ref, which, constant), *found = operate (&cpu, which, constant);
            int               n = N * sizes[s].height * sizes[s].width * (which == 2 || which == 11 ? 2 : 1);

            place_free (&ref);
            place_free (&cpu);
            if (expected == NULL)
              break;
            if (!(test_error (found, expected, n) < (test_way_is_exact (way) ? 1e-6 : 1e-2)))
              g_error ("operation %d, size %zu, fill %zu, constant %d: error %g", which, s, f, constant,
                       test_error (found, expected, n));
          }
}

/* A constant noise level gives the same result as a map of that level. */
static void
test_constant_is_everywhere (void)
{
  Place             p     = ref_place_new (7, 5, -2, 2);
  g_autofree float *level = test_download (p.backend, p.device, p.level), *everywhere = g_new (float, 35 * N);

  for (int i = 0; i < 35 * N; i++)
    everywhere[i] = level[i % N];
  g_assert_true (p.backend->tensor_upload (p.device, p.noise, everywhere, NULL));
  for (int which = 2; which <= 3; which++)
    {
      g_autofree float *constant = operate (&p, which, TRUE), *varying = operate (&p, which, FALSE);

      g_assert_cmpfloat (test_error (constant, varying, 35 * N), <, 1e-6);
    }
  place_free (&p);
}

/* The noise model at a knot of brightness and between two knots. */
static void
test_noise_map_by_hand (void)
{
  FddmDevice    *ref      = fddm_backend_ref.open (NULL, NULL);
  FddmNoiseModel model    = noise_model ();
  float          x[2 * N] = { 0 };
  FddmTensor    *in, *out;

  x[0] = PATCH * -1.0f;   /* black: the first knot         */
  x[N] = PATCH * 0.0625f; /* halfway between knots 8 and 9 */
  in   = test_tensor (&fddm_backend_ref, ref, FDDM_TENSOR_FLOAT, 1, 2, N, x);
  out  = test_tensor (&fddm_backend_ref, ref, FDDM_TENSOR_FLOAT, 1, 2, N, NULL);
  g_assert_true (fddm_backend_ref.noise_map (ref, &model, in, out, NULL));
  g_assert_cmpfloat_with_epsilon (((float *) out->data)[0], 0.01f * 0.5f, 1e-7);
  g_assert_cmpfloat_with_epsilon (((float *) out->data)[N + 5], 0.06f * (0.5f + 0.1f * 8.5f * 2), 1e-6);
  fddm_backend_ref.tensor_free (ref, in);
  fddm_backend_ref.tensor_free (ref, out);
  fddm_backend_ref.close (ref);
}

/* Attention of one channel over POSITIONS positions, with the score of its first query and its key AT set to BAD by way of the
 * key; on the device of BACKEND. Whether the first mean is a number. */
static gboolean
first_mean_is_a_number (const FddmBackend *backend, int positions, int at, float bad)
{
  FddmDevice       *device = backend->open (NULL, NULL);
  g_autofree float *in = test_floats (3 * positions, 0.5f, 1, 4), *out = g_new0 (float, positions);
  FddmTensor       *from, *to;

  in[3 * at + 1] = bad;
  from           = test_tensor (backend, device, FDDM_TENSOR_NETWORK, 1, positions, 3, in);
  to             = test_tensor (backend, device, FDDM_TENSOR_NETWORK, 1, positions, 1, NULL);
  g_assert_true (backend->attention (device, from, 1, to, NULL));
  g_assert_true (backend->tensor_download (device, to, out, NULL));
  backend->tensor_free (device, from);
  backend->tensor_free (device, to);
  backend->close (device);
  return isfinite (out[0]);
}

/* As in PyTorch, whose softmax is not a number for scores of which the largest is infinite, or one is no number. */
static void
test_attention_hides_no_overflow (void)
{
  static const FddmBackend *const backends[]  = { &fddm_backend_ref, &fddm_backend_cpu };
  static const int                positions[] = { 1, 5, 40 };

  for (gsize b = 0; b < G_N_ELEMENTS (backends); b++)
    for (gsize i = 0; i < G_N_ELEMENTS (positions); i++)
      for (int at = 0; at < positions[i]; at++)
        {
          g_assert_true (first_mean_is_a_number (backends[b], positions[i], at, -60.0f));
          g_assert_true (first_mean_is_a_number (backends[b], positions[i], at, 60.0f));
          g_assert_false (first_mean_is_a_number (backends[b], positions[i], at, INFINITY));
          g_assert_false (first_mean_is_a_number (backends[b], positions[i], at, NAN));
        }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  test_add_ways ("/operations", test_cpu_against_ref);
  g_test_add_func ("/operations/constant-is-everywhere", test_constant_is_everywhere);
  g_test_add_func ("/operations/noise-map-by-hand", test_noise_map_by_hand);
  g_test_add_func ("/operations/attention-hides-no-overflow", test_attention_hides_no_overflow);
  return g_test_run ();
}
