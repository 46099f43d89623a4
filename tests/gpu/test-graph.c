/* test-graph.c: cuDNN itself accepts the graphs that graph.c describes. It takes properties of a GPU in place of a GPU,
 * so that this can be known where there is none.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include "graph.h"

/* An H200 and a T4, in the words in which cuDNN tells of a GPU. */
#define PROPERTIES(name, version, processors, shared)                                                              \
  "{\"maxGridSize\":[2147483647,65535,65535],\"maxBlockSize\":[1024,1024,64],\"regsPerBlock\":65536,"              \
  "\"multiProcessorCount\":" processors ",\"warpSize\":32,\"maxSharedMemoryPerBlock\":49152,"                      \
  "\"maxSharedMemoryPerBlockOptin\":" shared ",\"reservedSharedMemoryPerBlock\":1024,"                             \
  "\"maxRegistersPerSM\":65536,\"maxCtasPerSM\":16,\"maxThreadsPerBlock\":1024,\"maxThreadsPerSM\":1024,"          \
  "\"pciDeviceId\":0,\"isTccDriver\":0,\"supportCoopLaunch\":1,\"smClockRateKHz\":1590000,"                        \
  "\"memClockRateKHz\":5001000,\"l2CacheSize\":4194304,\"deviceName\":\"" name "\",\"deviceVer\":" version ","     \
  "\"driverVer\":13000,\"cudaDeviceId\":0,\"totalGlobalMem\":15000000000}"

static const struct {
  const char *name, *properties;
} gpus[] = {
  { "H200", PROPERTIES ("NVIDIA H200", "900", "132", "232448") },
  { "T4",   PROPERTIES ("Tesla T4", "750", "40", "65536")      },
};

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

static void
assert_graph (const FddmDevice *device, const FddmPlanKey *key, gboolean fused)
{
  FddmPool                 pool;
  cudnnBackendDescriptor_t graph;

  fddm_pool_init (&pool, device->cudnn);
  graph = fddm_graph_new (&pool, device, key, fused);
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
      FddmDevice device = { .cudnn = cudnn };

      device.properties = fddm_pool_new (&pool, CUDNN_BACKEND_DEVICEPROP_DESCRIPTOR);
      fddm_pool_set (&pool, device.properties, CUDNN_ATTR_DEVICEPROP_JSON_REPRESENTATION, CUDNN_TYPE_CHAR,
                     (gint64) strlen (gpus[i].properties), gpus[i].properties);
      fddm_pool_finish (&pool, device.properties);
      g_assert_cmpstr (cudnn->get_error_string (pool.status), ==, "CUDNN_STATUS_SUCCESS");
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
            assert_graph (&device, &key, TRUE);
            assert_graph (&device, &key, FALSE);
          }
    }
  fddm_pool_clear (&pool);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/gpu/graph/accepted", test_cudnn_accepts);
  return g_test_run ();
}
