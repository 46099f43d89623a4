# SPDX-License-Identifier: Apache-2.0
"""JPEG XL files by libjxl itself, of kinds that the program does not write, and their pixels and facts as libjxl tells them."""
import ctypes
import ctypes.util

import numpy as np

NAME = ctypes.util.find_library("jxl")
LIBRARY = NAME and ctypes.CDLL(NAME)
FIELDS = {name: 4 * i for i, name in enumerate((
    "have_container", "xsize", "ysize", "bits_per_sample", "exponent_bits_per_sample", "intensity_target", "min_nits", "relative",
    "linear_below", "uses_original_profile", "have_preview", "have_animation", "orientation", "num_color_channels",
    "num_extra_channels", "alpha_bits", "alpha_exponent_bits", "alpha_premultiplied", "preview_x", "preview_y", "tps_numerator",
    "tps_denominator"))}
TYPES = {"float32": 0, "uint8": 2, "uint16": 3}
BASIC_INFO, NEED_BUFFER, FULL_IMAGE = 0x40, 5, 0x1000
DEPTH, SPOT, MASK, BLACK, THERMAL = 1, 2, 3, 4, 6  # kinds of channels
if LIBRARY:
    for function in ("JxlEncoderCreate", "JxlEncoderFrameSettingsCreate", "JxlDecoderCreate"):
        getattr(LIBRARY, function).restype = ctypes.c_void_p


class Layout(ctypes.Structure):
    _fields_ = [("channels", ctypes.c_uint32), ("kind", ctypes.c_int), ("order", ctypes.c_int), ("align", ctypes.c_size_t)]


def call(name, *arguments, expected=(0,)):
    status = getattr(LIBRARY, name)(*arguments)
    assert status in expected, "%s: %d" % (name, status)
    return status


def encode(path, array, colours=3, lossy=0, profile=None, boxes=(), extra=0, frames=1, **info):
    """EXTRA: kind of the last channel, if it is not alpha. INFO: fields of JxlBasicInfo."""
    array = np.ascontiguousarray(array if array.ndim == 3 else array[..., None])
    height, width, channels = array.shape
    bits = array.dtype.itemsize * 8
    info = {"xsize": width, "ysize": height, "bits_per_sample": bits, "exponent_bits_per_sample": 8 if bits == 32 else 0,
            "num_color_channels": colours, "num_extra_channels": channels - colours,
            "alpha_bits": bits if channels > colours else 0, "uses_original_profile": int(not lossy)} | info
    facts = ctypes.create_string_buffer(512)
    LIBRARY.JxlEncoderInitBasicInfo(facts)
    for name, value in info.items():
        ctypes.c_uint32.from_buffer(facts, FIELDS[name]).value = value
    encoder = ctypes.c_void_p(LIBRARY.JxlEncoderCreate(None))
    call("JxlEncoderUseContainer", encoder, int(bool(boxes)))
    if boxes:
        call("JxlEncoderUseBoxes", encoder)
    call("JxlEncoderSetBasicInfo", encoder, facts)
    call("JxlEncoderSetCodestreamLevel", encoder, 10)
    if profile:
        call("JxlEncoderSetICCProfile", encoder, profile, ctypes.c_size_t(len(profile)))
    else:
        numbers = ctypes.create_string_buffer(512)
        LIBRARY.JxlColorEncodingSetToSRGB(numbers, int(colours == 1))
        call("JxlEncoderSetColorEncoding", encoder, numbers)
    if extra:
        kind = ctypes.create_string_buffer(128)
        LIBRARY.JxlEncoderInitExtraChannelInfo(extra, kind)
        call("JxlEncoderSetExtraChannelInfo", encoder, ctypes.c_size_t(0), kind)
    settings = ctypes.c_void_p(LIBRARY.JxlEncoderFrameSettingsCreate(encoder, None))
    if lossy:
        call("JxlEncoderSetFrameDistance", settings, ctypes.c_float(lossy))
    else:
        call("JxlEncoderSetFrameLossless", settings, 1)
    for name, data in boxes:
        call("JxlEncoderAddBox", encoder, name, data, ctypes.c_size_t(len(data)), 1)
    layout = Layout(colours if extra else channels, TYPES[array.dtype.name], 0, 0)
    seen = np.ascontiguousarray(array[..., :colours]) if extra else array
    for _ in range(frames):
        call("JxlEncoderAddImageFrame", settings, ctypes.byref(layout), seen.ctypes.data_as(ctypes.c_void_p),
             ctypes.c_size_t(seen.nbytes))
        if extra:
            ink = np.ascontiguousarray(array[..., colours])
            call("JxlEncoderSetExtraChannelBuffer", settings, ctypes.byref(layout), ink.ctypes.data_as(ctypes.c_void_p),
                 ctypes.c_size_t(ink.nbytes), 0)
    LIBRARY.JxlEncoderCloseInput(encoder)
    out = ctypes.create_string_buffer(array.nbytes * frames + (1 << 16))
    at, left = ctypes.c_void_p(ctypes.addressof(out)), ctypes.c_size_t(len(out))
    call("JxlEncoderProcessOutput", encoder, ctypes.byref(at), ctypes.byref(left))
    LIBRARY.JxlEncoderDestroy(encoder)
    with open(path, "wb") as f:
        f.write(out.raw[:len(out) - left.value])


def decode(path, kind="uint8", channels=3):
    """Pixels, not turned, and fields of JxlBasicInfo."""
    with open(path, "rb") as f:
        data = f.read()
    decoder, facts = ctypes.c_void_p(LIBRARY.JxlDecoderCreate(None)), ctypes.create_string_buffer(512)
    call("JxlDecoderSubscribeEvents", decoder, BASIC_INFO | FULL_IMAGE)
    call("JxlDecoderSetKeepOrientation", decoder, 1)
    call("JxlDecoderSetInput", decoder, data, ctypes.c_size_t(len(data)))
    call("JxlDecoderProcessInput", decoder, expected=(BASIC_INFO,))
    call("JxlDecoderGetBasicInfo", decoder, facts)
    info = {name: ctypes.c_uint32.from_buffer(facts, at).value for name, at in FIELDS.items()}
    pixels = np.zeros((info["ysize"], info["xsize"], channels), kind)
    call("JxlDecoderProcessInput", decoder, expected=(NEED_BUFFER,))
    call("JxlDecoderSetImageOutBuffer", decoder, ctypes.byref(Layout(channels, TYPES[kind], 0, 0)),
         pixels.ctypes.data_as(ctypes.c_void_p), ctypes.c_size_t(pixels.nbytes))
    call("JxlDecoderProcessInput", decoder, expected=(FULL_IMAGE,))
    LIBRARY.JxlDecoderDestroy(decoder)
    return pixels, info
