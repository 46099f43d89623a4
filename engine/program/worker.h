/* worker.h: a process that denoises one photo after another.
 * SPDX-License-Identifier: Apache-2.0
 *
 * It opens device and weights and compiles for them once. A library may end the process on a damaged picture, a hostile
 * file may crash it, and the system may kill it when memory is short. Then only that photo has failed, and another worker
 * continues with the rest. */
#pragma once
#include <sys/types.h>
#include "engine/program/denoise-picture.h"
#include "engine/program/names.h"

typedef struct {
  pid_t      process; /* 0 = none */
  int        socket;
  GString   *unread;
  FddmPhoto *photo;    /* current photo, or NULL */
  double     fraction; /* share of the photo done, 0…1 */
} FddmWorker;

/* Starts worker I of the N WORKERS. The calling process must have neither threads nor GEGL. */
gboolean fddm_worker_start (FddmWorker *workers, int n, int i, const FddmCliDenoise *denoise, GError **error);

/* Assigns PHOTO to an idle worker. PHOTO must stay valid. */
void fddm_worker_give (FddmWorker *worker, FddmPhoto *photo);

/* Answers "made": NULL that the result may get its name, otherwise the PROBLEM why not. */
void fddm_worker_answer (FddmWorker *worker, const char *problem);

/* Reads a message of the worker: "progress" FRACTION in thousandths; "made" SIZE TIME: the result is complete and waits for an
 * answer before it gets its name; "warning" TEXT: a loss
 * that is no failure; "done" JSON; "final" JSON: done, and the worker ends;
 * "failed" REASON; "last" REASON: failed, and the worker ends; "cancelled"; "broken" REASON: the worker cannot work at all.
 * NULL if there is no message; *ENDED then tells whether the worker has ended. Free with g_strfreev. */
char **fddm_worker_hear (FddmWorker *worker, gboolean *ended);

/* Waits for the end of a worker that has ended or was cancelled. Returns the reason in words, or NULL for a normal end.
 * Free with g_free. */
char *fddm_worker_end (FddmWorker *worker);
