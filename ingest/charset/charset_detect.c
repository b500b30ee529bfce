/* charset_detect.c: guessing an encoding, by uchardet (Mozilla's detector) over the words that are not ASCII.
 *
 * Markup tells nothing and would cost the detector's 100 MB/s; so only words with a byte beyond ASCII are shown to it, at most
 * SAMPLE_BYTES of them. It knows encodings that no page is in (IBM852, ISO-8859-16), and takes relatives for one another;
 * what the standard does not know is not believed, and between relatives the bytes decide in which they differ.
 *
 * In: bytes. Out: an encoding. State: a detector that is reset. Memory: the sample. */
#include "ingest/charset/charset_detect.h"
#include "common/text.h"
#include <uchardet/uchardet.h>

#define SAMPLE_BYTES ((size_t)8192)
#define LATIN_MIN 4

void charset_detector_init(struct charset_detector *d)
{
    d->uchardet = NULL;
    buf_init(&d->sample, BUF_NO_MAX);
}

void charset_detector_free(struct charset_detector *d)
{
    if (d->uchardet) uchardet_delete(d->uchardet);
    buf_free(&d->sample);
}

/* Bytes of which words consist, in any encoding: second bytes of a character may be ASCII from 0x40 on, or digits. */
static bool in_word(uint8_t c)
{
    return c >= 0x40 || (c >= '0' && c <= '9');
}

static int take_sample(struct buf *sample, struct slice bytes)
{
    const char *p = bytes.p, *end = p + bytes.n;
    buf_clear(sample);
    if (buf_reserve(sample, SAMPLE_BYTES + 1) < 0) return -1;
    while (p < end && sample->n < SAMPLE_BYTES) {
        const char *odd = p;
        while (odd < end && !(*odd & 0x80)) odd++;
        if (odd == end) break;
        const char *from = odd, *to = odd;
        while (from > p && in_word((uint8_t)from[-1]) && odd - from < 64) from--;
        while (to < end && in_word((uint8_t)*to)) to++;
        size_t n = (size_t)(to - from), room = SAMPLE_BYTES - sample->n;
        buf_put(sample, from, n < room ? n : room);
        buf_putc(sample, ' ');
        p = to;
    }
    return 0;
}

/* ------------------------------------------------------------------ relatives */

struct counts {
    uint32_t of[256];
    uint32_t c1, high;      /* 0x80 to 0x9f; 0x80 to 0xff */
    uint32_t latin_letters; /* what is one in an alphabet of Central Europe, roughly */
};

static uint32_t sum(const struct counts *c, const char *bytes)
{
    uint32_t n = 0;
    for (; *bytes; bytes++) n += c->of[(uint8_t)*bytes];
    return n;
}

static void count(struct counts *c, struct slice s)
{
    memset(c, 0, sizeof *c);
    for (size_t i = 0; i < s.n; i++) c->of[(uint8_t)s.p[i]]++;
    for (size_t i = 0x80; i < 256; i++) c->high += c->of[i];
    for (size_t i = 0x80; i < 0xa0; i++) c->c1 += c->of[i];
    for (size_t i = 0xc0; i < 256; i++) c->latin_letters += c->of[i];
    c->latin_letters += sum(c, "\x8a\x8c\x8d\x8e\x8f\x9a\x9c\x9d\x9e\x9f\xb1\xb3\xb6\xb9\xbc\xbe\xbf");
}

/* ISO-8859-7 has the accented capital alpha at B6 and an apostrophe at A2, where windows-1253 has that alpha. */
static bool is_iso_greek(struct slice s)
{
    size_t iso = 0, windows = 0;
    for (size_t i = 0; i + 1 < s.n; i++) {
        bool inside = i > 0 && (uint8_t)s.p[i - 1] >= 0xb8, before = (uint8_t)s.p[i + 1] >= 0xb8;
        iso += (s.p[i] == '\xb6' && before) || (s.p[i] == '\xa2' && inside);
        windows += s.p[i] == '\xa2' && !inside && before;
    }
    return iso > windows;
}

