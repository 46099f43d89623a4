/* test-graph.c: cuDNN itself accepts the graphs that graph.c describes, and plans them as one kernel each. It takes
 * properties of a GPU in place of a GPU, so that this can be known where there is none.
 * SPDX-License-Identifier: Apache-2.0
 *
 * FDDM_TEST_PLANS: fused (there is a compiler) or rounded (there is none); else no plans are made, for they need a
 * driver. */
#include <string.h>
#include <time.h>
#include "kernels/cuda/candidates.h"
#include "kernels/cuda/format.h"

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
  int         capability;
  FddmElement network; /* that the module computes in */
} gpus[] = { { "NVIDIA H200", PROPERTIES ("NVIDIA H200", "900", "132", "232448"), 90, FDDM_ELEMENT_HALF },
             { "NVIDIA A100", PROPERTIES ("NVIDIA A100", "800", "108", "166912"), 80, FDDM_ELEMENT_HALF },
             { "RTX 3060", PROPERTIES ("NVIDIA GeForce RTX 3060", "860", "28", "101376"), 86, FDDM_ELEMENT_HALF },
             { "RTX 4090", PROPERTIES ("NVIDIA GeForce RTX 4090", "890", "128", "101376"), 89, FDDM_ELEMENT_HALF },
             { "NVIDIA B200", PROPERTIES ("NVIDIA B200", "1000", "148", "232448"), 100, FDDM_ELEMENT_HALF },
             { "RTX 5090", PROPERTIES ("NVIDIA GeForce RTX 5090", "1200", "170", "101376"), 120, FDDM_ELEMENT_HALF },
             { "Tesla T4", PROPERTIES ("Tesla T4", "750", "40", "65536"), 75, FDDM_ELEMENT_HALF },
             { "GTX 1650", PROPERTIES ("NVIDIA GeForce GTX 1650", "750", "14", "65536"), 75, FDDM_ELEMENT_FLOAT } };

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
  FddmDevice device = { .cudnn      = pool->cudnn,
                        .name       = (char *) gpus[i].name,
                        .capability = gpus[i].capability,
                        .network    = fddm_cuda_format (gpus[i].name, gpus[i].capability, FALSE) };

  g_assert_cmpint (device.network, ==, gpus[i].network);
  device.plans      = g_ptr_array_new ();
  device.properties = fddm_pool_new (pool, CUDNN_BACKEND_DEVICEPROP_DESCRIPTOR);
  fddm_pool_set (pool, device.properties, CUDNN_ATTR_DEVICEPROP_JSON_REPRESENTATION, CUDNN_TYPE_CHAR,
                 (gint64) strlen (gpus[i].properties), gpus[i].properties);
  fddm_pool_finish (pool, device.properties);
  g_assert_cmpstr (pool->cudnn->get_error_string (pool->status), ==, "CUDNN_STATUS_SUCCESS");
  return device;
}

/* GPUs of Turing's without tensor cores compute in floats, all others in 16 bits. */
static void
test_formats (void)
{
  static const struct {
    const char *name;
    int         capability;
    FddmElement network;
  } cases[] = { { "NVIDIA GeForce GTX 1660 SUPER", 75, FDDM_ELEMENT_FLOAT },
                { "NVIDIA GeForce MX450", 75, FDDM_ELEMENT_FLOAT },
                { "NVIDIA T400 4GB", 75, FDDM_ELEMENT_FLOAT },
                { "NVIDIA T1000 8GB", 75, FDDM_ELEMENT_FLOAT },
                { "Quadro T2000 with Max-Q Design", 75, FDDM_ELEMENT_FLOAT },
                { "Tesla T4", 75, FDDM_ELEMENT_HALF },
                { "Tesla T10", 75, FDDM_ELEMENT_HALF },
                { "Quadro RTX 4000", 75, FDDM_ELEMENT_HALF },
                { "NVIDIA GeForce RTX 2060", 75, FDDM_ELEMENT_HALF },
                { "NVIDIA T1000", 90, FDDM_ELEMENT_HALF } };

  g_unsetenv ("FDDM_GPU_FORMAT");
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    if (fddm_cuda_format (cases[i].name, cases[i].capability, FALSE) != cases[i].network)
      g_error ("%s does not compute in %s", cases[i].name, fddm_cuda_format_name (cases[i].network));
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

      if (device.network != FDDM_ELEMENT_FLOAT) /* for which we have our own kernel */
        assert_graph (&device, &key, FDDM_PLAN_FUSED);
    }
  fddm_pool_clear (&pool);
}
#endif

/* ---- Plans ---- */

/* What cuDNN must be able to plan with: its libraries, and for compiled kernels libnvrtc. */
static const FddmCudnn *
plans_or_skip (void)
{
  if (g_getenv ("FDDM_TEST_PLANS") != NULL)
    return cudnn_or_skip ();
  g_test_skip ("no plans are wanted");
  return NULL;
}

