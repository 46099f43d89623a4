/* test-requests.c: order and number of the sights delivered, with a painter that only keeps a record.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "ui/requests.h"
#include "tests/unit/ui/record.h"

/* The x of a part identifies it. */
typedef struct {
  GString *brought;   /* "o3 n d3 r3": original, noise, draft, result and problem of the part 3 */
  int      bands;     /* number of bands to read */
  int      measured;  /* number of measurements */
  int      overviews; /* number of overviews */
  gboolean fails;     /* measuring fails */
  int      slow;      /* drafts wait until they are stopped; atomic */
  int      started;   /* number of drafts begun; atomic */
  gboolean finished;
  GThread *painter;
} Record;

static gboolean
read_band (gpointer data, double *fraction)
{
  Record *record = data;

  *fraction = 0;
  return --record->bands > 0;
}

static void
original (gpointer data, FddmSight *sight)
{
  Record *record = data;

  g_assert_cmpint (record->bands, ==, 0);
  sight->pixels   = g_malloc (3);
  record->painter = g_thread_self ();
}

static void
overview (gpointer data, FddmSight *sight)
{
  ((Record *) data)->overviews++;
  sight->pixels = g_malloc (3);
}

static gboolean
measure (gpointer data, FddmSight *sight, G_GNUC_UNUSED const FddmSightWatch *watch)
{
  Record *record = data;

  record->measured++;
  sight->words = g_strdup (record->fails ? "no" : "9");
  return !record->fails;
}

static gboolean
denoise (gpointer data, const double *values, gboolean draft, FddmSight *sight, const FddmSightWatch *watch)
{
  Record *record = data;

  g_assert_cmpfloat (values[0], ==, sight->part.x);
  g_atomic_int_inc (&record->started);
  while (draft && g_atomic_int_get (&record->slow) && !g_atomic_int_get (watch->stop))
    g_usleep (1000);
  sight->pixels  = g_malloc (3);
  sight->removed = g_malloc (3);
  return TRUE;
}

static void
finish (gpointer data)
{
  ((Record *) data)->finished = TRUE;
}

static void
bring (gpointer data, FddmSight *sight)
{
  static const char letters[] = "ondrwp";
  Record           *record    = data;

  g_assert_true (g_thread_self () != record->painter);
  if (sight->kind == FDDM_SIGHT_NOISE || sight->kind == FDDM_SIGHT_OVERVIEW)
    g_string_append_printf (record->brought, "%c ", letters[sight->kind]);
  else
    g_string_append_printf (record->brought, "%c%d ", letters[sight->kind], sight->part.x);
}

static FddmRequests *
begin (Record *record)
{
  const FddmSightPainter painter = { read_band, original, overview, measure, denoise, finish, record };

  record->brought = g_string_new (NULL);
  record->bands   = 3;
  return fddm_requests_new (&painter, 1, bring, record);
}

static void
ask (FddmRequests *requests, int name, gboolean draft_only)
{
  const FddmPart part  = { name, 0, 1, 1 };
  const double   value = name;

  fddm_requests_ask (requests, &part, 1, &value, draft_only, 10);
}

static void
stop (FddmRequests *requests, Record *record)
{
  fddm_requests_free (requests);
  g_assert_true (record->finished);
  g_string_free (record->brought, TRUE);
}

static void
test_order (void)
{
  Record        record   = { 0 };
  FddmRequests *requests = begin (&record);

  ask (requests, 3, FALSE);
  record_wait (record.brought, "r3 ");
  g_assert_cmpstr (record.brought->str, ==, "o3 w n d3 r3 ");
  ask (requests, 4, TRUE);
  record_wait (record.brought, "r4 ");
  g_assert_cmpstr (record.brought->str, ==, "o3 w n d3 r3 o4 r4 ");
  g_assert_cmpint (record.measured, ==, 1);
  g_assert_cmpint (record.overviews, ==, 1);
  stop (requests, &record);
}

static void
test_stale_is_dropped (void)
{
  Record        record   = { .slow = TRUE };
  FddmRequests *requests = begin (&record);

  ask (requests, 1, FALSE);
  while (!g_atomic_int_get (&record.started))
    g_main_context_iteration (NULL, FALSE);
  g_atomic_int_set (&record.slow, FALSE);
  ask (requests, 2, FALSE);
  record_wait (record.brought, "r2 ");
  g_assert_null (strstr (record.brought->str, "d1"));
  g_assert_null (strstr (record.brought->str, "r1"));
  g_assert_nonnull (strstr (record.brought->str, "d2 r2 "));
  stop (requests, &record);
}

/* A cancelled request stays cancelled until the next one. */
static void
test_rest (void)
{
  Record        record   = { .slow = TRUE };
  FddmRequests *requests = begin (&record);

  ask (requests, 1, FALSE);
  while (!g_atomic_int_get (&record.started))
    g_main_context_iteration (NULL, FALSE);
  fddm_requests_rest (requests);
  g_usleep (50000);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_null (strstr (record.brought->str, "d1"));
  g_assert_cmpint (g_atomic_int_get (&record.started), ==, 1);
  g_atomic_int_set (&record.slow, FALSE);
  ask (requests, 2, FALSE);
  record_wait (record.brought, "r2 ");
  g_assert_nonnull (strstr (record.brought->str, "d2 r2 "));
  stop (requests, &record);
}

static void
test_no_noise_no_result (void)
{
  Record        record   = { .fails = TRUE };
  FddmRequests *requests = begin (&record);

  ask (requests, 1, FALSE);
  record_wait (record.brought, "p0 ");
  g_assert_cmpstr (record.brought->str, ==, "o1 w p0 ");
  stop (requests, &record);
}

static void
test_ends_at_any_time (void)
{
  for (int i = 0; i < 50; i++)
    {
      Record        record   = { .slow = i % 2 };
      FddmRequests *requests = begin (&record);

      if (i > 0)
        ask (requests, 1, FALSE);
      for (int k = 0; k < i; k++)
        g_main_context_iteration (NULL, FALSE);
      stop (requests, &record);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/requests/order", test_order);
  g_test_add_func ("/requests/stale-is-dropped", test_stale_is_dropped);
  g_test_add_func ("/requests/rest", test_rest);
  g_test_add_func ("/requests/no-noise-no-result", test_no_noise_no_result);
  g_test_add_func ("/requests/ends-at-any-time", test_ends_at_any_time);
  return g_test_run ();
}
