/* no-symbol.c: a module that is none of ours.
 * SPDX-License-Identifier: Apache-2.0 */
int fddm_test_no_symbol (void);

int
fddm_test_no_symbol (void)
{
  return 0;
}