static const FddmPlan *
plan_for (FddmDevice *device, const FddmPlanKey *key)
{
  g_autoptr (GError) error = NULL;
  const FddmPlan    *plan  = NULL;

  if (!fddm_plan_get (device, key, NULL, &plan, &error))
    g_error ("%s: %s", device->name, error->message);
  g_test_message ("%s, %d → %d, %d × %d: kind %d, workspace %" G_GSIZE_FORMAT, device->name, key->in_channels,
                  key->out_channels, key->width, key->height, plan->kind, plan->workspace);
  return plan;
}

/* The convolutions of the networks that are installed, of the noise meter and of the self-test, each with the size of its
 * tiles. */
static const FddmPlanKey shipped[] = {
  { .kernel = 3, .in_channels = 24, .out_channels = 64, .height = 2000, .width = 3000, .activation = FDDM_ACTIVATION_RELU },
  { .kernel = 3, .in_channels = 64, .out_channels = 64, .height = 2000, .width = 3000, .activation = FDDM_ACTIVATION_RELU },
  { .kernel = 3, .in_channels = 64, .out_channels = 64, .height = 2000, .width = 3000, .residual = TRUE },
  { .kernel = 3, .in_channels = 64, .out_channels = 12, .height = 2000, .width = 3000 },
  { .kernel = 3, .in_channels = 24, .out_channels = 48, .height = 1023, .width = 777, .activation = FDDM_ACTIVATION_RELU },
  { .kernel = 3, .in_channels = 48, .out_channels = 48, .height = 1023, .width = 777, .residual = TRUE },
  { .kernel = 3, .in_channels = 48, .out_channels = 12, .height = 1023, .width = 777 },
  { .kernel = 3, .in_channels = 51, .out_channels = 64, .height = 64, .width = 64, .activation = FDDM_ACTIVATION_RELU },
  { .kernel = 3, .in_channels = 64, .out_channels = 64, .height = 64, .width = 64, .residual = TRUE },
  { .kernel = 3, .in_channels = 64, .out_channels = 96, .height = 64, .width = 64 },
  { .kernel       = 3,
    .in_channels  = 16,
    .out_channels = 16,
    .height       = 5,
    .width        = 6,
    .activation   = FDDM_ACTIVATION_RELU,
    .residual     = TRUE },
};

/* In milliseconds, of all threads: time that other programs and a cold disk take does not count. */
static gint64
processor_time (void)
{
  return (gint64) clock () * 1000 / CLOCKS_PER_SEC;
}

/* Each of them is one kernel on every GPU, and is planned at once: nothing is compiled. The first of a process is slower,
 * since cuDNN opens its libraries. */
static void
test_networks_are_planned_at_once (void)
{
  const FddmCudnn *cudnn = plans_or_skip ();
  FddmPool         pool;
  gint64           started;

  if (cudnn == NULL)
    return;
  fddm_pool_init (&pool, cudnn);
  for (guint i = 0; i < G_N_ELEMENTS (gpus); i++)
    {
      FddmDevice device = device_like (&pool, i);

      started = processor_time ();
      for (guint j = 0; j < G_N_ELEMENTS (shipped); j++)
        {
          const FddmPlan *plan = plan_for (&device, &shipped[j]);

          g_assert_cmpint (plan->kind, ==, FDDM_PLAN_ROUNDED);
          g_assert_cmpuint (plan->workspace, <=, FDDM_PLAN_WORKSPACE_MAX);
          g_assert_true (plan_for (&device, &shipped[j]) == plan);
        }
      g_test_message ("%s: planned in %d ms of processor time", gpus[i].name, (int) (processor_time () - started));
      g_assert_cmpint (processor_time () - started, <, (i == 0 ? 4 : 2) * 1000);
      fddm_plans_free (&device);
    }
  fddm_pool_clear (&pool);
}

static guint
count_engines (FddmDevice *device, int height)
{
  const FddmPlanKey key        = { .kernel = 3, .in_channels = 64, .out_channels = 64, .height = height, .width = 4096 };
  FddmCandidates   *candidates = fddm_candidates_new (device, &key, FDDM_PLAN_ROUNDED, FALSE);
  const guint       n          = fddm_candidates_count (candidates);

  fddm_candidates_free (candidates);
  return n;
}

/* There is a choice of engines for the largest layers that we ask for, and none for larger ones. */
static void
test_largest_layers (void)
{
  const FddmCudnn *cudnn  = plans_or_skip ();
  const int        height = (int) (FDDM_PLAN_VALUES_MAX / 64 / 4096);
  FddmPool         pool;

  if (cudnn == NULL)
    return;
  fddm_pool_init (&pool, cudnn);
  for (guint i = 0; i < G_N_ELEMENTS (gpus); i++)
    {
      FddmDevice device = device_like (&pool, i);

      g_test_message ("%s: %u engines, then %u", gpus[i].name, count_engines (&device, height),
                      count_engines (&device, height + 1));
      g_assert_cmpuint (count_engines (&device, height), >, 4);
      g_assert_cmpuint (count_engines (&device, height + 1), <, 4);
      fddm_plans_free (&device);
    }
  fddm_pool_clear (&pool);
}

