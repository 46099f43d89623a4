/* faults.c: lets the nth call of CUDA or cuDNN fail. The linker's --wrap puts each function here in front of the emulation's.
 * SPDX-License-Identifier: Apache-2.0 */
#include "tests/gpu/emulate/cudnn.h"
#include "tests/gpu/emulate/streams.h"

#define FAILING(name, parameters, arguments)                         \
  cudaError_t __real_##name parameters;                              \
  cudaError_t __wrap_##name parameters;                              \
  cudaError_t __wrap_##name parameters                               \
  {                                                                  \
    const cudaError_t status = emulate_call ();                      \
                                                                     \
    return status != cudaSuccess ? status : __real_##name arguments; \
  }
/* What frees something may tell of an error of others, but has done its work, and is no last error itself. */
#define FREEING(name, parameters, arguments)                                 \
  cudaError_t __real_##name parameters;                                      \
  cudaError_t __wrap_##name parameters;                                      \
  cudaError_t __wrap_##name parameters                                       \
  {                                                                          \
    const cudaError_t done                        = __real_##name arguments; \
    const cudaError_t                      status = emulate_call ();         \
                                                                             \
    return status != cudaSuccess ? status : done;                            \
  }

FAILING (cudaMalloc, (void **memory, size_t bytes), (memory, bytes))
FREEING (cudaFree, (void *memory), (memory))
FAILING (cudaHostAlloc, (void **memory, size_t bytes, unsigned int flags), (memory, bytes, flags))
FREEING (cudaFreeHost, (void *memory), (memory))
FAILING (cudaMemGetInfo, (size_t *available, size_t *total), (available, total))
FAILING (cudaMemcpyAsync, (void *to, const void *from, size_t bytes, enum cudaMemcpyKind kind, cudaStream_t stream),
         (to, from, bytes, kind, stream))
FAILING (cudaMemsetAsync, (void *to, int value, size_t bytes, cudaStream_t stream), (to, value, bytes, stream))
FAILING (cudaDriverGetVersion, (int *version), (version))
FAILING (cudaGetDeviceCount, (int *count), (count))
FAILING (cudaSetDevice, (int device), (device))
FAILING (cudaDeviceGetAttribute, (int *value, enum cudaDeviceAttr attribute, int device), (value, attribute, device))
FAILING (cudaGetDeviceProperties, (struct cudaDeviceProp * properties, int device), (properties, device))
FAILING (cudaStreamCreateWithFlags, (cudaStream_t * stream, unsigned int flags), (stream, flags))
FREEING (cudaStreamDestroy, (cudaStream_t stream), (stream))
FAILING (cudaEventCreateWithFlags, (cudaEvent_t * event, unsigned int flags), (event, flags))
FREEING (cudaEventDestroy, (cudaEvent_t event), (event))
FAILING (cudaEventRecord, (cudaEvent_t event, cudaStream_t stream), (event, stream))
FAILING (cudaEventElapsedTime, (float *milliseconds, cudaEvent_t start, cudaEvent_t end), (milliseconds, start, end))
FAILING (cudaEventSynchronize, (cudaEvent_t event), (event))
FAILING (cudaStreamWaitEvent, (cudaStream_t stream, cudaEvent_t event, unsigned int flags), (stream, event, flags))
FAILING (cudaStreamBeginCapture, (cudaStream_t stream, enum cudaStreamCaptureMode mode), (stream, mode))
FAILING (cudaGraphInstantiate, (cudaGraphExec_t * exec, cudaGraph_t graph, unsigned long long flags), (exec, graph, flags))
FREEING (cudaGraphDestroy, (cudaGraph_t graph), (graph))
FREEING (cudaGraphExecDestroy, (cudaGraphExec_t exec), (exec))
FAILING (cudaGraphLaunch, (cudaGraphExec_t exec, cudaStream_t stream), (exec, stream))

cudaError_t __real_cudaStreamEndCapture (cudaStream_t stream, cudaGraph_t *graph);
cudaError_t __wrap_cudaStreamEndCapture (cudaStream_t stream, cudaGraph_t *graph);

/* The capture ends either way. */
cudaError_t
__wrap_cudaStreamEndCapture (cudaStream_t stream, cudaGraph_t *graph)
{
  const cudaError_t done = __real_cudaStreamEndCapture (stream, graph), status = emulate_call ();

  if (status == cudaSuccess)
    return done;
  if (done == cudaSuccess)
    (void) __real_cudaGraphDestroy (*graph);
  *graph = NULL;
  return emulate_fail (status);
}

/* ---- cuDNN ---- */

static const FddmCudnn *real;

#define CUDNN_FAILING(name, parameters, arguments)                                                \
  static cudnnStatus_t name parameters                                                            \
  {                                                                                               \
    return emulate_call () != cudaSuccess ? CUDNN_STATUS_EXECUTION_FAILED : real->name arguments; \
  }
#define CUDNN_FREEING(name, parameters, arguments)                                \
  static cudnnStatus_t name parameters                                            \
  {                                                                               \
    const cudnnStatus_t done = real->name arguments;                              \
                                                                                  \
    return emulate_call () != cudaSuccess ? CUDNN_STATUS_EXECUTION_FAILED : done; \
  }

CUDNN_FAILING (create, (cudnnHandle_t * handle), (handle))
CUDNN_FREEING (destroy, (cudnnHandle_t handle), (handle))
CUDNN_FAILING (set_stream, (cudnnHandle_t handle, cudaStream_t stream), (handle, stream))
CUDNN_FAILING (descriptor_new, (cudnnBackendDescriptorType_t type, cudnnBackendDescriptor_t *descriptor), (type, descriptor))
CUDNN_FREEING (descriptor_free, (cudnnBackendDescriptor_t descriptor), (descriptor))
CUDNN_FAILING (finalize, (cudnnBackendDescriptor_t descriptor), (descriptor))
CUDNN_FAILING (set,
               (cudnnBackendDescriptor_t descriptor, cudnnBackendAttributeName_t name, cudnnBackendAttributeType_t type,
                int64_t n, const void *values),
               (descriptor, name, type, n, values))
CUDNN_FAILING (get,
               (cudnnBackendDescriptor_t const descriptor, cudnnBackendAttributeName_t name,
                cudnnBackendAttributeType_t type, int64_t n, int64_t *count, void *values),
               (descriptor, name, type, n, count, values))
CUDNN_FAILING (execute, (cudnnHandle_t handle, cudnnBackendDescriptor_t plan, cudnnBackendDescriptor_t pack),
               (handle, plan, pack))

const FddmCudnn *__real_fddm_cudnn_load (GError **error);
const FddmCudnn *__wrap_fddm_cudnn_load (GError **error);

const FddmCudnn *
__wrap_fddm_cudnn_load (GError **error)
{
  static FddmCudnn table;

  real = __real_fddm_cudnn_load (error);
  if (real == NULL)
    return NULL;
  table = (FddmCudnn) { .get_version      = real->get_version,
                        .get_error_string = real->get_error_string,
                        .create           = create,
                        .destroy          = destroy,
                        .set_stream       = set_stream,
                        .descriptor_new   = descriptor_new,
                        .descriptor_free  = descriptor_free,
                        .finalize         = finalize,
                        .set              = set,
                        .get              = get,
                        .execute          = execute };
  return &table;
}
