/* chain.h: how a chain of convolutions is divided into bands (chain.c).
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "kernels/cpu/onednn.h"

/* Longest chain. */
#define FDDM_CHAIN_MAX 64

typedef struct {
  gsize bytes; /* of a row                                        */
  int   lag;   /* d                                                */
  int   keep;  /* rows above those of the band that readers see   */
  int   turn;  /* the buffer, 0 or 1                              */
  gsize kept;  /* offset in the memory of the rows that are kept  */
} FddmChainValue;

typedef struct {
  const FddmChain *chain;
  FddmChainValue   values[FDDM_CHAIN_MAX + 1];
  int              height, width, rows, bands; /* ROWS: of a band */
  int              above;                      /* rows of the buffers above that of the input's band */
  gsize            buffers[2];                 /* offsets */
  gsize            bytes;                      /* of all the memory */
} FddmChainLayout;

/* The ends of a band: IN holds rows of the chain's input from IN_ROW on, those that the band sees; OUT receives its results from
 * OUT_ROW on. Both are of the picture. */
typedef struct {
  const void *in;
  void       *out;
  int         in_row, out_row;
} FddmChainEnds;

/* FALSE if bands gain nothing, as in a small picture, or if the chain's length or the layout of its values does not allow
 * them. */
gboolean fddm_chain_lay (FddmChainLayout *layout, const FddmDevice *device, const FddmChain *chain, int height, int width);
/* Prepares the convolutions. SCRATCH: their working memory in bytes. */
gboolean fddm_chain_plan (FddmDevice *device, const FddmChainLayout *layout, gsize *scratch, GError **error);
/* Makes the memory at least BYTES large. */
gboolean fddm_chain_grow (FddmDevice *device, gsize bytes, GError **error);
/* Computes BAND. */
gboolean fddm_chain_run (FddmDevice *device, const FddmChainLayout *layout, int band, const FddmChainEnds *ends,
                         GError **error);
/* Copies BYTES between places that do not overlap, shared by DEVICE's threads. */
void fddm_chain_copy (const FddmDevice *device, guint8 *to, const guint8 *from, gsize bytes);