/* With time for it, a kernel is compiled for the whole layer, where there is a compiler; else it is one in store again. The
 * plan is the same when it comes back from JSON, which compiles nothing. */
static void
test_plans_come_back (void)
{
  const gboolean   compiler = g_strcmp0 (g_getenv ("FDDM_TEST_PLANS"), "fused") == 0;
  const FddmCudnn *cudnn    = plans_or_skip ();
  FddmPool         pool;

  if (cudnn == NULL)
    return;
  fddm_pool_init (&pool, cudnn);
  for (guint i = 0; i < (compiler ? 2 : G_N_ELEMENTS (gpus)); i++)
    {
      FddmDevice      device     = device_like (&pool, i);
      FddmCandidates *candidates = fddm_candidates_new (&device, &shipped[1], compiler ? FDDM_PLAN_FUSED : FDDM_PLAN_ROUNDED,
                                                        compiler);
      FddmPlan       *plan = NULL, again = { .plan = NULL };
      gsize           length = 0, length_again = 0;
      g_autofree char *json = NULL, *json_again = NULL;
      gint64           started;

      for (guint j = 0; j < fddm_candidates_count (candidates) && plan == NULL; j++)
        plan = fddm_candidates_plan (candidates, j);
      g_assert_nonnull (plan);
      json = fddm_plan_to_json (&device, plan, &length);
      g_assert_nonnull (json);
      started = processor_time ();
      g_assert_true (fddm_plan_from_json (&device, json, length, &again));
      g_test_message ("%s: %" G_GSIZE_FORMAT " bytes, again in %d ms of processor time", gpus[i].name, length,
                      (int) (processor_time () - started));
      g_assert_cmpint (processor_time () - started, <, 1000);
      g_assert_cmpuint (again.workspace, ==, plan->workspace);
      json_again = fddm_plan_to_json (&device, &again, &length_again);
      g_assert_cmpmem (json, length, json_again, length_again);
      fddm_candidates_give (candidates, plan);
      /* Half of it is none, and neither is a word. */
      g_assert_false (fddm_plan_from_json (&device, json, length / 2, &again));
      g_assert_false (fddm_plan_from_json (&device, "{}", 2, &again));
      {
        FddmPool parts = { .cudnn = cudnn, .descriptors = again.descriptors };

        fddm_pool_clear (&parts);
      }
      g_ptr_array_add (device.plans, plan);
      fddm_plans_free (&device);
    }
  fddm_pool_clear (&pool);
}

/* From Ampere on, and where it can be compiled; odd heads are for our own kernel. */
static void
test_attention_is_fused (void)
{
  const gboolean    compiler = g_strcmp0 (g_getenv ("FDDM_TEST_PLANS"), "fused") == 0;
  const FddmCudnn  *cudnn    = plans_or_skip ();
  const FddmPlanKey even     = { .heads = 4, .in_channels = 384, .out_channels = 128, .height = 31, .width = 33 };
  const FddmPlanKey odd      = { .heads = 4, .in_channels = 60, .out_channels = 20, .height = 31, .width = 33 };
  FddmPool          pool;

  if (cudnn == NULL || cudnn->get_version () < 91300 || CUDNN_VERSION < 91300)
    {
      g_test_skip ("no plans are wanted, or this cuDNN has no attention");
      return;
    }
  fddm_pool_init (&pool, cudnn);
  for (guint i = 0; i < G_N_ELEMENTS (gpus); i += i == 0 ? 3 : 2) /* a second each */
    {
      FddmDevice         device   = device_like (&pool, i);
      const FddmPlanKind expected = compiler && gpus[i].capability >= 80 ? FDDM_PLAN_FUSED : FDDM_PLAN_DIRECT;

      g_assert_cmpint (plan_for (&device, &even)->kind, ==, expected);
      g_assert_cmpint (plan_for (&device, &odd)->kind, ==, FDDM_PLAN_DIRECT);
      fddm_plans_free (&device);
    }
  fddm_pool_clear (&pool);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/gpu/graph/formats", test_formats);
  g_test_add_func ("/gpu/graph/accepted", test_cudnn_accepts);
#if CUDNN_VERSION >= 91300
  g_test_add_func ("/gpu/graph/attention-accepted", test_cudnn_accepts_attention);
#endif
  g_test_add_func ("/gpu/graph/networks-are-planned-at-once", test_networks_are_planned_at_once);
  g_test_add_func ("/gpu/graph/largest-layers", test_largest_layers);
  g_test_add_func ("/gpu/graph/plans-come-back", test_plans_come_back);
  g_test_add_func ("/gpu/graph/attention-is-fused", test_attention_is_fused);
  return g_test_run ();
}
