/* cudnn-folders.h: where cuDNN may be, besides the loader's own folders.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <glib.h>

G_BEGIN_DECLS

/* Existing files called LIBRARY, the likeliest first: of the folder found when this was built, conda ($CONDA_PREFIX), PyPI's
 * package (nvidia/cudnn/lib in the site-packages of $VIRTUAL_ENV, $CONDA_PREFIX, ~/.local, /usr/local, /usr), and CUDA
 * ($CUDA_HOME, $CUDA_PATH, /usr/local/cuda, /opt/cuda). An array of strings that owns them. */
GPtrArray *fddm_cudnn_files (const char *library);

G_END_DECLS
