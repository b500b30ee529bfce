/* The ledger: that batches merged in order equal one ledger counting everything, that the balance is noticed when it is
 * broken, and that the JSON is what jq reads. */
#include "common/ledger.h"
#include "common/json.h"
#include "tests/unit/test.h"

static uint64_t random_state;
static uint64_t next_random(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state;
}

/* One record of some fate, the same for the same state of the generator. */
static void count_one(struct ledger *l, uint64_t i)
{
    static const char *const rules[] = {"short", "long", "repeated", "no_stop_words"};
    uint64_t r = next_random(), text = r >> 40;
    switch (r % 6) {
    case 0:
        l->in++;
        ledger_keep(l, text + 7, text);
        ledger_remove(l, rules[r % 4], 7);
        break;
    case 1:
        l->in++;
        ledger_keep(l, text, text + 3);
        l->text_added += 3;
        break;
    case 2:
        l->created++;
        ledger_drop(l, rules[r / 6 % 4], text);
        break;
    case 3:
        l->in++;
        ledger_skip(l, "sample", text);
        break;
    case 4: ledger_damage(l, i % 2 ? "a.jsonl" : "b.jsonl", i, r % 100, "bad thing %d", (int)(r % 10)); break;
    case 5:
        l->in++;
        ledger_keep(l, text, text);
        ledger_extra(l, "tokens", text);
        break;
    }
}

static char *json_of(const struct ledger *l)
{
    struct buf b;
    buf_init(&b, BUF_NO_MAX);
    buf_putc(&b, '{');
    CHECK_INT(ledger_put_json(l, &b), 0);
    buf_putc(&b, '}');
    buf_terminate(&b);
    return b.p;
}

TEST(merging_equals_counting_in_one)
{
    for (uint64_t batch = 1; batch <= 1000; batch *= 10) {
        struct ledger whole, part, merged;
        struct err e = {0};
        ledger_init(&whole);
        ledger_init(&part);
        ledger_init(&merged);
        random_state = 88172645463325252;
        for (uint64_t i = 0; i < 3000; i++) count_one(&whole, i);
        random_state = 88172645463325252;
        for (uint64_t i = 0; i < 3000; i++) {
            if (i % batch == 0) {
                ledger_merge(&merged, &part);
                ledger_reset(&part);
            }
            count_one(&part, i);
        }
        part.truncated = whole.truncated = true;
        ledger_merge(&merged, &part);
        CHECK_INT(ledger_check(&merged, &e), 0);
        CHECK_INT(merged.in + merged.created, 3000);
        CHECK_INT(merged.n_damage, LEDGER_DAMAGES);
        CHECK(merged.truncated && merged.damaged > LEDGER_DAMAGES);
        char *a = json_of(&whole), *b = json_of(&merged);
        CHECK_STR(a, b);
        free(a);
        free(b);
        ledger_free(&whole);
        ledger_free(&part);
        ledger_free(&merged);
    }
}

TEST(sums)
{
    struct ledger l;
    ledger_init(&l);
    ledger_drop(&l, "a", 10);
    ledger_drop(&l, "b", 20);
    ledger_drop(&l, "a", 30);
    ledger_skip(&l, "revisit", 0);
    ledger_skip(&l, "sample", 5);
    ledger_keep(&l, 100, 90);
    ledger_remove(&l, "lines", 10);
    CHECK_INT(ledger_dropped(&l), 3);
    CHECK_INT(ledger_dropped_text(&l), 65);
    CHECK_INT(ledger_skipped(&l), 2);
    CHECK_INT(ledger_removed_text(&l), 10);
    CHECK_INT(l.text_in, 165);
    CHECK_INT(l.dropped.n, 2);
    CHECK_INT(l.dropped.row[0].records, 2);
    CHECK_INT(l.dropped.row[0].text_bytes, 40);
    ledger_free(&l);
    CHECK_INT(l.kept, 0);
}

