# SPDX-License-Identifier: Apache-2.0
"""Pixels and facts of HEIC and AVIF files as libheif itself tells them."""
import ctypes
import ctypes.util

import numpy as np

NAME = ctypes.util.find_library("heif")
LIBRARY = NAME and ctypes.CDLL(NAME)
HEVC, AV1 = 1, 4  # compressions
RGB, INTERLEAVED = 1, 10
CHROMAS = {(3, False): 10, (4, False): 11, (3, True): 14, (4, True): 15}  # channels, deep: interleaved, little-endian


class Error(ctypes.Structure):
    _fields_ = [("code", ctypes.c_int), ("subcode", ctypes.c_int), ("message", ctypes.c_char_p)]


if LIBRARY:
    for function in ("heif_context_alloc",):
        getattr(LIBRARY, function).restype = ctypes.c_void_p
    for function in ("heif_context_read_from_file", "heif_context_get_primary_image_handle", "heif_decode_image"):
        getattr(LIBRARY, function).restype = Error
    LIBRARY.heif_image_get_plane_readonly.restype = ctypes.c_void_p
    LIBRARY.heif_image_handle_get_raw_color_profile_size.restype = ctypes.c_size_t
    LIBRARY.heif_image_handle_get_raw_color_profile.restype = Error


def call(name, *arguments):
    error = getattr(LIBRARY, name)(*arguments)
    assert error.code == 0, "%s: %s" % (name, error.message)


def can_write(compression):
    return bool(LIBRARY) and bool(LIBRARY.heif_have_encoder_for_format(compression))


def decode(path):
    """Pixels, which libheif turns upright, bits a sample, the ICC profile."""
    context, handle, image = ctypes.c_void_p(LIBRARY.heif_context_alloc()), ctypes.c_void_p(), ctypes.c_void_p()
    call("heif_context_read_from_file", context, path.encode(), None)
    call("heif_context_get_primary_image_handle", context, ctypes.byref(handle))
    channels = 4 if LIBRARY.heif_image_handle_has_alpha_channel(handle) else 3
    bits = LIBRARY.heif_image_handle_get_luma_bits_per_pixel(handle)
    call("heif_decode_image", handle, ctypes.byref(image), RGB, CHROMAS[channels, bits > 8], None)
    width, height = (getattr(LIBRARY, "heif_image_get_" + side)(image, INTERLEAVED) for side in ("width", "height"))
    stride = ctypes.c_int()
    plane = LIBRARY.heif_image_get_plane_readonly(image, INTERLEAVED, ctypes.byref(stride))
    kind = np.dtype("<u2" if bits > 8 else "u1")
    rows = np.frombuffer(ctypes.string_at(plane, stride.value * height), "u1").reshape(height, stride.value)
    pixels = np.ascontiguousarray(rows[:, :width * channels * kind.itemsize]).view(kind).reshape(height, width, channels)
    size = LIBRARY.heif_image_handle_get_raw_color_profile_size(handle)
    profile = ctypes.create_string_buffer(size)
    if size:
        call("heif_image_handle_get_raw_color_profile", handle, profile)
    return pixels.copy(), bits, profile.raw
