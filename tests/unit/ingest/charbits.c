/* Kinds of characters by vectors against byte by byte, at every place and length; hashes of words. */
#include "ingest/extract/charbits.h"
#include "common/hash.h"
#include "ingest/extract/words.h"
#include "tests/unit/test.h"

static bool same(struct charbits a, struct charbits b)
{
    return a.word == b.word && a.digit == b.digit && a.space == b.space && a.end == b.end &&
           a.comma == b.comma && a.mark == b.mark;
}

TEST(every_byte_at_every_place)
{
    char text[2 * CHARBITS];
    for (int c = 0; c < 256; c++) {
        memset(text, 'x', sizeof text);
        for (size_t at = 0; at < CHARBITS; at++) {
            text[at] = (char)c;
            CHECK(same(charbits_of(text, CHARBITS, text + sizeof text), charbits_plain(text, CHARBITS)));
            text[at] = '.';
        }
    }
}

/* At the end of a block of the heap, where ASan sees a byte too many. */
TEST(no_byte_behind_the_end_is_read)
{
    uint64_t seed = 7;
    for (size_t n = 0; n <= CHARBITS; n++) {
        char *text = malloc(n + 1);
        if (!text) abort();
        for (size_t i = 0; i < n; i++) text[i] = (char)hash_mix64(seed++);
        for (size_t m = 0; m <= n; m++) {
            char *cut = malloc(n ? n : 1);
            if (!cut) abort();
            memcpy(cut, text, n);
            CHECK(same(charbits_of(cut, m, cut + n), charbits_plain(text, m)));
            free(cut);
        }
        free(text);
    }
}

static const char *const word = "Internationalization";

TEST(a_word_is_its_letters)
{
    char shout[32], *exact;
    for (size_t n = 1; n <= 20; n++) {
        uint32_t hash = word_hash(word, n, word + 20);
        memset(shout, '!', sizeof shout);
        for (size_t i = 0; i < n; i++) shout[i] = (char)(word[i] & ~0x20);
        CHECK(word_hash(shout, n, shout + sizeof shout) == hash); /* what follows does not matter, nor case */
        exact = malloc(n);
        if (!exact) abort();
        memcpy(exact, word, n);
        CHECK(word_hash(exact, n, exact + n) == hash); /* nor where reading must stop */
        free(exact);
        for (size_t m = 1; m < n; m++) CHECK(word_hash(word, m, word + 20) != hash);
    }
}

/* As train.py computes them: the tables hold such hashes. */
TEST(the_hash_that_the_tables_were_made_with)
{
    CHECK_INT(word_hash(word + 6, 1, word + 7), 0xf3051f49);
    CHECK_INT(word_hash(word, 20, word + 20), 0x4bb76799);
}

int main(void)
{
    RUN(every_byte_at_every_place);
    RUN(no_byte_behind_the_end_is_read);
    RUN(a_word_is_its_letters);
    RUN(the_hash_that_the_tables_were_made_with);
    return TEST_END();
}
