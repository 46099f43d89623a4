/* onednn2.c: oneDNN 2.x.
 * SPDX-License-Identifier: Apache-2.0 */
#include "kernels/cpu/onednn.h"

static dnnl_status_t
make_attributes (const FddmOneDnnConv *conv, dnnl_primitive_attr_t *attributes)
{
  dnnl_post_ops_t ops = NULL;
  dnnl_status_t   status;

  if ((status = dnnl_primitive_attr_create (attributes)) != dnnl_success)
    return status;
  status = dnnl_primitive_attr_set_scratchpad_mode (*attributes, dnnl_scratchpad_mode_user);
  if (status == dnnl_success)
    status = dnnl_post_ops_create (&ops);
  if (status == dnnl_success && conv->residual)
    status = dnnl_post_ops_append_sum (ops, 1.0f);
  if (status == dnnl_success && conv->activation == FDDM_ACTIVATION_RELU)
    status = dnnl_post_ops_append_eltwise (ops, 1.0f, dnnl_eltwise_relu, 0.0f, 0.0f);
  if (status == dnnl_success && conv->activation == FDDM_ACTIVATION_SILU)
    status = dnnl_post_ops_append_eltwise (ops, 1.0f, dnnl_eltwise_swish, 1.0f, 0.0f);
  if (status == dnnl_success)
    status = dnnl_primitive_attr_set_post_ops (*attributes, ops);
  dnnl_post_ops_destroy (ops);
  if (status == dnnl_success && conv->scales != NULL)
    status = dnnl_primitive_attr_set_output_scales (*attributes, conv->out_channels, 1 << 1, conv->scales);
  return status;
}

int
fddm_onednn_scales_argument (void)
{
  return 0;
}

dnnl_status_t
fddm_onednn_describe_conv (dnnl_engine_t engine, const FddmOneDnnConv *conv, dnnl_primitive_desc_t *desc)
{
  const int               reach = conv->kernel / 2, above = conv->open ? 0 : reach;
  const dnnl_dims_t       source_dims = { 1, conv->in_channels, conv->height + 2 * (reach - above), conv->width };
  const dnnl_dims_t       weight_dims = { conv->out_channels, conv->in_channels, conv->kernel, conv->kernel };
  const dnnl_dims_t       bias_dims   = { conv->out_channels };
  const dnnl_dims_t       target_dims = { 1, conv->out_channels, conv->height, conv->width };
  const dnnl_dims_t       strides     = { 1, 1 };
  const dnnl_dims_t       padding     = { above, reach };
  const dnnl_format_tag_t layout      = conv->blocked ? dnnl_nChw16c : dnnl_nhwc;
  dnnl_memory_desc_t      source, weights, bias, target;
  dnnl_convolution_desc_t operation;
  dnnl_primitive_attr_t   attributes = NULL;
  dnnl_status_t           status;

  if ((status = dnnl_memory_desc_init_by_tag (&source, 4, source_dims, conv->source, layout)) != dnnl_success ||
      (status = dnnl_memory_desc_init_by_tag (&weights, 4, weight_dims, conv->weights, dnnl_format_tag_any)) !=
        dnnl_success ||
      (status = dnnl_memory_desc_init_by_tag (&bias, 1, bias_dims, dnnl_f32, dnnl_x)) != dnnl_success ||
      (status = dnnl_memory_desc_init_by_tag (&target, 4, target_dims, conv->target, layout)) != dnnl_success ||
      (status = dnnl_convolution_forward_desc_init (
         &operation, dnnl_forward_inference, conv->winograd ? dnnl_convolution_winograd : dnnl_convolution_direct, &source,
         &weights, &bias, &target, strides, padding, padding)) != dnnl_success)
    return status;
  status = make_attributes (conv, &attributes);
  if (status == dnnl_success)
    status = dnnl_primitive_desc_create (desc, &operation, attributes, engine, NULL);
  dnnl_primitive_attr_destroy (attributes);
  return status;
}

dnnl_status_t
fddm_onednn_plain_weights (dnnl_engine_t engine, const FddmConvSpec *conv, dnnl_data_type_t type, const void *handle,
                           dnnl_memory_t *memory)
{
  const dnnl_dims_t  dims = { conv->out_channels, conv->in_channels, conv->kernel, conv->kernel };
  dnnl_memory_desc_t desc;
  dnnl_status_t      status = dnnl_memory_desc_init_by_tag (&desc, 4, dims, type, dnnl_oihw);

  return status != dnnl_success ? status : dnnl_memory_create (memory, &desc, engine, (void *) handle);
}

dnnl_status_t
fddm_onednn_reorder (dnnl_engine_t engine, dnnl_memory_t from, dnnl_memory_t to, dnnl_primitive_t *primitive)
{
  const dnnl_memory_desc_t *from_desc, *to_desc;
  dnnl_primitive_desc_t     desc;
  dnnl_status_t             status;

  if ((status = dnnl_memory_get_memory_desc (from, &from_desc)) != dnnl_success ||
      (status = dnnl_memory_get_memory_desc (to, &to_desc)) != dnnl_success ||
      (status = dnnl_reorder_primitive_desc_create (&desc, from_desc, engine, to_desc, engine, NULL)) != dnnl_success)
    return status;
  status = dnnl_primitive_create (primitive, desc);
  dnnl_primitive_desc_destroy (desc);
  return status;
}

gboolean
fddm_onednn_weights_fit (dnnl_memory_t memory, const_dnnl_primitive_desc_t desc)
{
  const dnnl_memory_desc_t *have;

  return dnnl_memory_get_memory_desc (memory, &have) == dnnl_success &&
         dnnl_memory_desc_equal (have, dnnl_primitive_desc_query_md (desc, dnnl_query_weights_md, 0));
}
