/* test-weights.c: weights files, good and hostile.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include "engine/weights/private.h"
#include "tests/unit/weights-file.h"

static guint8 data[DATA_BYTES];

static FddmWeights *
parse (const GByteArray *file, GError **error)
{
  /* A copy of its own, so that a sanitizer sees every byte read beyond the end. */
  g_autofree guint8 *bytes = g_memdup2 (file->data, file->len);

  return fddm_weights_parse ("x", bytes, file->len, error);
}

/* What is changed of a header, and what the refusal says. */
typedef struct {
  const char *from, *to, *because;
} Damage;

static void
assert_refused (const GByteArray *file, const char *because)
{
  g_autoptr (GError)      error   = NULL;
  g_autoptr (FddmWeights) weights = parse (file, &error);

  g_assert_null (weights);
  g_assert_error (error, FDDM_ERROR, FDDM_ERROR_WEIGHTS);
  if (!strstr (error->message, because) || !strstr (error->message, "“x”"))
    g_error ("expected “%s” in: %s", because, error->message);
  for (const char *c = error->message; *c; c++)
    g_assert_false (g_ascii_iscntrl (*c));
}

static void
test_good_file_is_read (void)
{
  g_autoptr (GByteArray)  file    = weights_file (NULL, NULL, data, DATA_BYTES);
  g_autoptr (GError)      error   = NULL;
  g_autoptr (FddmWeights) weights = parse (file, &error);
  const FddmLayer        *layers;

  g_assert_no_error (error);
  g_assert_cmpint (weights->kind, ==, FDDM_KIND_DENOISE);
  g_assert_cmpstr (weights->name, ==, "tiny");
  g_assert_cmpstr (fddm_weights_path (weights), ==, "x");
  g_assert_cmpstr (fddm_weights_metadata (weights, "licence"), ==, "CC0");
  g_assert_null (fddm_weights_metadata (weights, "commit"));
  g_assert_cmpint (weights->patch, ==, 1);
  g_assert_cmpint (weights->channels, ==, 1);
  g_assert_cmpint (weights->coefficients, ==, 1);
  g_assert_true (weights->open_grid);
  g_assert_cmpfloat (weights->temperature, ==, 0.5);
  g_assert_cmpfloat (weights->mu_from, ==, -4);
  g_assert_cmpfloat (weights->mu_to, ==, 8.5);
  g_assert_cmpfloat (weights->noise_lo, ==, 0.002f);
  g_assert_cmpfloat (weights->noise_hi, ==, 1);
  g_assert_cmpint (weights->n_difficulty, ==, 3);
  g_assert_cmpfloat (weights->difficulty_log_s[1], ==, -1);
  g_assert_cmpfloat (weights->difficulty_error[0], ==, 0.5);
  g_assert_cmpfloat (weights->mean[0], ==, 0.5);
  g_assert_cmpfloat (weights->variance[0], ==, 2);

  g_assert_cmpint (weights->n_layers, ==, 4);
  layers = weights->layers;
  g_assert_cmpint (layers[0].op, ==, FDDM_OP_CONV);
  g_assert_cmpint (layers[0].kernel, ==, 3);
  g_assert_cmpint (layers[0].activation, ==, FDDM_ACTIVATION_RELU);
  g_assert_cmpint (layers[0].residual, ==, -1);
  g_assert_cmpint (layers[0].in[0], ==, 0);
  g_assert_cmpint (layers[1].kernel, ==, 1);
  g_assert_cmpint (layers[1].activation, ==, FDDM_ACTIVATION_NONE);
  g_assert_cmpint (layers[1].in[0], ==, 1);
  g_assert_cmpint (layers[1].residual, ==, 1);
  g_assert_cmpint (layers[2].op, ==, FDDM_OP_CONCAT);
  g_assert_cmpint (layers[2].n_in, ==, 2);
  g_assert_cmpint (layers[2].in[0], ==, 2); /* the newest h */
  g_assert_cmpint (layers[2].in[1], ==, 0);
  g_assert_cmpint (layers[2].channels, ==, 4);
  g_assert_cmpint (layers[3].channels, ==, 1);

  g_assert_cmpfloat (layers[0].weight[1], ==, 1 + 1 / 1024.f); /* F16  */
  g_assert_cmpfloat (layers[1].weight[3], ==, 1 + 3 / 128.f);  /* BF16 */
  g_assert_cmpfloat (layers[3].weight[35], ==, 1 + 37 / 8388608.f);

  g_assert_cmpint (weights->inputs, ==, 2);
  g_assert_cmpint (weights->outputs, ==, 1);
  g_assert_cmpint (fddm_weights_value_channels (weights, 0), ==, 2);
  g_assert_cmpint (fddm_weights_value_channels (weights, 3), ==, 4);
  g_assert_cmpint (fddm_weights_reach (weights), ==, 2);
  g_assert_cmpfloat (fddm_weights_operations (weights), ==, 36 + 4 + 36);
}

