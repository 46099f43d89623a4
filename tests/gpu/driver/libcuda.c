/* libcuda.c: a driver that says yes to everything and does nothing: with it cuDNN can plan, and compile its kernels, where
 * there is no GPU. It has no device to compute on.
 * SPDX-License-Identifier: Apache-2.0 */

typedef int Result;

#define NO_DEVICE 100

/* clang-format off */
/* What cuDNN looks up. */
#define YES(name)    \
  Result name (void); \
  Result              \
  name (void)         \
  {                   \
    return 0;         \
  }
YES (cuCtxGetCurrent) YES (cuCtxGetDevice) YES (cuCtxGetLimit) YES (cuCtxPopCurrent) YES (cuCtxPushCurrent)
YES (cuDeviceGet) YES (cuDeviceGetAttribute) YES (cuDeviceGetCount) YES (cuDevicePrimaryCtxRelease)
YES (cuDevicePrimaryCtxReset) YES (cuDevicePrimaryCtxRetain) YES (cuFuncGetAttribute) YES (cuFuncSetAttribute)
YES (cuGetErrorName) YES (cuGetErrorString) YES (cuKernelGetAttribute) YES (cuKernelSetAttribute)
YES (cuLaunchCooperativeKernel) YES (cuLaunchKernel) YES (cuLaunchKernelEx) YES (cuLibraryUnload) YES (cuLinkAddData)
YES (cuLinkAddData_v2) YES (cuLinkAddFile_v2) YES (cuLinkComplete) YES (cuLinkCreate) YES (cuLinkCreate_v2)
YES (cuLinkDestroy) YES (cuMemcpyDtoH_v2) YES (cuModuleGetGlobal_v2) YES (cuModuleUnload)
YES (cuOccupancyMaxActiveBlocksPerMultiprocessor) YES (cuOccupancyMaxPotentialClusterSize) YES (cuStreamGetCtx)
YES (cuStreamSynchronize) YES (cuTensorMapEncodeTiled)

/* The same, where the first argument is a place for what was found. */
#define FIND(name)            \
  Result name (void **thing); \
  Result                      \
  name (void **thing)         \
  {                           \
    static char found[64];    \
                              \
    *thing = found;           \
    return 0;                 \
  }
FIND (cuLibraryGetKernel) FIND (cuLibraryLoadData) FIND (cuLibraryLoadFromFile) FIND (cuModuleGetFunction)
FIND (cuModuleLoadData) FIND (cuModuleLoadDataEx) FIND (cuModuleLoadFatBinary)
  /* clang-format on */

  Result cuInit (unsigned int flags);
Result
cuInit (unsigned int flags)
{
  (void) flags;
  return NO_DEVICE;
}

Result cuDriverGetVersion (int *version);
Result
cuDriverGetVersion (int *version)
{
  *version = 13000;
  return 0;
}
