/* test-offers.c: order and number of the offers delivered, with a painter that only keeps a record.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "ui/offers.h"
#include "tests/unit/ui/record.h"

/* The first value identifies the pictures, the second changes only their cost. */
enum { PICTURES, PRICE, N };

typedef struct {
  GString *brought; /* "a5 e0 d0 r0 p": account of 5 s, estimate, draft and result of picture 0, problem */
  int      stuck;   /* painting continues until it is stopped; atomic */
  int      started; /* number of pictures begun; atomic */
  gboolean few;     /* a draft is the final result */
  gboolean fails;   /* painting fails */
  gboolean refuses; /* the account refuses the pictures */
  gboolean finished;
  GThread *painter;
} Record;

static gboolean
same (G_GNUC_UNUSED gpointer data, const double *one, const double *other)
{
  return one[PICTURES] == other[PICTURES];
}

static gboolean
account (gpointer data, const double *values, FddmOffer *offer)
{
  Record *record = data;

  record->painter = g_thread_self ();
  offer->seconds  = values[PRICE];
  offer->device   = g_strdup ("here");
  if (record->refuses)
    offer->kind = FDDM_OFFER_PROBLEM;
  return !record->refuses;
}

static gboolean
paint (gpointer data, G_GNUC_UNUSED const double *values, FddmOffer *offer, const FddmOfferWatch *watch)
{
  Record   *record   = data;
  FddmOffer estimate = { .kind = FDDM_OFFER_ESTIMATE, .which = offer->which, .pixels = g_malloc (3) };

  g_assert_true (g_thread_self () == record->painter);
  watch->show (watch->data, &estimate);
  g_assert_null (estimate.pixels);
  g_atomic_int_inc (&record->started);
  while (g_atomic_int_get (&record->stuck) && !g_atomic_int_get (watch->stop))
    g_usleep (1000);
  if (record->fails)
    return FALSE;
  if (record->few)
    offer->kind = FDDM_OFFER_RESULT;
  offer->pixels = g_malloc (3);
  return TRUE;
}

static void
finish (gpointer data)
{
  ((Record *) data)->finished = TRUE;
}

static void
bring (gpointer data, FddmOffer *offer)
{
  static const char letters[] = "apedr";
  Record           *record    = data;

  g_assert_true (g_thread_self () != record->painter);
  g_string_append_c (record->brought, letters[offer->kind]);
  if (offer->kind == FDDM_OFFER_ACCOUNT)
    g_string_append_printf (record->brought, "%.0f ", offer->seconds);
  else if (offer->kind == FDDM_OFFER_PROBLEM)
    g_string_append (record->brought, " ");
  else
    g_string_append_printf (record->brought, "%d ", offer->which);
}

static FddmOffers *
begin (Record *record)
{
  const FddmOfferPainter painter = { same, account, paint, finish, record };

  record->brought = g_string_new (NULL);
  return fddm_offers_new (&painter, N, bring, record);
}

static gboolean
ask (FddmOffers *offers, double pictures, double price, int chosen)
{
  const double values[N] = { pictures, price };

  return fddm_offers_ask (offers, values, chosen, 5);
}

/* Gives unexpected offers time to arrive. */
static void
wait_more (void)
{
  for (int i = 0; i < 30; i++, g_usleep (1000))
    g_main_context_iteration (NULL, FALSE);
}

/* Waits until a picture has been begun. Finished offers are not delivered meanwhile. */
static void
wait_for_start (Record *record)
{
  while (g_atomic_int_get (&record->started) == 0)
    g_usleep (1000);
}

static void
stop (FddmOffers *offers, Record *record)
{
  fddm_offers_free (offers);
  g_assert_true (record->finished);
  g_string_free (record->brought, TRUE);
}

/* Drafts come first, the chosen one before the others, and an account follows each picture. */
static void
test_order (void)
{
  Record      record = { 0 };
  FddmOffers *offers = begin (&record);

  g_assert_true (ask (offers, 1, 5, 2));
  record_wait (record.brought, "r1 a5 ");
  g_assert_cmpstr (record.brought->str, ==, "a5 e2 d2 a5 e3 d3 a5 e0 d0 a5 e1 d1 a5 e2 r2 a5 e3 r3 a5 e0 r0 a5 e1 r1 a5 ");
  stop (offers, &record);
}

