/* charset_tables.h: the indexes of the Encoding Standard (WHATWG): what a byte above 0x7f, or a pointer made of two bytes,
 * means. Made by charset_gen.py. CHARSET_NONE: nothing. */
#ifndef LEAT_INGEST_CHARSET_TABLES_H
#define LEAT_INGEST_CHARSET_TABLES_H

#include <stdint.h>
#include <uchar.h>

#define CHARSET_NONE 0xfffd
#define CHARSET_BIG5 19782
#define CHARSET_GB18030 23940
#define CHARSET_GB18030_RANGES 208
#define CHARSET_EUC_KR 23750
#define CHARSET_JIS0208 11104
#define CHARSET_JIS0212 7211

struct charset_range { /* of the four-byte part: the code points follow one another up to the next range */
    uint32_t pointer, code;
};

extern const char32_t charset_big5[CHARSET_BIG5];
extern const char16_t charset_gb18030[CHARSET_GB18030], charset_euc_kr[CHARSET_EUC_KR];
extern const char16_t charset_jis0208[CHARSET_JIS0208], charset_jis0212[CHARSET_JIS0212];
extern const struct charset_range charset_gb18030_ranges[CHARSET_GB18030_RANGES];

extern const char16_t charset_ibm866[128], charset_koi8_r[128], charset_koi8_u[128], charset_macintosh[128];
extern const char16_t charset_x_mac_cyrillic[128], charset_iso_8859_2[128], charset_iso_8859_3[128];
extern const char16_t charset_iso_8859_4[128], charset_iso_8859_5[128], charset_iso_8859_6[128];
extern const char16_t charset_iso_8859_7[128], charset_iso_8859_8[128], charset_iso_8859_10[128];
extern const char16_t charset_iso_8859_13[128], charset_iso_8859_14[128], charset_iso_8859_15[128];
extern const char16_t charset_iso_8859_16[128], charset_windows_874[128], charset_windows_1250[128];
extern const char16_t charset_windows_1251[128], charset_windows_1252[128], charset_windows_1253[128];
extern const char16_t charset_windows_1254[128], charset_windows_1255[128], charset_windows_1256[128];
extern const char16_t charset_windows_1257[128], charset_windows_1258[128];

#endif
