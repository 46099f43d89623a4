/* test-waiting.c: how far the host runs ahead of an emulated GPU, and what is left free of its memory.
 * SPDX-License-Identifier: Apache-2.0 */
#include "kernels/cuda/open.h"

enum { N = 16 };

/* With the GPU as CUDA, a list, says. */
static FddmDevice *
open_emulated (const char *cuda)
{
  const FddmDeviceOptions options = { .float32 = TRUE };
  g_autoptr (GError)      error   = NULL;
  FddmDevice             *device;

  g_setenv ("EMULATE_CUDA", cuda, TRUE);
  device = fddm_cuda_open (&options, &error);
  g_assert_no_error (error);
  return device;
}

static FddmTensor *
tensor_new (FddmDevice *device, int megabytes)
{
  g_autoptr (GError) error  = NULL;
  FddmTensor        *tensor = fddm_cuda_tensor_new (device, FDDM_TENSOR_FLOAT, 1024, 256, megabytes, &error);

  g_assert_no_error (error);
  return tensor;
}

/* Each call of pace waits for the work before the previous one, and for no more. The emulation works when it has to. */
static void
test_pace (void)
{
  FddmDevice *device = open_emulated ("");
  FddmTensor *tensor = fddm_cuda_tensor_new (device, FDDM_TENSOR_FLOAT, 1, 1, N, NULL);
  float       values[N];

  g_assert_true (fddm_cuda_pace (device, NULL));
  for (int turn = 1; turn < 6; turn++)
    {
      for (int i = 0; i < N; i++)
        values[i] = (float) turn;
      g_assert_true (fddm_cuda_tensor_upload (device, tensor, values, NULL));
      g_assert_true (fddm_cuda_pace (device, NULL));
      if (turn > 1)
        g_assert_cmpfloat (*(const float *) tensor->data, ==, (float) (turn - 1));
    }
  fddm_cuda_tensor_free (device, tensor);
  fddm_cuda_close (device);
}

/* Freed memory that is kept for later gives way before the reserve does. */
static void
test_parked_respects_reserve (void)
{
  FddmDevice *device = open_emulated ("memory=1024");
  FddmTensor *tensor = tensor_new (device, 600), *other;
  size_t      before = 0, after = 0, total = 0;

  fddm_cuda_tensor_free (device, tensor);
  cudaMemGetInfo (&before, &total);
  other = tensor_new (device, (int) (before >> 20) - 20); /* fits beside the other one, but into the reserve */
  cudaMemGetInfo (&after, &total);
  g_assert_cmpuint (after, >, (gsize) 500 << 20);
  fddm_cuda_tensor_free (device, other);
  fddm_cuda_close (device);
}

/* … and is kept where there is room. */
static void
test_parked_is_kept (void)
{
  FddmDevice *device = open_emulated ("memory=1024");
  FddmTensor *tensor = tensor_new (device, 100), *other;
  void       *data   = tensor->data;

  fddm_cuda_tensor_free (device, tensor);
  other  = tensor_new (device, 200);
  tensor = tensor_new (device, 100);
  g_assert_true (tensor->data == data);
  fddm_cuda_tensor_free (device, tensor);
  fddm_cuda_tensor_free (device, other);
  fddm_cuda_close (device);
}

/* A card that draws the screen keeps twice as much free, and its operations short: 2 multiprocessors at 4 MHz. */
static void
test_screen (void)
{
  FddmDevice *device = open_emulated ("memory=1024");
  const gsize all    = fddm_cuda_available (device);

  g_assert_cmpfloat (fddm_cuda_operation_limit (device), ==, 0.0);
  fddm_cuda_close (device);
  device = open_emulated ("memory=1024,screen");
  g_assert_cmpuint (fddm_cuda_available (device), <, all - all / 20);
  g_assert_cmpuint (fddm_cuda_available (device), >, all - all / 10);
  g_assert_cmpfloat_with_epsilon (fddm_cuda_operation_limit (device), 0.1 * 16 * 2 * 4e6, 1.0);
  fddm_cuda_close (device);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_setenv ("EMULATE_CUDNN", "fused", TRUE);
  g_test_add_func ("/gpu/waiting/pace", test_pace);
  g_test_add_func ("/gpu/waiting/parked-respects-reserve", test_parked_respects_reserve);
  g_test_add_func ("/gpu/waiting/parked-is-kept", test_parked_is_kept);
  g_test_add_func ("/gpu/waiting/screen", test_screen);
  return g_test_run ();
}
