/* cld.cc: CLD2 behind C.
 *
 * It allocates some hundred kilobytes for each text, which the C library would fetch from the kernel and give back every time (two thirds of
 * the time of short texts): so the library is told to keep a few megabytes. State: its tables, which are read only. */
#include "filter/language/cld.h"
#include <cstdio> /* its own header forgets it */

#include <cld2/public/compact_lang_det.h>
#include <cld2/public/encodings.h>
#include <malloc.h>
#include <cstring>
#include <mutex>

static std::once_flag told;

static void keep_memory()
{
    mallopt(M_MMAP_THRESHOLD, 8 << 20);
    mallopt(M_TRIM_THRESHOLD, 16 << 20);
}

void cld_guess(const char *p, size_t n, struct cld_result *guess)
{
    CLD2::CLDHints hints = {nullptr, nullptr, CLD2::UNKNOWN_ENCODING, CLD2::UNKNOWN_LANGUAGE};
    CLD2::Language languages[3];
    int percent[3], text_bytes;
    double scores[3];
    bool reliable;
    std::call_once(told, keep_memory);
    CLD2::Language summary =
        CLD2::ExtDetectLanguageSummary(p, (int)n, true, &hints, CLD2::kCLDFlagBestEffort, languages, percent,
                                       scores, nullptr, &text_bytes, &reliable);
    if (summary == CLD2::UNKNOWN_LANGUAGE) summary = languages[0];
    const char *code = CLD2::LanguageCode(summary);
    memcpy(guess->code, code, strnlen(code, sizeof guess->code - 1) + 1);
    guess->code[sizeof guess->code - 1] = 0;
    guess->reliable = reliable;
    guess->score = scores[0] > 0 ? (unsigned)scores[0] : 0;
    guess->percent = percent[0] > 0 ? (unsigned)percent[0] : 0;
}

const char *cld_code(size_t i)
{
    return i < CLD2::NUM_LANGUAGES ? CLD2::LanguageCode((CLD2::Language)i) : nullptr;
}
