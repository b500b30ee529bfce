/* tokenize.c: leat tokenize: JSONL documents to a token stream, and back.
 *
 * In: JSONL, or with --decode a token stream. Out: a token stream (.ltok), with --json or --decode JSONL, with --count one JSON
 * object. State: the tokenizer, shared; an encoder per thread (encode.h). */
#include "tokenizer/tokens_in.h"
#include "tokenizer/tokens_out.h"

static const char *model, *domain, *domain_key, *eod, *bos;
static struct opt_list carry;
static bool no_eod, count_only, as_json, decode, allow_special;

static const struct opt own[] = {
    {"model", 'm', OPT_STR, &model, "FILE", NULL, 0, 0, "the tokenizer: a tokenizer.json"},
    {"domain", 0, OPT_STR, &domain, "NAME", NULL, 0, 0,
     "every document's domain; without it the document's source", .excludes = "domain-key"},
    {"domain-key", 0, OPT_STR, &domain_key, "KEY", NULL, 0, 0,
     "take a document's domain from metadata.KEY; where there is none, its source"},
    {"carry", 0, OPT_LIST, &carry, "KEY", NULL, 0, 0,
     "carry metadata.KEY along with the tokens; may be repeated"},
    {"eod", 0, OPT_STR, &eod, "TOKEN", NULL, 0, 0,
     "end every document with this token; <|endoftext|> where the tokenizer has it", .excludes = "no-eod"},
    {"no-eod", 0, OPT_FLAG, &no_eod, NULL, NULL, 0, 0, "end documents with no token"},
    {"add-bos", 0, OPT_STR, &bos, "TOKEN", NULL, 0, 0, "begin every document with this token"},
    {"allow-special", 0, OPT_FLAG, &allow_special, NULL, NULL, 0, 0,
     "special tokens that stand in a text become tokens. Without it they are ordinary text, so that no "
     "document can forge one"},
    {"count", 0, OPT_FLAG, &count_only, NULL, NULL, 0, 0,
     "write only the number of documents, tokens and bytes", .excludes = "json|decode"},
    {"json", 0, OPT_FLAG, &as_json, NULL, NULL, 0, 0, "write lines of {\"id\",\"tokens\"}",
     .excludes = "decode"},
    {"decode", 0, OPT_FLAG, &decode, NULL, NULL, 0, 0,
     "read token streams and write lines of {\"id\",\"text\"}",
     .excludes = "domain|domain-key|carry|eod|no-eod|add-bos|allow-special"},
    {0}};

static const struct opt_spec spec = {
    .name = "leat tokenize",
    .summary = "turn documents into tokens, and back",
    .operands = "[INPUT…]",
    .description = "Reads JSONL documents and writes their tokens as a token stream (.ltok), which leat "
                   "shard reads: with each document go its "
                   "id, domain, source, url and place in the crawl, and the keys named by --carry.\n\n"
                   "The ids are those that Hugging Face's tokenizers gives for the same tokenizer.json, "
                   "without the tokens that its "
                   "post-processor would add: --add-bos and --eod say what goes around a document. Added "
                   "tokens that are not special are "
                   "always found in the text; special tokens only with --allow-special. Bytes that are not "
                   "valid UTF-8 cannot stand in a "
                   "document.\n\n"
                   "--decode gives the text back, without the last end-of-document token.",
    .examples = "leat tokenize -m tokenizer.json docs.jsonl.zst -o docs.ltok\n"
                "leat filter docs.jsonl | leat tokenize -m tokenizer.json --domain-key language --carry tier "
                "| leat shard -o shards\n"
                "leat tokenize -m tokenizer.json --count docs.jsonl\n"
                "leat tokenize -m tokenizer.json --decode docs.ltok | head -1\n",
    .own = own,
};

static int check_options(struct err *e)
{
    if (!model) return err_set(e, ERR_USAGE, "-m FILE is needed: the tokenizer.json to use");
    return 0;
}

static int find_token(const struct vocab *v, const char *option, const char *text, uint64_t *id,
                      struct err *e)
{
    uint32_t found = vocab_find(v, slice_str(text));
    if (found == VOCAB_NO_ID)
        return err_set(e, ERR_USAGE,
                       "%s %s: %s has no such token; leat tokenizer info lists its special tokens", option,
                       text, model);
    *id = found;
    return 0;
}

static int find_eod(const struct vocab *v, uint64_t *id, struct err *e)
{
    *id = LTOK_NO_TOKEN;
    if (no_eod) return 0;
    if (eod) return find_token(v, "--eod", eod, id, e);
    uint32_t found = vocab_find(v, slice_str("<|endoftext|>"));
    if (found == VOCAB_NO_ID)
        return err_set(e, ERR_USAGE,
                       "%s has no <|endoftext|>: name its end-of-document token with --eod, or say --no-eod",
                       model);
    *id = found;
    return 0;
}

static int encode(struct tool *t, const struct tokenizer *k)
{
    struct tokens_opts o = {.form = as_json      ? TOKENS_JSON
                                    : count_only ? TOKENS_COUNT
                                                 : TOKENS_LTOK,
                            .domain = domain,
                            .domain_key = domain_key,
                            .carry = carry.at,
                            .n_carry = carry.n,
                            .eod_token = LTOK_NO_TOKEN,
                            .bos_token = LTOK_NO_TOKEN};
    int r = find_eod(k->vocab, &o.eod_token, &t->err);
    if (r == 0 && bos) r = find_token(k->vocab, "--add-bos", bos, &o.bos_token, &t->err);
    return r == 0 ? tokens_write(t, k, &o) : r;
}

static int run(struct tool *t)
{
    struct tokenizer k = {0};
    int r = check_options(&t->err);
    if (r == 0) r = tokenizer_open(&k, model, allow_special ? SPECIAL_IS_TOKEN : SPECIAL_IS_TEXT, &t->err);
    if (r < 0) return r;
    r = decode ? tokens_decode(t, k.vocab) : encode(t, &k);
    tokenizer_close(&k);
    return r;
}

int main(int argc, char **argv)
{
    struct tool t;
    if (!tool_start(&t, &spec, TOOL_DOCS, argc, argv)) return t.status;
    int r = run(&t);
    opt_list_free(&carry);
    return tool_finish(&t, r);
}
