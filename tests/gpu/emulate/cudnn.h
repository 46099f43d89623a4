/* cudnn.h: descriptors of the emulated cuDNN, and runs of their graphs.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "kernels/cuda/graph.h"

typedef struct {
  cudnnBackendAttributeName_t name;
  cudnnBackendAttributeType_t type;
  gint64                      n;
  void                       *values;
} EmulatedAttribute;

typedef struct _Descriptor EmulatedDescriptor;
struct _Descriptor {
  cudnnBackendDescriptorType_t type;
  gboolean                     final;
  GArray                      *attributes;
  EmulatedDescriptor          *graph;  /* of configurations, engines, and plans of JSON */
  int                          engine; /* of the same: index into ENGINES               */
  int                          knob;   /* of knob choices                               */
  gboolean                     kept;   /* for ever: JSON refers to it                   */
  gboolean                     loaded; /* a plan that has run                           */
};

/* A graph on its way, with what the variant pack said: the pack may be gone by then. */
typedef struct {
  const EmulatedDescriptor *graph;
  gint64                    workspace_bytes;
  gboolean                  wrong;  /* it miscalculates                                    */
  gboolean                  clears; /* its output, before it reads what is to be added     */
  gint64                    n;
  gint64                   *uids;
  void                    **pointers, *workspace;
  float                     scale; /* given by value: read when the graph is executed, not when it runs */
} EmulatedRun;

/* Value of an attribute and its length; NULL if it was not set. */
const void         *emulate_attribute (const EmulatedDescriptor *d, cudnnBackendAttributeName_t name, gint64 *n);
EmulatedDescriptor *emulate_child (const EmulatedDescriptor *d, cudnnBackendAttributeName_t name);
/* For emulate_submit(): runs and frees an EmulatedRun. */
void emulate_run_graph (void *run);
void emulate_free_run (void *run);
