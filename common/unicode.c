/* unicode.c: categories, classes and lower case of code points, by table look-up. No state.
 *
 * Two stages, pages of 256 code points (see unicode_gen.py): two dependent loads per look-up, 47 KB of tables, of which
 * any one script touches one or two cache lines per page. Published method: The Unicode Standard 5.1, "Optimized
 * tables". */
#include "common/text.h"
#include "common/unicode_table.h"

const char *unicode_category(uint32_t cp)
{
    return unicode_find(cp)->category;
}

unsigned unicode_classes(uint32_t cp)
{
    return unicode_find(cp)->classes;
}

uint32_t unicode_lower(uint32_t cp)
{
    return cp + (uint32_t)unicode_find(cp)->lower;
}
