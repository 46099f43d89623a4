/* quarks.c: GLib's table of quarks is no leak.
 * SPDX-License-Identifier: Apache-2.0
 *
 * A parameter's text is a quark (ui/parameter.h), one number among the others. GLib keeps every text that it was ever shown, and
 * when their table grows, it leaves the one before where it is, since other threads read it without a lock. A procedure's process
 * reads one text, a harness millions, so that LeakSanitizer finds the old tables. A file of suppressions cannot name them: the
 * stack that it sees ends in g_malloc, which would hide every leak of text. So the allocations of this one function are left out,
 * and those of the libraries' own start, where GLib makes the first table. */
#include <dlfcn.h>
#include <glib.h>

/* The sanitizer's, where there is one. */
void __lsan_disable (void) __attribute__ ((weak));
void __lsan_enable (void) __attribute__ ((weak));

/* Called before the libraries start. */
static void
disable (void)
{
  if (__lsan_disable)
    __lsan_disable ();
}

__attribute__ ((section (".preinit_array"), used)) static void (*const before) (void) = disable;

/* Called when they have. */
__attribute__ ((constructor)) static void
enable (void)
{
  if (__lsan_enable)
    __lsan_enable ();
}

#undef g_quark_from_string
GQuark
g_quark_from_string (const char *text)
{
  static GQuark (*real) (const char *);
  GQuark quark;

  if (real == NULL)
    real = (GQuark (*) (const char *)) dlsym (RTLD_NEXT, "g_quark_from_string");
  disable ();
  quark = real (text);
  enable ();
  return quark;
}
