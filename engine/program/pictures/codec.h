/* codec.h: formats that are read and written by their own libraries, and what their files hold beside pixels.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stdio.h>
#include <gegl.h>

#define FDDM_METRES_PER_INCH 0.0254

/* Coarseness of a JPEG: what its encoder chose. */
typedef struct {
  gboolean known, progressive, rgb;                  /* RGB: stored as RGB, not as luma and chroma */
  guint16  tables[4][64];                            /* by number; in natural order                */
  int      components, table[3], across[3], down[3]; /* of each component: its table, its sampling */
} FddmJpegCoding;

/* What a file holds beside its pixels. */
typedef struct FddmTraits {
  const struct FddmCodec *codec;              /* of the file; NULL = read by a GEGL operation                 */
  GBytes                 *profile;            /* ICC profile, or NULL                                         */
  double                  resolution[2];      /* pixels per metre, across and down; 0 = unknown               */
  FddmJpegCoding          jpeg;               /* of a JPEG                                                    */
  GBytes                 *exif;               /* of a HEIF or JPEG XL file, from its TIFF header on; or NULL  */
  GBytes                 *xmp;                /* of a HEIF, JPEG XL or BigTIFF file, or NULL                  */
  GPtrArray              *comments;           /* GBytes: of a JPEG                                            */
  GPtrArray              *chunks;             /* GBytes, type and data: of a PNG; NULL = none                 */
  guint16                 compression, alpha; /* of a TIFF: values of its tags; 0 = not set                   */
  guint16                 orientation;        /* of the pixels, as in EXIF; 0 = not set                       */
  gboolean                unread;             /* of a BigTIFF: whether it holds EXIF or IPTC                  */
  guint16                 turned;             /* the orientation from which they were turned since; 0 = none  */
  double                  quality;            /* of a WebP, 0 … 100                                           */
  int                     bits;               /* of a sample of a HEIF file; 0 = unknown                      */
  int                     chroma;             /* of a HEIF file: 444, 422 or 420; 0 = unknown                 */
  gboolean                lossless;           /* of a WebP or JPEG XL                                         */
} FddmTraits;

void fddm_traits_clear (FddmTraits *traits);

/* Makes TRAITS those of the same picture turned upright. What they point to is still of the file. */
void fddm_traits_turn (FddmTraits *traits);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (FddmTraits, fddm_traits_clear)

/* Whether, and how well, a format keeps pixels. */
typedef enum {
  FDDM_LOSS_NONE,   /* to the bit                                  */
  FDDM_LOSS_ROUNDS, /* rounds each sample to a precision of 1/128  */
  FDDM_LOSS_LOSSY   /* changes them by what is hard to see         */
} FddmLoss;

/* How to write. */
typedef struct {
  const FddmTraits *traits;  /* of the file that the picture was read from; never NULL, may be empty */
  GBytes           *profile; /* to embed, or NULL                                                     */
  int               quality; /* of JPEGs, 1 … 100; 0 = that of the traits                             */
  GBytes           *exif;    /* of upright formats: EXIF, from its TIFF header on, or NULL            */
  GBytes           *xmp;     /* of upright formats: XMP, or NULL                                      */
} FddmWriting;

/* The contents of FILE. NULL with *PROBLEM set. */
GBytes *fddm_picture_bytes (FILE *file, char **problem);

/* EXIF, from its TIFF header on, in the BYTES of an item of a HEIF or JPEG XL file; or NULL. */
GBytes *fddm_picture_exif (GBytes *bytes);

/* A format. Problems are sentences without the file's name; free with g_free. */
typedef struct FddmCodec {
  const char *name;       /* for users                     */
  const char *endings[4]; /* with dots; NULL: less than 4  */
  FddmLoss    loss;
  gboolean    plain;     /* files hold no profile: their space is that of sRGB */
  gboolean    opaque;    /* files hold no alpha                                */
  gboolean    rgb;       /* gray is written as RGB                             */
  gboolean    gray;      /* files hold no colours                              */
  gboolean    upright;   /* pixels are turned before; metadata are written with them   */
  int         bits_most; /* of a sample; 0: as many as pictures have                   */
  int         side_most; /* pixels; 0: as many as pictures have                        */

  /* Whether a file with the first SIZE bytes HEAD is of this format. */
  gboolean (*is) (const guint8 *head, gsize size);
  /* Reads FILE from its start. NULL with *PROBLEM set. */
  GeglBuffer *(*read) (FILE *file, FddmTraits *traits, char **problem);
  /* Writes to the empty FILE. Returns the problem, or NULL. NULL = cannot be written. */
  char *(*write) (FILE *file, GeglBuffer *buffer, const FddmWriting *how);
  /* Returns what is missing here for writing, or NULL. NULL: nothing ever is. */
  char *(*missing) (void);
} FddmCodec;

extern const FddmCodec fddm_codec_jpeg, fddm_codec_png, fddm_codec_tiff, fddm_codec_webp, fddm_codec_pnm, fddm_codec_pgm,
  fddm_codec_ppm, fddm_codec_hdr, fddm_codec_heif, fddm_codec_avif, fddm_codec_jxl, fddm_codec_pixbuf;
