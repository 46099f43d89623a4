/* test-graph.c: cuDNN itself accepts the graphs that graph.c describes, and plans them as one kernel each. It takes
 * properties of a GPU in place of a GPU, so that this can be known where there is none.
 * SPDX-License-Identifier: Apache-2.0
 *
 * FDDM_TEST_PLANS: fused or rounded, what plans are expected; else none are made, for they need a driver. */
#include <string.h>
#include "kernels/cuda/plan.h"

/* GPUs in the words in which cuDNN tells of them. */
#define PROPERTIES(name, version, processors, shared)                                                          \
  "{\"maxGridSize\":[2147483647,65535,65535],\"maxBlockSize\":[1024,1024,64],\"regsPerBlock\":65536,"          \
  "\"multiProcessorCount\":" processors ",\"warpSize\":32,\"maxSharedMemoryPerBlock\":49152,"                  \
  "\"maxSharedMemoryPerBlockOptin\":" shared ",\"reservedSharedMemoryPerBlock\":1024,"                         \
  "\"maxRegistersPerSM\":65536,\"maxCtasPerSM\":16,\"maxThreadsPerBlock\":1024,\"maxThreadsPerSM\":1024,"      \
  "\"pciDeviceId\":0,\"isTccDriver\":0,\"supportCoopLaunch\":1,\"smClockRateKHz\":1590000,"                    \
  "\"memClockRateKHz\":5001000,\"l2CacheSize\":4194304,\"deviceName\":\"" name "\",\"deviceVer\":" version "," \
  "\"driverVer\":13000,\"cudaDeviceId\":0,\"totalGlobalMem\":15000000000}"

static const struct {
  const char *name, *properties;
  FddmElement network; /* what the module would compute in */
} gpus[] = { { "H200", PROPERTIES ("NVIDIA H200", "900", "132", "232448"), FDDM_ELEMENT_BF16 },
             { "A100", PROPERTIES ("NVIDIA A100", "800", "108", "166912"), FDDM_ELEMENT_BF16 },
             { "RTX 4090", PROPERTIES ("NVIDIA GeForce RTX 4090", "890", "128", "101376"), FDDM_ELEMENT_BF16 },
             { "RTX 5090", PROPERTIES ("NVIDIA GeForce RTX 5090", "1200", "170", "101376"), FDDM_ELEMENT_BF16 },
             { "T4", PROPERTIES ("Tesla T4", "750", "40", "65536"), FDDM_ELEMENT_HALF } };

/* Only what error.c would bring with all of CUDA: a plan that is made runs nothing. */
G_DEFINE_QUARK (fddm-kernel-error-quark, fddm_kernel_error)

gboolean
fddm_cudnn_ok (const FddmCudnn *cudnn G_GNUC_UNUSED, cudnnStatus_t status, const char *doing G_GNUC_UNUSED,
               GError **error G_GNUC_UNUSED)
{
  return status == CUDNN_STATUS_SUCCESS;
}

/* Device properties came with cuDNN 9.8. */
static const FddmCudnn *
cudnn_or_skip (void)
{
  g_autoptr (GError) error = NULL;
  const FddmCudnn   *cudnn = fddm_cudnn_load (&error);

  if (cudnn == NULL)
    g_test_skip (error->message);
  else if (cudnn->get_version () < 90800)
    g_test_skip ("cuDNN older than 9.8");
  else
    return cudnn;
  return NULL;
}

/* GPU I of the list; its properties belong to POOL. */
static FddmDevice
device_like (FddmPool *pool, guint i)
{
  FddmDevice device = { .cudnn = pool->cudnn, .network = gpus[i].network };

  device.properties = fddm_pool_new (pool, CUDNN_BACKEND_DEVICEPROP_DESCRIPTOR);
  fddm_pool_set (pool, device.properties, CUDNN_ATTR_DEVICEPROP_JSON_REPRESENTATION, CUDNN_TYPE_CHAR,
                 (gint64) strlen (gpus[i].properties), gpus[i].properties);
  fddm_pool_finish (pool, device.properties);
  g_assert_cmpstr (pool->cudnn->get_error_string (pool->status), ==, "CUDNN_STATUS_SUCCESS");
  return device;
}

static void
assert_graph (const FddmDevice *device, const FddmPlanKey *key, FddmPlanKind kind)
{
  FddmPool                 pool;
  cudnnBackendDescriptor_t graph;

  fddm_pool_init (&pool, device->cudnn);
  graph = key->heads > 0 ? fddm_graph_new_attention (&pool, device, key) : fddm_graph_new_conv (&pool, device, key, kind);
  g_assert_cmpstr (device->cudnn->get_error_string (pool.status), ==, "CUDNN_STATUS_SUCCESS");
  g_assert_nonnull (graph);
  fddm_pool_clear (&pool);
}

static void
test_cudnn_accepts (void)
{
  const FddmCudnn *cudnn = cudnn_or_skip ();
  FddmPool         pool;

  if (cudnn == NULL)
    return;
  fddm_pool_init (&pool, cudnn);
  for (guint i = 0; i < G_N_ELEMENTS (gpus); i++)
    {
      FddmDevice device = device_like (&pool, i);

      for (FddmElement network = FDDM_ELEMENT_FLOAT; network <= FDDM_ELEMENT_BF16; network++)
        for (int variant = 0; variant < 12; variant++)
          {
            FddmPlanKey key = { .kernel       = variant % 2 ? 1 : 3,
                                .in_channels  = 96,
                                .out_channels = 48,
                                .height       = 17,
                                .width        = 23,
                                .activation   = (FddmActivation) (variant / 4),
                                .residual     = variant / 2 % 2 };

            device.network = network;
            assert_graph (&device, &key, FDDM_PLAN_FUSED);
            assert_graph (&device, &key, FDDM_PLAN_ROUNDED);
            assert_graph (&device, &key, FDDM_PLAN_PLAIN);
          }
    }
  fddm_pool_clear (&pool);
}

