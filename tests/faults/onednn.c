/* onednn.c: the functions of oneDNN that can fail, each in front of oneDNN's own, as faults.c has those of the system.
 * SPDX-License-Identifier: Apache-2.0
 *
 * They are those of oneDNN 2 and of oneDNN 3, without its header: enumerations are int, all else are pointers. Where the two
 * have other parameters under one name, here are those of both. Numbers and floats travel in registers of their own, so that
 * what one version does not pass is not seen by it.
 *
 * Calls from within oneDNN do not count. */
#include "tests/faults/onednn.h"
#include <dlfcn.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

static int
fails (const void *caller)
{
  Dl_info place;

  if (dladdr (caller, &place) != 0 && strstr (place.dli_fname, "libdnnl") != NULL)
    return 0;
  return fault_onednn ();
}

#define FAILING(name, parameters, arguments)                          \
  int name parameters;                                                \
  int name parameters                                                 \
  {                                                                   \
    const int status = fails (__builtin_return_address (0));          \
                                                                      \
    if (status != 0)                                                  \
      return status;                                                  \
    return ((int (*) parameters) dlsym (RTLD_NEXT, #name)) arguments; \
  }

FAILING (dnnl_engine_create, (void *engine, int kind, size_t index), (engine, kind, index))
FAILING (dnnl_stream_create, (void *stream, void *engine, unsigned flags), (stream, engine, flags))
FAILING (dnnl_stream_wait, (void *stream), (stream))

FAILING (dnnl_primitive_attr_create, (void *attributes), (attributes))
FAILING (dnnl_primitive_attr_set_scratchpad_mode, (void *attributes, int mode), (attributes, mode))
FAILING (dnnl_primitive_attr_set_post_ops, (void *attributes, void *ops), (attributes, ops))
FAILING (dnnl_primitive_attr_set_output_scales, (void *attributes, int64_t n, int mask, void *scales),
         (attributes, n, mask, scales))
FAILING (dnnl_primitive_attr_set_scales_mask, (void *attributes, int argument, int mask), (attributes, argument, mask))
FAILING (dnnl_post_ops_create, (void *ops), (ops))
FAILING (dnnl_post_ops_append_sum, (void *ops, float scale, int zero_point, int type), (ops, scale, zero_point, type))
FAILING (dnnl_post_ops_append_eltwise, (void *ops, int kind, float a, float b, float c), (ops, kind, a, b, c))

FAILING (dnnl_memory_desc_init_by_tag, (void *desc, int n, void *dims, int type, int tag), (desc, n, dims, type, tag))
FAILING (dnnl_memory_desc_create_with_tag, (void *desc, int n, void *dims, int type, int tag), (desc, n, dims, type, tag))
FAILING (dnnl_memory_create, (void *memory, void *desc, void *engine, void *handle), (memory, desc, engine, handle))
FAILING (dnnl_memory_get_memory_desc, (void *memory, void *desc), (memory, desc))

FAILING (dnnl_convolution_forward_desc_init,
         (void *desc, int kind, int algorithm, void *source, void *weights, void *bias, void *target, void *strides,
          void *left, void *right),
         (desc, kind, algorithm, source, weights, bias, target, strides, left, right))
FAILING (dnnl_convolution_forward_primitive_desc_create,
         (void *desc, void *engine, int kind, int algorithm, void *source, void *weights, void *bias, void *target,
          void *strides, void *dilation, void *left, void *right, void *attributes),
         (desc, engine, kind, algorithm, source, weights, bias, target, strides, dilation, left, right, attributes))
FAILING (dnnl_primitive_desc_create, (void *desc, void *operation, void *attributes, void *engine, void *hint),
         (desc, operation, attributes, engine, hint))
FAILING (dnnl_reorder_primitive_desc_create,
         (void *desc, void *from, void *from_engine, void *to, void *to_engine, void *attributes),
         (desc, from, from_engine, to, to_engine, attributes))

FAILING (dnnl_primitive_create, (void *primitive, void *desc), (primitive, desc))
FAILING (dnnl_primitive_execute, (void *primitive, void *stream, int n, void *arguments), (primitive, stream, n, arguments))
FAILING (dnnl_sgemm,
         (char transposed_a, char transposed_b, int64_t m, int64_t n, int64_t k, float alpha, void *a, int64_t lda, void *b,
          int64_t ldb, float beta, void *c, int64_t ldc),
         (transposed_a, transposed_b, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc))