/* Halves against the closed form, all of the finite ones, eighteen at a time. */
static void
test_halves (void)
{
  for (guint32 first = 0; first < 0x10000; first += 36)
    {
      guint8                  other[DATA_BYTES];
      g_autoptr (GByteArray)  file    = NULL;
      g_autoptr (FddmWeights) weights = NULL;
      gboolean                finite  = TRUE;

      memcpy (other, data, DATA_BYTES);
      for (guint32 i = 0; i < 36; i++)
        {
          guint16 half = (guint16) (first + i);

          finite &= (half & 0x7c00) != 0x7c00;
          half = GUINT16_TO_LE (half);
          memcpy (other + 8 + 2 * i, &half, 2);
        }
      file    = weights_file (NULL, NULL, other, DATA_BYTES);
      weights = parse (file, NULL);
      g_assert_cmpint (weights != NULL, ==, finite);
      for (guint32 i = 0; weights && i < 36; i++)
        {
          guint16 half     = (guint16) (first + i);
          int     exponent = half >> 10 & 31;
          double  size     = ldexp ((half & 1023) + (exponent ? 1024 : 0), MAX (exponent, 1) - 25);

          g_assert_cmpfloat (weights->layers[0].weight[i], ==, half & 0x8000 ? -size : size);
        }
    }
}

