/* The Unicode tables against ICU's own, for every code point that the installed ICU knows, and some of Unicode 16 by
 * hand. */
#include "common/text.h"
#include "tests/unit/test.h"
#include <unicode/uchar.h>
#include <unicode/uscript.h>

/* ICU's general categories in the order of its enum UCharCategory. */
static const char *const icu_names[] = {"Cn", "Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Me", "Mc", "Nd",
                                        "Nl", "No", "Zs", "Zl", "Zp", "Cc", "Cf", "Co", "Cs", "Pd",
                                        "Ps", "Pe", "Pc", "Po", "Sm", "Sc", "Sk", "So", "Pi", "Pf"};

/* Whether ICU and this table speak of the same character: not one that only one of them has. */
static bool both_know(uint32_t cp)
{
    UVersionInfo icu, age;
    u_getUnicodeVersion(icu);
    u_charAge((UChar32)cp, age);
    if (age[0] > 16) return false;
    if (cp == 0x1171E && icu[0] < 16) return false; /* became Mc in Unicode 16 */
    return age[0] > 0 || icu[0] == 16;              /* age 0: not assigned */
}

TEST(categories_are_icu_s)
{
    size_t wrong = 0, compared = 0;
    for (uint32_t cp = 0; cp <= 0x10FFFF; cp++) {
        if (!both_know(cp)) continue;
        compared++;
        const char *want = icu_names[u_charType((UChar32)cp)];
        if (strcmp(unicode_category(cp), want) != 0 && wrong++ < 10)
            printf("# U+%04X: %s, not %s\n", cp, unicode_category(cp), want);
    }
    CHECK_INT(wrong, 0);
    CHECK(compared > 280000);
}

TEST(lower_case_is_icu_s)
{
    size_t wrong = 0;
    for (uint32_t cp = 0; cp <= 0x10FFFF; cp++)
        if (both_know(cp) && unicode_lower(cp) != (uint32_t)u_tolower((UChar32)cp) && wrong++ < 10)
            printf("# U+%04X: %04X, not %04X\n", cp, unicode_lower(cp), (uint32_t)u_tolower((UChar32)cp));
    CHECK_INT(wrong, 0);
}

static unsigned classes_by_icu(uint32_t cp)
{
    static const unsigned groups[256] = {
        ['L'] = UC_LETTER, ['M'] = UC_MARK, ['N'] = UC_NUMBER, ['P'] = UC_PUNCT, ['S'] = UC_SYMBOL};
    int type = u_charType((UChar32)cp);
    return groups[(uint8_t)icu_names[type][0]] | (u_isUWhiteSpace((UChar32)cp) ? UC_SPACE : 0) |
           (type == U_UPPERCASE_LETTER || type == U_TITLECASE_LETTER ? UC_UPPER : 0);
}

TEST(classes_are_icu_s)
{
    size_t wrong = 0;
    for (uint32_t cp = 0; cp <= 0x10FFFF; cp++)
        wrong += both_know(cp) && (unicode_classes(cp) & ~(unsigned)UC_IDEO) != classes_by_icu(cp);
    CHECK_INT(wrong, 0);
}

/* The scripts of UC_IDEO by ICU's script property, which the generator does not have: it works by blocks. */
static bool without_spaces(uint32_t cp)
{
    static const UScriptCode scripts[] = {USCRIPT_HAN, USCRIPT_HIRAGANA, USCRIPT_KATAKANA, USCRIPT_THAI,
                                          USCRIPT_LAO, USCRIPT_KHMER,    USCRIPT_MYANMAR};
    for (size_t i = 0; i < sizeof scripts / sizeof *scripts; i++)
        if (uscript_hasScript((UChar32)cp, scripts[i])) return true;
    return false;
}

TEST(scripts_without_spaces_are_icu_s)
{
    size_t wrong = 0;
    for (uint32_t cp = 0; cp <= 0x10FFFF; cp++) {
        bool letter =
            (unicode_classes(cp) & (UC_LETTER | UC_MARK)) || strcmp(unicode_category(cp), "Nl") == 0;
        bool ideo = unicode_classes(cp) & UC_IDEO;
        if (!both_know(cp) || ideo == (letter && without_spaces(cp))) continue;
        if (wrong++ < 40) printf("# U+%04X: %d\n", cp, ideo);
    }
    CHECK_INT(wrong, 0);
}

TEST(new_in_unicode_16)
{
    CHECK_STR(UNICODE_VERSION, "16.0.0");
    CHECK_STR(unicode_category(0x1C89), "Lu"); /* Cyrillic capital Tje */
    CHECK_INT(unicode_lower(0x1C89), 0x1C8A);
    CHECK_INT(unicode_lower(0xA7DC), 0x19B);    /* Latin capital lambda with stroke */
    CHECK_INT(unicode_lower(0x10D50), 0x10D70); /* Garay capital A */
    CHECK_STR(unicode_category(0x116D0), "Nd"); /* Myanmar Pao Karen digit zero */
    CHECK_STR(unicode_category(0x1CCD6), "So");
}

TEST(not_a_code_point)
{
    CHECK_STR(unicode_category(0x110000), "Cn");
    CHECK_STR(unicode_category(UINT32_MAX), "Cn");
    CHECK_INT(unicode_classes(UINT32_MAX), 0);
    CHECK_INT(unicode_lower(UINT32_MAX), UINT32_MAX);
}

int main(void)
{
    RUN(categories_are_icu_s);
    RUN(lower_case_is_icu_s);
    RUN(classes_are_icu_s);
    RUN(scripts_without_spaces_are_icu_s);
    RUN(new_in_unicode_16);
    RUN(not_a_code_point);
    return TEST_END();
}
