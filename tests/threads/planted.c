/* planted.c: races on purpose, to see that they are found, and the same work without a race, to see that it is not blamed.
 * SPDX-License-Identifier: Apache-2.0
 *
 *   planted mutex | racing | cond | once | references | loop | racing-loop */
#include <glib.h>
#include <stdio.h>

enum { THREADS = 4, ROUNDS = 1000 };

static GMutex          mutex;
static GCond           cond;
static gatomicrefcount references;
static int             sum, *shared;

static gpointer
with_mutex (gpointer data G_GNUC_UNUSED)
{
  for (int i = 0; i < ROUNDS; i++)
    {
      g_mutex_lock (&mutex);
      sum++;
      g_mutex_unlock (&mutex);
    }
  return NULL;
}

static gpointer
without_mutex (gpointer data G_GNUC_UNUSED)
{
  for (int i = 0; i < ROUNDS; i++)
    sum++;
  return NULL;
}

/* Each waits for its turn. */
static gpointer
with_cond (gpointer data)
{
  g_mutex_lock (&mutex);
  while (sum != GPOINTER_TO_INT (data))
    g_cond_wait (&cond, &mutex);
  sum++;
  g_cond_broadcast (&cond);
  g_mutex_unlock (&mutex);
  return NULL;
}

static gpointer
with_once (gpointer data G_GNUC_UNUSED)
{
  static gsize ready;

  if (g_once_init_enter (&ready))
    {
      sum = THREADS;
      g_once_init_leave (&ready, 1);
    }
  return GINT_TO_POINTER (sum);
}

/* The last one frees what all have read. */
static gpointer
with_references (gpointer data G_GNUC_UNUSED)
{
  const int value = *shared;

  if (g_atomic_ref_count_dec (&references))
    {
      *shared = 0;
      g_free (shared);
    }
  return GINT_TO_POINTER (value);
}

static void
loop (gboolean apart)
{
  int sums[ROUNDS] = { 0 };

#pragma omp parallel for schedule(static) num_threads(THREADS)
  for (int i = 0; i < ROUNDS; i++)
    sums[apart ? i : 0]++;
  for (int i = 0; i < ROUNDS; i++)
    sum += sums[i];
}

static const struct {
  const char *name;
  GThreadFunc func;
} works[] = { { "mutex", with_mutex },
              { "racing", without_mutex },
              { "cond", with_cond },
              { "once", with_once },
              { "references", with_references } };

int
main (int argc, char **argv)
{
  GThread *threads[THREADS];

  for (guint i = 0; argc == 2 && i < G_N_ELEMENTS (works); i++)
    if (g_str_equal (argv[1], works[i].name))
      {
        shared = g_new0 (int, 1);
        g_atomic_ref_count_init (&references);
        for (int j = 1; j < THREADS; j++)
          g_atomic_ref_count_inc (&references);
        for (int j = 0; j < THREADS; j++)
          threads[j] = g_thread_new ("planted", works[i].func, GINT_TO_POINTER (j));
        for (int j = 0; j < THREADS; j++)
          g_thread_join (threads[j]);
      }
  if (argc == 2 && g_str_has_suffix (argv[1], "loop"))
    loop (g_str_equal (argv[1], "loop"));
  printf ("%d\n", sum);
  return 0;
}