static void
test_few_steps_need_no_draft (void)
{
  Record      record = { .few = TRUE };
  FddmOffers *offers = begin (&record);

  ask (offers, 1, 5, 0);
  record_wait (record.brought, "r3 a5 ");
  wait_more ();
  g_assert_cmpstr (record.brought->str, ==, "a5 e0 r0 a5 e1 r1 a5 e2 r2 a5 e3 r3 a5 ");
  stop (offers, &record);
}

/* A change of cost only keeps the painted pictures. */
static void
test_same_pictures_stay (void)
{
  Record      record = { .few = TRUE };
  FddmOffers *offers = begin (&record);

  ask (offers, 1, 5, 0);
  record_wait (record.brought, "r3 a5 ");
  g_assert_false (ask (offers, 1, 8, 1));
  record_wait (record.brought, "a8 ");
  wait_more ();
  g_assert_cmpint (g_atomic_int_get (&record.started), ==, 4);
  g_assert_true (g_str_has_suffix (record.brought->str, "r3 a5 a8 "));
  stop (offers, &record);
}

static void
test_stale_is_dropped (void)
{
  Record      record = { .stuck = TRUE };
  FddmOffers *offers = begin (&record);

  ask (offers, 1, 5, 3);
  wait_for_start (&record);
  g_assert_true (ask (offers, 2, 6, 0));
  g_atomic_int_set (&record.stuck, FALSE);
  record_wait (record.brought, "r3 a6 ");
  g_assert_true (g_str_has_prefix (record.brought->str, "a6 e0 d0 a6 e1 "));
  stop (offers, &record);
}

/* A new request for the same pictures restarts the current picture, and begins with the picture chosen now. */
static void
test_chosen_comes_first (void)
{
  Record      record = { .stuck = TRUE };
  FddmOffers *offers = begin (&record);

  ask (offers, 1, 5, 0);
  wait_for_start (&record);
  ask (offers, 1, 6, 2);
  g_atomic_int_set (&record.stuck, FALSE);
  record_wait (record.brought, "r1 a6 ");
  g_assert_nonnull (strstr (record.brought->str, "a6 e2 d2 a6 e3 d3 a6 e0 d0 "));
  stop (offers, &record);
}

static void
test_problems (void)
{
  Record      refused = { .refuses = TRUE }, failed = { .fails = TRUE };
  FddmOffers *offers = begin (&refused);

  ask (offers, 1, 5, 0);
  record_wait (refused.brought, "p ");
  g_assert_cmpstr (refused.brought->str, ==, "p ");
  g_assert_cmpint (g_atomic_int_get (&refused.started), ==, 0);
  stop (offers, &refused);

  offers = begin (&failed);
  ask (offers, 1, 5, 0);
  record_wait (failed.brought, "p ");
  g_assert_cmpstr (failed.brought->str, ==, "a5 e0 p ");
  stop (offers, &failed);
}

static void
test_ends_at_any_time (void)
{
  for (int i = 0; i < 50; i++)
    {
      Record      record = { .stuck = i % 2 };
      FddmOffers *offers = begin (&record);

      if (i > 0)
        ask (offers, 1, 5, i % 4);
      for (int k = 0; k < i; k++)
        g_main_context_iteration (NULL, FALSE);
      stop (offers, &record);
    }
}

/* 2^31 - 1 is the largest seed. */
static void
test_seeds (void)
{
  g_assert_cmpfloat (fddm_offer_seed (5, 3), ==, 8);
  g_assert_cmpfloat (fddm_offer_seed (2147483646.0, 1), ==, 2147483647.0);
  g_assert_cmpfloat (fddm_offer_seed (2147483646.0, 3), ==, 1);
  g_assert_cmpint (fddm_offer_of_seed (2147483646.0, 1), ==, 3);
  g_assert_cmpint (fddm_offer_of_seed (5, 5), ==, 0);
  g_assert_cmpint (fddm_offer_of_seed (5, 4), ==, -1);
  g_assert_cmpint (fddm_offer_of_seed (5, 9), ==, -1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/offers/order", test_order);
  g_test_add_func ("/offers/few-steps-need-no-draft", test_few_steps_need_no_draft);
  g_test_add_func ("/offers/same-pictures-stay", test_same_pictures_stay);
  g_test_add_func ("/offers/stale-is-dropped", test_stale_is_dropped);
  g_test_add_func ("/offers/chosen-comes-first", test_chosen_comes_first);
  g_test_add_func ("/offers/problems", test_problems);
  g_test_add_func ("/offers/ends-at-any-time", test_ends_at_any_time);
  g_test_add_func ("/offers/seeds", test_seeds);
  return g_test_run ();
}