static const Damage damages[] = {
  /* metadata */
  { "fddm/1", "fddm/2", "“format”: “fddm/2” is unknown" },
  { "'format':'fddm/1',", "", "“format” is missing" },
  { "'fddm/1'", "'a\\nb'", "a b" },
  { "'fddm/1'", "1", "“format” is not a string" },
  { "'kind':'denoise'", "'kind':'guess'", "“kind”" },
  { "'name':'tiny'", "'name':''", "“name”" },
  { "'patch':'1'", "'patch':'0'", "“patch”" },
  { "'patch':'1'", "'patch':'17'", "“patch”" },
  { "'patch':'1'", "'patch':'1 '", "“patch”" },
  { "'patch':'1'", "'patch':'2'", "“coef_mean” has size 1 in dimension 1 instead of 4" },
  { "'channels':'1'", "'channels':'2'", "“channels”" },
  { "'channels':'1'", "'channels':'3'", "contradict" },
  { "'gray'", "'grey'", "“colour”" },
  { "'open'", "'closed'", "“k_grid”" },
  { "'0.5'", "'0'", "“temperature”" },
  { "'0.5'", "'-0.5'", "“temperature”" },
  { "'0.5'", "'nan'", "“temperature”" },
  { "'0.5'", "'0x1'", "“temperature”" },
  { "'0.5'", "' 0.5'", "“temperature”" },
  { "'0.5'", "'0,5'", "“temperature”" },
  { "'0.5'", "'1e999'", "“temperature”" },
  { "[-4, 8.5]", "[8.5, -4]", "“mu_range”" },
  { "[-4, 8.5]", "[-4, 8.5, 9]", "“mu_range”" },
  { "[-4, 8.5]", "[-4, `8`]", "“mu_range”" },
  { "[-4, 8.5]", "-4", "“mu_range”" },
  { "[-4, 8.5]", "[[[[4", "“mu_range”" },
  { "[-4, 8.5]", "", "“mu_range”" },
  { "[-4, 8.5]", "[-4, 1e999]", "“mu_range”" },
  { "[0.002, 1]", "[0, 1]", "“noise_range”" },
  { "[0.002, 1]", "[1, 1.0000000001]", "“noise_range”" },
  { "'licence'", "'classes':'[`a`]','licence'", "“classes”" },
  { "'licence'", "'side':'64','licence'", "“side” is not allowed" },
  { "'licence'", "'guidance':'2','licence'", "“guidance” is not allowed" },
  { "[0.5, 0.25, 0]", "[0.5, 0.25]", "“difficulty”" },
  { "[0.5, 0.25, 0]", "[0.5, -0.25, 0]", "“difficulty”" },
  { "[0.5, 0.25, 0]", "null", "“difficulty”" },
  { "[-2, -1, 0]", "[-2, -2, 0]", "“difficulty”" },
  { "`error`", "`errors`", "“difficulty”" },
  { "'licence'", "'ranges':'{}','licence'", "“ranges”" },
  { "'licence'", "'ranges':'[null, null, null]','licence'", "“ranges”" },
  { "'licence'", "'ranges':'[null, null, null, 1]','licence'", "“ranges”" },
  { "'licence'", "'ranges':'[[1], null, null, null]','licence'", "“ranges”" },
  { "'licence'", "'ranges':'[[1, 2, 3], null, null, null]','licence'", "“ranges”" },
  { "'licence'", "'ranges':'[[1, 0], null, null, null]','licence'", "“ranges”" },
  { "'licence'", "'ranges':'[[1, -1], null, null, null]','licence'", "“ranges”" },
  { "'licence'", "'ranges':'[[1, 1e30], null, null, null]','licence'", "“ranges”" },
  { "'licence'", "'ranges':'[null, null, [1, 1], null]','licence'", "“ranges”" },
  { "'licence'", "'ranges':'[null, null, null, [1, [2], 3, 4]]','licence'", "“ranges”" },
  { "'licence'", "'ranges':'[[[[','licence'", "“ranges”" },
  { "'licence'", "'ranges':'[null, null, null, null]','ranges_from':'[0, 0, 0]','licence'", "“ranges_from”" },
  { "'licence'", "'ranges':'[null, null, null, null]','ranges_from':'[0, 0, 0, -1]','licence'", "“ranges_from”" },
  { "'licence'", "'ranges':'[null, null, null, null]','ranges_from':'[0, 0, 0, null]','licence'", "“ranges_from”" },
  { "'licence'", "'ranges':'[null, null, null, null]','ranges_from':'{}','licence'", "“ranges_from”" },
  { "'licence'", "'ranges':'[null, null, null, null]','ranges_from':'[','licence'", "“ranges_from”" },
  { "'licence'", "'examples':'[]','licence'", "“examples” is not allowed" },
  { "'licence':'CC0'", "'name':'b'", "duplicate key “name”" },
  /* layers */
  { LAYERS, "{}", "“layers”" },
  { LAYERS, "[]", "“layers”" },
  { LAYERS, "[1]", "layer 0" },
  { LAYERS, "x", "“layers”" },
  { LAYERS, "[[[[[[1]]]]]]", "nested" },
  { "`conv3x3`", "`conv5x5`", "layer 0: unknown operation “conv5x5”" },
  { "`conv3x3`", "3", "layer 0: “op”" },
  { "`op`:`conv1x1`", "`op`:`group_norm`", "layer 1: only a generating network can use “group_norm”" },
  { "`op`:`conv1x1`", "`op`:`attention`", "layer 1: only a generating network can use “attention”" },
  { "`activation`", "`activatoin`", "layer 0 (conv3x3): unknown key “activatoin”" },
  { "`relu`", "`gelu`", "layer 0: unknown activation “gelu”" },
  { "`relu`", "null", "layer 0: “activation”" },
  { "`residual`", "`in`", "duplicate key “in”" },
  { "`in`:`input`", "`in`:`h`", "layer 0 reads “h”" },
  { "`in`:`input`", "`in`:[`input`]", "layer 0: “in”" },
  { "`in`:`input`", "`in`:``", "layer 0: “in”" },
  { "`in`:`input`,", "", "layer 0: “in”" },
  { "`residual`:`h`", "`residual`:`y`", "layer 1 reads “y”" },
  { "`weights`:`c`", "`weights`:`c`,`residual`:`h`", "layer 3 adds 2 channels of “h” to its 1" },
  { "[`h`,`input`]", "[]", "layer 2: “in”" },
  { "[`h`,`input`]", "`h`", "layer 2: “in”" },
  { "[`h`,`input`]", "[`h`,3]", "layer 2 reads" },
  { "[`h`,`input`]", "[`h`,`h`,`h`,`h`,`h`,`h`,`h`,`h`,`h`]", "layer 2: “in”" },
  { "[`h`,`input`]", "[`h`]", "“c.weight” has size 4 in dimension 2 instead of 2" },
  { "`weights`:`c`", "`weights`:`a`", "“a.weight” has size 2 in dimension 2 instead of 4" },
  { "`weights`:`b`", "`weights`:`nope`", "layer 1: tensor “nope.weight” is missing" },
  { "`op`:`conv1x1`", "`op`:`conv3x3`", "“b.weight” has size 1 in dimension 3 instead of 3" },
  { ",{`op`:`conv3x3`,`in`:`both`,`out`:`y`,`weights`:`c`}", "", "last layer has 4 channels instead of 1" },
  { "{`op`:`conv1x1`,`in`:`h`,`out`:`h`,`weights`:`b`,`residual`:`h`},", "", "is not used by any layer" },
  /* tensors */
  { "'coef_mean'", "'coef_meen'", "“coef_mean” is missing" },
  { "'coef_mean':{'dtype':'F32'", "'coef_mean':{'dtype':'F64'", "“coef_mean” is not of type" },
  { "'coef_mean':{'dtype':'F32'", "'coef_mean':{'dtype':4", "“coef_mean” is not of type" },
  { "'F32','shape':[1],'data_offsets':[0,4]},'coef_var':{'dtype':'F32','shape':[1],'data_offsets':[4,8]}",
    "'U8','shape':[1],'data_offsets':[0,1]},'coef_var':{'dtype':'U8','shape':[7],'data_offsets':[1,8]}",
    "“coef_mean” is not of type F32, F16 or BF16" },
  { "'F32','shape':[1],", "'F32',", "“coef_mean” has keys other" },
  { "'F32','shape':[1],", "'F32','shape':[1],'x':1,", "“coef_mean” has keys other" },
  { "'shape':[1]", "'shape':1", "“coef_mean” has an invalid shape" },
  { "'shape':[1]", "'shape':[]", "“coef_mean” has an invalid shape" },
  { "'shape':[1]", "'shape':[0]", "“coef_mean” has an invalid shape" },
  { "'shape':[1]", "'shape':[-1]", "“coef_mean” has an invalid shape" },
  { "'shape':[1]", "'shape':[1.5]", "“coef_mean” has an invalid shape" },
  { "'shape':[1]", "'shape':['1']", "“coef_mean” has an invalid shape" },
  { "'shape':[1]", "'shape':[1,1,1,1,1]", "“coef_mean” has an invalid shape" },
  { "'shape':[1]", "'shape':[2147483647,2147483647,2147483647,2147483647]", "“coef_mean” has an invalid shape" },
  { "'shape':[1]", "'shape':[1073741824,1073741824,16,1]", "“coef_mean” has an invalid shape" },
  { "'shape':[1]", "'shape':[18446744073709551617]", "“coef_mean” has an invalid shape" },
  { "'shape':[1]", "'shape':[2]", "the length of tensor “coef_mean” does not match" },
  { "'shape':[1]", "'shape':[1,1]", "“coef_mean” has 2 dimensions instead of 1" },
  { "[0,4]", "[0,400]", "“coef_mean” lies outside" },
  { "[0,4]", "[4,0]", "“coef_mean” lies outside" },
  { "[0,4]", "[-4,0]", "“coef_mean” lies outside" },
  { "[0,4]", "[0]", "“coef_mean” lies outside" },
  { "[0,4]", "[0,4,8]", "“coef_mean” lies outside" },
  { "[0,4]", "[9223372036854775807,9223372036854775811]", "“coef_mean” lies outside" },
  { "[0,4]", "[4,8]", "gap" },
  { "[4,8]", "[0,4]", "overlaps" },
  { "[4,8]", "[6,10]", "gap" },
  { "'shape':[1],'data_offsets':[248,252]", "'shape':[2],'data_offsets':[244,252]", "“c.bias” overlaps another" },
  { "'coef_var'", "'coef_mean'", "duplicate key “coef_mean”" },
  { "'a.bias'", "''", "name is empty" },
  { "{'dtype':'F32','shape':[1],'data_offsets':[0,4]}", "1", "the description of tensor “coef_mean” is not an object" },
  /* the header itself */
  { HEADER, "{}", "there are bytes after the last tensor" },
  { HEADER, "[]", "not a safetensors file" },
  { HEADER, "{'a':1", "header cannot be read" },
  { HEADER, "{/*[[[[[[*/}", "header cannot be read" },
  { HEADER, "{'a':{'a':{'a':{'a':{}}}}}", "nested too deeply" },
  { HEADER, "{'\xff':1}", "header cannot be read" },
  { HEADER, "{'__metadata__':1}", "not an object" },
};

