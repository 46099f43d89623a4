# SPDX-License-Identifier: Apache-2.0
"""What JPEG does to a picture, on batches: planes are Y'CbCr in [-1, 1], N x c x H x W."""
import torch
import torch.nn.functional as F

from fddm import transform

LUMA_TABLE = torch.tensor([
    16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69, 56,
    14, 17, 22, 29, 51, 87, 80, 62, 18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92,
    49, 64, 78, 87, 103, 121, 120, 101, 72, 92, 95, 98, 112, 100, 103, 99.])
CHROMA_TABLE = torch.full((8, 8), 99.)
CHROMA_TABLE[:4, :4] = torch.tensor([[17, 18, 24, 47], [18, 21, 26, 66], [24, 26, 56, 99], [47, 66, 99, 99.]])


def quantise(planes, tables, quality):
    """The loss alone; sides multiples of 8. tables: (c, 64). quality: N x 1 x 1 x 1."""
    scale = torch.where(quality < 50, 5000 / quality, 200 - 2 * quality) / 100
    step = (tables.reshape(1, -1, 1, 1) * scale).round().clamp(1, 255) / 127.5
    return transform.patch_idct((transform.patch_dct(planes, 8) / step).round() * step, 8)


def grid():
    """A random place for the 16 x 16 grid."""
    return [int(i) for i in torch.randint(0, 16, (2,))]


def compress(ycc, quality, halve, shift):
    """ycc after JPEG of QUALITY; HALVE (N x 1 x 1 x 1, bool) stores chroma at half the size (4:2:0). SHIFT: where the
    grid is, as grid() draws it; beyond the borders the last pixels go on. Sides that are no multiples of 16 stay uncompressed."""
    h, w = ycc.shape[-2:]
    if h % 16 or w % 16:
        return ycc
    y, x = shift
    ycc = F.pad(ycc, (x, -x % 16, y, -y % 16), mode="replicate")
    chroma_tables = CHROMA_TABLE.reshape(1, 64).repeat(2, 1).to(ycc)
    luma = quantise(ycc[:, :1], LUMA_TABLE.reshape(1, 64).to(ycc), quality)
    full = quantise(ycc[:, 1:], chroma_tables, quality)
    half = quantise(F.avg_pool2d(ycc[:, 1:], 2), chroma_tables, quality)
    half = F.interpolate(half, scale_factor=2, mode="bilinear", align_corners=False)
    return torch.cat([luma, torch.where(halve, half, full)], 1)[..., y:y + h, x:x + w].contiguous()