/* Icelandic, which uchardet does not know, is taken for Baltic or Central European: of its thorn, eth and ae, no text in those
 * has all three without one of the letters that are more frequent there. */
static bool is_icelandic(const struct counts *c, const char *others)
{
    return c->of[0xf0] && c->of[0xfe] && c->of[0xe6] && sum(c, others) * 50 <= c->high;
}

/* The encoding that is meant by a name of uchardet's which has relatives; NULL: it has none. */
static const char *among_relatives(struct slice name, struct slice sample, const struct counts *c)
{
    if (slice_is(name, "KOI8-R")) /* Є І Ї Ґ є і ї ґ, or box drawing */
        return sum(c, "\xa4\xa6\xa7\xad\xb4\xb6\xb7\xbd") ? "koi8-u" : "koi8-r";
    if (slice_is(name, "ISO-8859-2") || slice_is(name, "ISO-8859-16") || slice_is(name, "WINDOWS-1250")) {
        if (is_icelandic(c, "\x9a\x9c\x9e\x9f\xb3\xb9\xbe\xe3\xe8\xea\xec\xef\xf5\xf8\xf9\xfb"))
            return "windows-1252";
        return slice_is(name, "ISO-8859-2") && !c->c1 ? "iso-8859-2" : "windows-1250";
    }
    if (slice_is(name, "ISO-8859-13") || slice_is(name, "WINDOWS-1257"))
        return is_icelandic(c, "\xe0\xe2\xe7\xeb\xee\xf8\xfb") ? "windows-1252" : "windows-1257";
    if (slice_is(name, "ISO-8859-7") || slice_is(name, "WINDOWS-1253"))
        return !c->c1 && is_iso_greek(sample) ? "iso-8859-7" : "windows-1253";
    if (slice_is(name, "ISO-8859-15")) return c->c1 ? "windows-1252" : "iso-8859-15";
    if (slice_is(name, "ISO-8859-8")) return "windows-1255";
    if (slice_is(name, "UHC")) return "euc-kr";
    return slice_is(name, "MAC-CYRILLIC") ? "x-mac-cyrillic" : NULL;
}

/* Latin alphabets are guessed from a few letters; in that case the most frequent encoding is the best guess. */
static bool is_too_little(const struct charset *found, const struct counts *c)
{
    static const char *const latin[] = {"windows-1250", "windows-1254", "windows-1257",
                                        "windows-1258", "iso-8859-2",   "iso-8859-15"};
    for (size_t i = 0; i < sizeof latin / sizeof *latin; i++)
        if (c->latin_letters < LATIN_MIN && strcmp(found->name, latin[i]) == 0) return true;
    return false;
}

static const struct charset *understand(struct slice name, struct slice sample, const struct counts *c)
{
    static const char *const never[] = {"ISO-8859-3", "ISO-8859-4", "ISO-8859-10",
                                        "UTF-8",      "UTF-16",     "UTF-32"};
    for (size_t i = 0; i < sizeof never / sizeof *never; i++)
        if (slice_has_prefix(name, never[i])) return NULL;
    const char *relative = among_relatives(name, sample, c);
    const struct charset *found = charset_find(relative ? slice_str(relative) : name);
    return found && !is_too_little(found, c) ? found : NULL;
}

const struct charset *charset_detect(struct charset_detector *d, struct slice bytes)
{
    struct counts c;
    if (!d->uchardet) d->uchardet = uchardet_new();
    if (!d->uchardet || take_sample(&d->sample, bytes) < 0) return NULL;
    struct slice sample = buf_slice(&d->sample);
    uchardet_reset(d->uchardet);
    uchardet_handle_data(d->uchardet, sample.p, sample.n);
    uchardet_data_end(d->uchardet);
    count(&c, sample);
    const struct charset *found = understand(slice_str(uchardet_get_charset(d->uchardet)), sample, &c);
    return found ? found : charset_find(slice_str("windows-1252"));
}
