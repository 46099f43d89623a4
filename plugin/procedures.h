/* procedures.h: names and descriptions of the procedures on every host.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#define FDDM_AUTHORS   "The FDDM for GIMP authors"
#define FDDM_COPYRIGHT "Apache-2.0"
#define FDDM_DATE      "2026"

/* GIMP's name for our help pages; docs/help/make-help.py has the page of each procedure. */
#define FDDM_HELP_DOMAIN "fddm"

#define FDDM_DENOISE_PROCEDURE "plug-in-fddm-denoise"
#define FDDM_DENOISE_MENU      "<Image>/Filters/Enhance"
#define FDDM_DENOISE_LABEL     N_ ("_FDDM Denoise…")
#define FDDM_DENOISE_BLURB     N_ ("Remove the noise of a photo, into a new layer")
#define FDDM_DENOISE_HELP                                                                                           \
  N_ ("Measures and removes the noise of the layer with a frequency-domain diffusion network. The result is a new " \
      "layer directly above it, with the same transparency. A selection becomes the mask of the new layer.")

/* Helper of the batch script, without a menu entry. It reports errors as text instead of failing, because a failing
 * procedure ends the calling script. */
#define FDDM_FILE_PROCEDURE "plug-in-fddm-denoise-file"
#define FDDM_FILE_BLURB     "Denoise a picture file into a folder (helper of fddm-batch-denoise)"
#define FDDM_FILE_HELP      "Returns an empty string, or the error of this file. The procedure may change between releases."

/* Likewise. */
#define FDDM_LIST_PROCEDURE "plug-in-fddm-list-files"
#define FDDM_LIST_BLURB     "List the picture files that match a pattern (helper of fddm-batch-denoise)"
#define FDDM_LIST_HELP                                                                                             \
  "Returns the files and, for each, an empty string or the reason why it cannot be denoised into the folder. The " \
  "procedure may change between releases."

#define FDDM_GENERATE_PROCEDURE "plug-in-fddm-generate"
#define FDDM_GENERATE_MENU      "<Image>/Filters/Render"
#define FDDM_GENERATE_LABEL     N_ ("FDDM Gen_erate…")
#define FDDM_GENERATE_BLURB     N_ ("Generate textures of materials, as new layers")
#define FDDM_GENERATE_HELP                                                                                              \
  N_ ("Generates pictures of any size, such as wood or stone, with a frequency-domain diffusion network. Each picture " \
      "becomes a new layer above the selected layer. A selection becomes the mask of the new layers.")

#define FDDM_SEAMLESS_PROCEDURE "plug-in-fddm-make-seamless"
#define FDDM_SEAMLESS_MENU      FDDM_GENERATE_MENU
#define FDDM_SEAMLESS_LABEL     N_ ("FDDM Ma_ke Seamless…")
#define FDDM_SEAMLESS_BLURB     N_ ("Make a picture repeat without a seam, as a new layer")
#define FDDM_SEAMLESS_HELP                                                                                                \
  N_ ("Generates a band along the edges anew, so that opposite edges meet. The result is a new layer directly above. Of " \
      "a selection, it is the rectangle around it.")

/* Likewise. */
#define FDDM_GENERATE_FILE_PROCEDURE "plug-in-fddm-generate-file"
#define FDDM_GENERATE_FILE_BLURB     "Generate a picture file into a folder (helper of fddm-batch-generate)"
#define FDDM_GENERATE_FILE_HELP      "Returns an empty string, or the error. The procedure may change between releases."
