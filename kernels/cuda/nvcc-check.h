/* nvcc-check.h: nothing. Preprocessed while a build is configured: nvcc refuses C++ compilers that are too new for it.
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once