#if CUDNN_VERSION >= 91300
static void
test_cudnn_accepts_attention (void)
{
  const FddmCudnn  *cudnn = cudnn_or_skip ();
  const FddmPlanKey key   = { .heads = 4, .in_channels = 384, .out_channels = 128, .height = 31, .width = 33 };
  FddmPool          pool;

  if (cudnn == NULL || cudnn->get_version () < 91300)
    return;
  fddm_pool_init (&pool, cudnn);
  for (guint i = 0; i < G_N_ELEMENTS (gpus); i++)
    {
      FddmDevice device = device_like (&pool, i);

      assert_graph (&device, &key, FDDM_PLAN_FUSED);
    }
  fddm_pool_clear (&pool);
}
#endif

static FddmPlanKind
expected_kind (const char *plans)
{
  return g_str_equal (plans, "rounded") ? FDDM_PLAN_ROUNDED : FDDM_PLAN_FUSED;
}

/* The layers of the networks that come with the program are one kernel each: all of them on the first GPU, on the others
 * the one that counts. Each takes cuDNN a second. */
static void
test_networks_are_fused (void)
{
  static const int channels[][2] = { { 24, 64 }, { 64, 64 }, { 48, 12 } };
  const char      *plans         = g_getenv ("FDDM_TEST_PLANS");
  const FddmCudnn *cudnn         = plans != NULL ? cudnn_or_skip () : NULL;
  FddmPool         pool;

  if (cudnn == NULL)
    {
      g_test_skip ("no plans are wanted");
      return;
    }
  fddm_pool_init (&pool, cudnn);
  for (guint i = 0; i < G_N_ELEMENTS (gpus); i++)
    {
      FddmDevice device = device_like (&pool, i);

      device.plans = g_ptr_array_new ();
      for (guint j = i == 0 ? 0 : 1; j < (i == 0 ? G_N_ELEMENTS (channels) : 2); j++)
        {
          const gboolean    residual = j % 2;
          const FddmPlanKey key      = { .kernel       = 3,
                                         .in_channels  = channels[j][0],
                                         .out_channels = channels[j][1],
                                         .height       = 2000,
                                         .width        = 3000,
                                         .activation   = residual ? FDDM_ACTIVATION_NONE : FDDM_ACTIVATION_RELU,
                                         .residual     = residual };
          const FddmPlan   *plan     = fddm_plan_get (&device, &key);

          g_test_message ("%s, %d -> %d: kind %d, workspace %" G_GSIZE_FORMAT, gpus[i].name, channels[j][0], channels[j][1],
                          plan->kind, plan->workspace);
          g_assert_cmpint (plan->kind, ==, expected_kind (plans));
          g_assert_true (fddm_plan_get (&device, &key) == plan);
        }
      for (guint j = 0; j < device.plans->len; j++)
        fddm_plan_free (&device, g_ptr_array_index (device.plans, j));
      g_ptr_array_unref (device.plans);
    }
  fddm_pool_clear (&pool);
}

/* From Ampere on, and where it can be compiled; odd heads are for our own kernel. */
static void
test_attention_is_fused (void)
{
  const char       *plans = g_getenv ("FDDM_TEST_PLANS");
  const FddmCudnn  *cudnn = plans != NULL ? cudnn_or_skip () : NULL;
  const FddmPlanKey even  = { .heads = 4, .in_channels = 384, .out_channels = 128, .height = 31, .width = 33 };
  const FddmPlanKey odd   = { .heads = 4, .in_channels = 60, .out_channels = 20, .height = 31, .width = 33 };
  FddmPool          pool;

  if (cudnn == NULL || cudnn->get_version () < 91300 || CUDNN_VERSION < 91300)
    {
      g_test_skip ("no plans are wanted, or this cuDNN has no attention");
      return;
    }
  fddm_pool_init (&pool, cudnn);
  for (guint i = 0; i < G_N_ELEMENTS (gpus); i++)
    {
      FddmDevice         device = device_like (&pool, i);
      const FddmPlan    *plan;
      const gboolean     compiled = expected_kind (plans) == FDDM_PLAN_FUSED;
      const FddmPlanKind expected = compiled && gpus[i].network == FDDM_ELEMENT_BF16 ? FDDM_PLAN_FUSED : FDDM_PLAN_DIRECT;

      device.plans = g_ptr_array_new ();
      plan         = fddm_plan_get (&device, &even);
      g_test_message ("%s, attention: kind %d, workspace %" G_GSIZE_FORMAT, gpus[i].name, plan->kind, plan->workspace);
      g_assert_cmpint (plan->kind, ==, expected);
      g_assert_cmpint (fddm_plan_get (&device, &odd)->kind, ==, FDDM_PLAN_DIRECT);
      for (guint j = 0; j < device.plans->len; j++)
        fddm_plan_free (&device, g_ptr_array_index (device.plans, j));
      g_ptr_array_unref (device.plans);
    }
  fddm_pool_clear (&pool);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/gpu/graph/accepted", test_cudnn_accepts);
#if CUDNN_VERSION >= 91300
  g_test_add_func ("/gpu/graph/attention-accepted", test_cudnn_accepts_attention);
#endif
  g_test_add_func ("/gpu/graph/networks-are-fused", test_networks_are_fused);
  g_test_add_func ("/gpu/graph/attention-is-fused", test_attention_is_fused);
  return g_test_run ();
}
