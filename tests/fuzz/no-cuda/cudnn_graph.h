/* cudnn_graph.h: names of cuDNN's types and functions, for sources that call nothing of it.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stddef.h>

typedef int   cudnnStatus_t;
typedef int   cudnnDataType_t;
typedef int   cudnnBackendDescriptorType_t;
typedef int   cudnnBackendAttributeName_t;
typedef int   cudnnBackendAttributeType_t;
typedef void *cudnnHandle_t;
typedef void *cudnnBackendDescriptor_t;

size_t cudnnGetVersion (void);
void   cudnnGetErrorString (void);
void   cudnnCreate (void);
void   cudnnDestroy (void);
void   cudnnSetStream (void);
void   cudnnBackendCreateDescriptor (void);
void   cudnnBackendDestroyDescriptor (void);
void   cudnnBackendFinalize (void);
void   cudnnBackendSetAttribute (void);
void   cudnnBackendGetAttribute (void);
void   cudnnBackendExecute (void);