static void
test_damages_are_named (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (damages); i++)
    {
      g_autoptr (GByteArray) file = weights_file (damages[i].from, damages[i].to, data, DATA_BYTES);

      assert_refused (file, damages[i].because);
    }
}

/* The noise meter: other widths, and nothing of what predicts clean coefficients. */
static void
test_measuring_file (void)
{
  static const Damage wrong[] = {
    { "'name'", "'k_grid':'open','name'", "“k_grid” is not allowed" },
    { "'name'", "'temperature':'0.5','name'", "“temperature” is not allowed" },
    { "'name'", "'mu_range':'[-4, 8]','name'", "“mu_range” is not allowed" },
    { "'name'", "'noise_range':'[0.1, 1]','name'", "“noise_range” is not allowed" },
    { "'name'", "'classes':'[`a`]','name'", "“classes” is not allowed" },
    { "'name'", "'difficulty':'{}','name'", "“difficulty” is not allowed" },
    { "'colour':'gray',", "", "“colour” is missing" },
    { "'kind':'measure'", "'kind':'denoise'", "“k_grid” is missing" },
    { "`op`:`conv1x1`", "`op`:`embedding`", "layer 1: only a generating network can use “embedding”" },
    { ",{`op`:`conv3x3`,`in`:`both`,`out`:`y`,`weights`:`c`}", "", "last layer has 4 channels instead of 2" },
    { "'shape':[2,4,3,3],'data_offsets':[96,240]},'c.bias':{'dtype':'F16','shape':[2]",
      "'shape':[2,4,3,3],'data_offsets':[96,240]},'coef_mean':{'dtype':'F16','shape':[2]", "“c.bias” is missing" },
    { "'patch':'1'", "'patch':'2'", "“a.weight” has size 2 in dimension 2 instead of 5" },
  };
  g_autoptr (GByteArray)  file    = weights_file (HEADER, MEASURE_HEADER, data + MEASURE_SKIPS, DATA_BYTES - MEASURE_SKIPS);
  g_autoptr (GError)      error   = NULL;
  g_autoptr (FddmWeights) weights = parse (file, &error);

  g_assert_no_error (error);
  g_assert_cmpint (weights->kind, ==, FDDM_KIND_MEASURE);
  g_assert_cmpint (weights->inputs, ==, 2);
  g_assert_cmpint (weights->outputs, ==, 2);
  g_assert_cmpint (fddm_weights_value_channels (weights, 0), ==, 2);
  g_assert_cmpint (fddm_weights_reach (weights), ==, 2);
  g_assert_null (weights->mean);
  g_assert_null (weights->variance);
  g_assert_null (fddm_context_new (weights, FDDM_DEVICE_REFERENCE, NULL, &error));
  g_assert_error (error, FDDM_ERROR, FDDM_ERROR_WEIGHTS);
  g_assert_nonnull (strstr (error->message, "measures noise"));

  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autoptr (GString)    header  = g_string_new (MEASURE_HEADER);
      g_autoptr (GByteArray) damaged = NULL;

      g_assert_cmpuint (g_string_replace (header, wrong[i].from, wrong[i].to, 1), ==, 1);
      damaged = weights_file (HEADER, header->str, data + MEASURE_SKIPS, DATA_BYTES - MEASURE_SKIPS);
      assert_refused (damaged, wrong[i].because);
    }
}

