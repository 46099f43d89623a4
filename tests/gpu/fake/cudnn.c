/* cudnn.c: a library with the names of cuDNN's functions.
 * SPDX-License-Identifier: Apache-2.0 */

/* clang-format off */
#define NAME(name) \
  int name (void); \
  int name (void) { return 0; }
NAME (cudnnGetVersion) NAME (cudnnGetErrorString) NAME (cudnnCreate) NAME (cudnnDestroy) NAME (cudnnSetStream)
NAME (cudnnBackendCreateDescriptor) NAME (cudnnBackendDestroyDescriptor) NAME (cudnnBackendFinalize)
NAME (cudnnBackendSetAttribute) NAME (cudnnBackendGetAttribute) NAME (cudnnBackendExecute)

/* Of a CUDA whose cuBLAS only the test has. */
int cudnnGetCudartVersion (void);

int
cudnnGetCudartVersion (void)
{
  return 99000;
}
