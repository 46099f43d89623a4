/* cudnn-load.h: cuDNN 9, opened at run time. Where it is missing, the module still loads and reports the reason.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <glib.h>
#include <cudnn_graph.h>

G_BEGIN_DECLS

/* The functions that the module calls, with the types declared in cuDNN's header. */
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

/* Loads the library at the first call and keeps it. NULL with ERROR set if it is missing or unsuitable. Thread-safe. */
const FddmCudnn *fddm_cudnn_load (GError **error);
/* Whether the loaded library has what it opens when it plans; opens it, which takes a tenth of a second. Otherwise sets ERROR.
 * To be asked before the first plan, since cuDNN would end the process. */
gboolean fddm_cudnn_is_whole (GError **error);
/* Opens the library NAME for good, in cuDNN's own order: in FOLDER, that of libcudnn.so.9, where PyPI puts it as seen from there,
 * or where the loader finds it. CUDA: main version for which cuDNN was built. FALSE with ERROR set if it is nowhere. */
gboolean fddm_cudnn_open_part (const char *folder, const char *name, int cuda, GError **error);

G_END_DECLS
