/* SPDX-License-Identifier: Apache-2.0 */
#include "public-header.h"
