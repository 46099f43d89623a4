/* table.c: a module with an empty table; ABI is set by the build.
 * SPDX-License-Identifier: Apache-2.0 */
#include "kernels/backend.h"

#ifndef ABI
#define ABI FDDM_BACKEND_ABI
#endif

const FddmBackend *fddm_backend_module (void);

const FddmBackend *
fddm_backend_module (void)
{
  static const FddmBackend table = { .abi = ABI, .name = "empty" };

  return &table;
}