/* How a generating network wants to be sampled: all of it, or none. */
static void
test_generating_file (void)
{
  static const Damage wrong[] = {
    { "'side':'128'", "'side':'0'", "“side” must be" },
    { "'side':'128'", "'side':'4097'", "“side” must be" },
    { "'side':'128'", "'side':'12.5'", "“side” must be" },
    { "'side':'128'", "'side':''", "“side” must be" },
    { "'patch':'1','channels':'1','colour':'gray','k_grid':'open','temperature':'0.5','mu_range':'[-4, 8.5]',"
      "'noise_range':'[0.002, 1]','licence':'CC0','side':'128'",
      "'patch':'4','channels':'1','colour':'gray','k_grid':'open','temperature':'0.5','mu_range':'[-4, 8.5]',"
      "'noise_range':'[0.002, 1]','licence':'CC0','side':'3'",
      "“side” must be a number from 4" },
    { "'zero'", "'circular'", "“padding”: “circular” is unknown" },
    { "'guidance':'1.5'", "'guidance':'0.9'", "“guidance” is out of range" },
    { "'guidance':'1.5'", "'guidance':'10.1'", "“guidance” is out of range" },
    { "'guidance':'1.5'", "'guidance':'nan'", "“guidance”: “nan” is not a number" },
    { "'guidance':'1.5'", "'guidance':'1e999'", "“guidance”" },
    { "'clamp':'true'", "'clamp':'yes'", "“clamp”: “yes” is unknown" },
    { "'wiener'", "'plain'", "“input”: “plain” is unknown" },
    { "'clean'", "'plain'", "“output”: “plain” is unknown" },
  };
  g_autoptr (GByteArray)  file    = weights_file (HEADER, GENERATE_HEADER, data, DATA_BYTES);
  g_autoptr (GByteArray)  bare    = weights_file ("'kind':'denoise'", "'kind':'generate'", data, DATA_BYTES);
  g_autoptr (GError)      error   = NULL;
  g_autoptr (FddmWeights) weights = parse (file, &error), plain = NULL;

  g_assert_no_error (error);
  g_assert_cmpint (weights->side, ==, 128);
  g_assert_cmpfloat (weights->guidance, ==, 1.5f);
  g_assert_true (weights->clamp && weights->input_form == FDDM_INPUT_WIENER && weights->output_form == FDDM_OUTPUT_CLEAN);
  plain = parse (bare, &error);
  g_assert_no_error (error);
  g_assert_true (plain->side == 0 && plain->guidance == 1.0f && !plain->clamp && plain->input_form == FDDM_INPUT_WHITENED &&
                 plain->output_form == FDDM_OUTPUT_RESIDUAL);
  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autoptr (GString)    header  = g_string_new (GENERATE_HEADER);
      g_autoptr (GByteArray) damaged = NULL;

      g_assert_cmpuint (g_string_replace (header, wrong[i].from, wrong[i].to, 1), ==, 1);
      damaged = weights_file (HEADER, header->str, data, DATA_BYTES);
      assert_refused (damaged, wrong[i].because);
    }
}

