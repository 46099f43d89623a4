/* cudnn-load.h: cuDNN 9, opened at run time: where it is missing, the module still loads and says so.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <glib.h>
#include <cudnn_graph.h>

G_BEGIN_DECLS

/* What the module calls, each member of the very type that cuDNN's header declares. */
typedef struct {
  __typeof__ (cudnnGetVersion)               *get_version;
  __typeof__ (cudnnGetErrorString)           *get_error_string;
  __typeof__ (cudnnCreate)                   *create;
  __typeof__ (cudnnDestroy)                  *destroy;
  __typeof__ (cudnnSetStream)                *set_stream;
  __typeof__ (cudnnBackendCreateDescriptor)  *descriptor_new;
  __typeof__ (cudnnBackendDestroyDescriptor) *descriptor_free;
  __typeof__ (cudnnBackendFinalize)          *finalize;
  __typeof__ (cudnnBackendSetAttribute)      *set;
  __typeof__ (cudnnBackendGetAttribute)      *get;
  __typeof__ (cudnnBackendExecute)           *execute;
} FddmCudnn;

/* The library, loaded at the first call and kept; NULL with the reason in words. Any thread may call. */
const FddmCudnn *fddm_cudnn_load (GError **error);

G_END_DECLS
