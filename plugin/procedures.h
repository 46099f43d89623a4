/* procedures.h: the names and words under which the procedures are registered on every host.
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
#define FDDM_DENOISE_BLURB     N_ ("Take the noise out of a photo, into a new layer")
#define FDDM_DENOISE_HELP                                                                                            \
  N_ ("A frequency-domain diffusion network measures and removes the noise of the layer. The result is a new layer " \
      "right above it, with its transparency; a selection becomes the new layer's mask.")

/* Not in any menu: the batch script's helper. It answers in words where another procedure would fail, since a failing
 * procedure ends the script that called it. */
#define FDDM_FILE_PROCEDURE "plug-in-fddm-denoise-file"
#define FDDM_FILE_BLURB     "Denoise a picture file into a folder (helper of fddm-batch-denoise)"
#define FDDM_FILE_HELP      "Returns an empty string, or what went wrong with this file. It may change from release to release."

#define FDDM_GENERATE_PROCEDURE "plug-in-fddm-generate"
#define FDDM_GENERATE_MENU      "<Image>/Filters/Render"
#define FDDM_GENERATE_LABEL     N_ ("FDDM Gen_erate…")
#define FDDM_GENERATE_BLURB     N_ ("Make textures of materials, as new layers")
#define FDDM_GENERATE_HELP                                                                                              \
  N_ ("A frequency-domain diffusion network makes pictures out of noise, such as wood or stone, at any size. Each one " \
      "becomes a new layer above the chosen one; a selection becomes the new layers' mask.")

/* As FDDM_FILE_PROCEDURE. */
#define FDDM_GENERATE_FILE_PROCEDURE "plug-in-fddm-generate-file"
#define FDDM_GENERATE_FILE_BLURB     "Generate a picture file in a folder (helper of fddm-batch-generate)"
#define FDDM_GENERATE_FILE_HELP      "Returns an empty string, or what went wrong. It may change from release to release."