/* A NaN or an infinity anywhere in the tensors, in each of the three types; a variance that cannot be divided by. */
static void
test_odd_numbers_are_refused (void)
{
  static const struct {
    int         at, size;
    guint32     bits;
    const char *because;
  } odd[] = { { 0, 4, 0x7fc00000, "“coef_mean”" }, { 4, 4, 0x7f800000, "“coef_var”" }, { 78, 2, 0x7c00, "“a.weight”" },
              { 8, 2, 0xfe00, "“a.weight”" },      { 94, 2, 0xff80, "“b.weight”" },    { 88, 2, 0x7fff, "“b.weight”" },
              { 248, 4, 0xff800001, "“c.bias”" },  { 4, 4, 0, "“coef_var”" },          { 4, 4, 0xc0000000, "“coef_var”" },
              { 4, 4, 0x00000001, "“coef_var”" } };

  for (gsize i = 0; i < G_N_ELEMENTS (odd); i++)
    {
      guint8                 other[DATA_BYTES];
      guint32                bits = GUINT32_TO_LE (odd[i].bits);
      g_autoptr (GByteArray) file = NULL;

      memcpy (other, data, DATA_BYTES);
      memcpy (other + odd[i].at, &bits, (gsize) odd[i].size);
      file = weights_file (NULL, NULL, other, DATA_BYTES);
      assert_refused (file, odd[i].because);
    }
}