TEST(imbalance_is_an_error)
{
    struct ledger l;
    struct err e = {0};
    ledger_init(&l);
    CHECK_INT(ledger_check(&l, &e), 0);
    l.in = 1;
    CHECK_INT(ledger_check(&l, &e), -ERR_IO);
    CHECK(strstr(e.msg, "the records do not balance: 1 in + 0 created, but 0 kept + 0 dropped"));
    ledger_keep(&l, 5, 5);
    err_clear(&e);
    CHECK_INT(ledger_check(&l, &e), 0);
    l.text_written--;
    CHECK_INT(ledger_check(&l, &e), -ERR_IO);
    CHECK(strstr(e.msg,
                 "the text does not balance: 5 bytes in + 0 added, but 4 written + 0 dropped + 0 removed"));
    l.text_written++;
    l.failed = true;
    err_clear(&e);
    CHECK_INT(ledger_check(&l, &e), -ERR_IO);
    CHECK(strstr(e.msg, "out of memory"));
    ledger_free(&l);
}

/* Names made by outside data neither overrun a row nor fill the memory, and are still counted. */
TEST(names_are_bounded)
{
    struct ledger l;
    char name[200];
    ledger_init(&l);
    for (int i = 0; i < 5000; i++) {
        snprintf(name, sizeof name, "kind-%d", i);
        l.in++;
        ledger_skip(&l, name, 1);
    }
    CHECK(l.skipped.n <= 1001);
    CHECK_INT(ledger_skipped(&l), 5000);
    CHECK_STR(l.skipped.row[l.skipped.n - 1].name, "other");
    CHECK_INT(l.skipped.row[l.skipped.n - 1].records, 4000);
    memset(name, 'x', 62);
    strcpy(name + 62, "é and more"); /* the cut would fall into é */
    ledger_drop(&l, name, 1);
    ledger_drop(&l, name, 1);
    CHECK_INT(l.dropped.n, 1);
    CHECK_INT(strlen(l.dropped.row[0].name), 62);
    CHECK_INT(l.dropped.row[0].records, 2);
    ledger_free(&l);
}

TEST(json)
{
    struct ledger l;
    ledger_init(&l);
    l.in = 4;
    ledger_keep(&l, 10, 12);
    l.text_added = 2;
    ledger_drop(&l, "z\"rule", 3);
    ledger_drop(&l, "a", 4);
    ledger_damage(&l, "caf\xe9.jsonl", UINT64_MAX, 9, "not \"%s\"\n", "JSON");
    ledger_damage(&l, NULL, 0, 0, "x");
    ledger_extra(&l, "tokens", 99);
    char *got = json_of(&l);
    CHECK_STR(got, "{\"records\":{\"in\":6,\"created\":0,\"kept\":1,\"dropped\":{"
                   "\"a\":{\"records\":1,\"text_bytes\":4},\"z\\\"rule\":{\"records\":1,\"text_bytes\":3}},"
                   "\"skipped\":{},\"damaged\":2},"
                   "\"text\":{\"in\":17,\"added\":2,\"written\":12,\"dropped\":7,\"removed\":{}},"
                   "\"destroyed_bytes\":9,\"truncated\":false,\"damage\":["
                   "{\"file\":\"caf\xEF\xBF\xBD.jsonl\",\"offset\":18446744073709551615,\"reason\":\"not "
                   "\\\"JSON\\\"\\n\"},"
                   "{\"file\":\"\",\"offset\":0,\"reason\":\"x\"}],\"extra\":{\"tokens\":99}}");
    free(got);
    struct buf small;
    buf_init(&small, 50);
    CHECK(ledger_put_json(&l, &small) < 0);
    buf_free(&small);
    ledger_free(&l);
}

int main(void)
{
    RUN(merging_equals_counting_in_one);
    RUN(sums);
    RUN(imbalance_is_an_error);
    RUN(names_are_bounded);
    RUN(json);
    return TEST_END();
}
