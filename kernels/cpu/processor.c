/* processor.c: see processor.h.
 * SPDX-License-Identifier: Apache-2.0 */
#include "kernels/cpu/processor.h"
#include <dnnl.h>
#include <string.h>

/* First value of FIELD in /proc/cpuinfo; OTHERWISE if there is none. */
static char *
look_up (const char *field, const char *otherwise)
{
  g_autofree char *text  = NULL;
  g_auto (GStrv)   lines = NULL;

  if (g_file_get_contents ("/proc/cpuinfo", &text, NULL, NULL))
    lines = g_strsplit (text, "\n", -1);
  for (int i = 0; lines != NULL && lines[i] != NULL; i++)
    {
      char *colon = strchr (lines[i], ':');

      if (colon == NULL)
        continue;
      *colon = '\0';
      if (g_str_equal (g_strchomp (lines[i]), field))
        return g_strdup (g_strstrip (colon + 1));
    }
  return g_strdup (otherwise);
}

char *
fddm_processor_name (void)
{
  return look_up ("model name", "CPU");
}

char *
fddm_processor_key (void)
{
  const dnnl_version_t *version = dnnl_version ();
  g_autofree char      *name    = fddm_processor_name ();
  g_autofree char      *family = look_up ("cpu family", "0"), *model = look_up ("model", "0");
  g_autofree char      *stepping = look_up ("stepping", "0");

  return g_strdup_printf ("%s (%s.%s.%s), isa %x, oneDNN %d.%d.%d", name, family, model, stepping,
                          (unsigned) dnnl_get_effective_cpu_isa (), version->major, version->minor, version->patch);
}

/* Instruction sets are bit masks; each includes the bits of those it extends. */
static gboolean
has (unsigned instructions)
{
  return (dnnl_get_effective_cpu_isa () & instructions) == instructions;
}

gboolean
fddm_processor_has_int8 (void)
{
  return has (dnnl_cpu_isa_avx512_core_vnni) || has (dnnl_cpu_isa_avx2_vnni);
}

gboolean
fddm_processor_has_bf16 (void)
{
  return has (dnnl_cpu_isa_avx512_core_bf16);
}