static void
test_absurd_lengths_are_refused (void)
{
  static const guint64   lengths[] = { 0, 1, 9, G_MAXUINT64, G_MAXUINT64 - 7, G_MAXINT64, (guint64) 1 << 33 };
  g_autoptr (GByteArray) file      = weights_file (NULL, NULL, data, DATA_BYTES);

  for (gsize i = 0; i < G_N_ELEMENTS (lengths); i++)
    {
      guint64 length = GUINT64_TO_LE (lengths[i]);

      memcpy (file->data, &length, 8);
      assert_refused (file, "");
    }
}

static void
test_every_truncation_is_refused (void)
{
  g_autoptr (GByteArray) file = weights_file (NULL, NULL, data, DATA_BYTES);

  while (file->len > 0)
    {
      g_byte_array_set_size (file, file->len - 1);
      assert_refused (file, "");
    }
}

/* A file with one bit changed in its header is refused with words or holds together. */
static void
test_every_flip_is_survived (void)
{
  g_autoptr (GByteArray) file = weights_file (NULL, NULL, data, DATA_BYTES);

  for (guint at = 0; at < file->len - DATA_BYTES; at++)
    for (int bit = 0; bit < 8; bit++)
      {
        g_autoptr (GError)      error   = NULL;
        g_autoptr (FddmWeights) weights = NULL;

        file->data[at] ^= (guint8) (1 << bit);
        weights = parse (file, &error);
        g_assert_true ((weights == NULL) == (error != NULL));
        if (weights)
          g_assert_cmpint (fddm_weights_value_channels (weights, weights->n_layers), ==, weights->outputs);
        file->data[at] ^= (guint8) (1 << bit);
      }
}

static void
test_depth_is_bounded (void)
{
  g_autofree char       *deep = g_strnfill (3000000, '[');
  g_autoptr (GByteArray) file = weights_file (LAYERS, deep, data, DATA_BYTES);

  assert_refused (file, "nested too deeply");
}

/* Ranges of the inputs of some layers; what a ReLU wrote is not negative. */
static void
test_ranges (void)
{
  guint8                  data[DATA_BYTES];
  g_autoptr (GByteArray)  file    = NULL;
  g_autoptr (GError)      error   = NULL;
  g_autoptr (FddmWeights) weights = NULL;

  weights_file_data (data);
  file    = weights_file ("'licence'",
                          "'ranges':'[[1, 2.5], [0.5, 3], null, [4, 5, 6, 7]]','ranges_from':'[0, 0.25, 9, 0]','licence'", data,
                          DATA_BYTES);
  weights = parse (file, &error);
  g_assert_no_error (error);
  g_assert_cmpfloat (weights->layers[0].ranges[1], ==, 2.5);
  g_assert_false (weights->layers[0].positive);
  g_assert_cmpfloat (weights->layers[1].ranges[0], ==, 0.5);
  g_assert_true (weights->layers[1].positive);
  g_assert_null (weights->layers[2].ranges);
  g_assert_cmpfloat (weights->layers[3].ranges[3], ==, 7);
  g_assert_false (weights->layers[3].positive);
  /* Where noise is faint, the second has none; the third never has. */
  g_assert_cmpfloat (fddm_weights_ranges_from (weights), ==, 0.25);
  g_assert_true (fddm_weights_ranges (weights, 0, TRUE) == weights->layers[0].ranges);
  g_assert_null (fddm_weights_ranges (weights, 1, TRUE));
  g_assert_true (fddm_weights_ranges (weights, 1, FALSE) == weights->layers[1].ranges);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  weights_file_data (data);
  g_test_add_func ("/weights/good-file-is-read", test_good_file_is_read);
  g_test_add_func ("/weights/ranges", test_ranges);
  g_test_add_func ("/weights/halves", test_halves);
  g_test_add_func ("/weights/damages-are-named", test_damages_are_named);
  g_test_add_func ("/weights/measuring-file", test_measuring_file);
  g_test_add_func ("/weights/generating-file", test_generating_file);
  g_test_add_func ("/weights/odd-numbers-are-refused", test_odd_numbers_are_refused);
  g_test_add_func ("/weights/absurd-lengths-are-refused", test_absurd_lengths_are_refused);
  g_test_add_func ("/weights/every-truncation-is-refused", test_every_truncation_is_refused);
  g_test_add_func ("/weights/every-flip-is-survived", test_every_flip_is_survived);
  g_test_add_func ("/weights/depth-is-bounded", test_depth_is_bounded);
  return g_test_run ();
}
