/* worker.h: a process that denoises one photo after another.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Device, weights and what is compiled for them are made once in it. Libraries that read pictures may end their process, a
 * hostile file may crash it, the system may end it where memory is short: the photo has failed then, and another worker does
 * the rest. */
#pragma once
#include <sys/types.h>
#include "engine/program/denoise-picture.h"
#include "engine/program/names.h"

typedef struct {
  pid_t      process; /* 0 = none                                     */
  int        socket;
  GString   *unread;
  FddmPhoto *photo;    /* what it works on, or NULL                    */
  double     fraction; /* of it                                       */
} FddmWorker;

/* Starts the worker I of N ones in WORKERS. This process has neither threads nor GEGL. */
gboolean fddm_worker_start (FddmWorker *workers, int n, int i, const FddmCliDenoise *denoise, GError **error);

/* Lets an idle worker denoise PHOTO, which must stay. */
void fddm_worker_give (FddmWorker *worker, FddmPhoto *photo);

/* What a worker says: "progress" FRACTION in thousandths; "done" JSON; "failed" REASON; "last" REASON, when it failed and the
 * worker ends; "cancelled"; "broken" REASON, when it cannot work at all. NULL when it has no more to say for now; *ENDED then
 * tells whether it has ended. Free with g_strfreev. */
char **fddm_worker_hear (FddmWorker *worker, gboolean *ended);

/* Waits until the worker, which has ended or been given up, is gone. In words why it ended, or NULL for in good order. Free
 * with g_free. */
char *fddm_worker_end (FddmWorker *worker);
