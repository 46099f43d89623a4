/* recolour.h: a picture written with the colours of another one.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include "engine/generate/strips.h"
#include "kernels/pixels/colours.h"

/* Like fddm_writer_run, but the pixels get the mean and covariance of COLOURS. The picture is synthesised twice. */
gboolean fddm_writer_run_recoloured (const FddmWriter *writer, const FddmColours *colours, const FddmTicker *ticker,
                                     GError **error);
