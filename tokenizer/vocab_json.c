/* vocab_json.c: Hugging Face's tokenizer.json, in and out.
 *
 * Reading accepts what is a byte-level BPE: model BPE, pre-tokeniser ByteLevel alone or behind Split and Digits, normaliser
 * NFC or none. Whatever else would change the ids is refused with the field's name. Left aside, since it changes no ids of a
 * document: post_processor (adds tokens around a text: noted in has_template), trim_offsets, fuse_unk.
 * Layout: https://huggingface.co/docs/tokenizers; read and written by tokenizers 0.13 and later. */
#include "tokenizer/vocab.h"
#include "common/json.h"
#include <stdlib.h>

#define MAX_FILE_BYTES (1ULL << 30)

struct loader {
    struct vocab *v;
    const char *name;
    struct err *e;
    bool byte_level; /* the ByteLevel pre-tokeniser was met */
    struct pattern_spec spec;
    struct buf own[PATTERN_MAX_STAGES]; /* expressions that do not stand in the file */
};

static struct slice type_of(struct json v)
{
    struct slice type = {"", 0};
    json_str(json_get(v, "type"), &type);
    return type;
}

static bool is_type(struct json v, const char *type)
{
    return slice_is(type_of(v), type);
}

static bool is_absent(struct json v)
{
    return json_type(v) == JSON_NONE || json_type(v) == JSON_NULL;
}

static bool flag(struct json v, const char *key, bool otherwise)
{
    json_bool(json_get(v, key), &otherwise);
    return otherwise;
}

static int refuse(struct loader *l, const char *field, struct slice what, const char *mend)
{
    return err_set(l->e, ERR_USAGE, "%s: %s \"%.*s\" cannot be honoured: %s", l->name, field, (int)what.n,
                   what.p, mend);
}

static int nomem(struct loader *l)
{
    return err_nomem(l->e, "reading a vocabulary");
}

/* ------------------------------------------------------------------ normalizer, pre_tokenizer and the rest */

static int read_normalizer(struct loader *l, struct json v)
{
    if (is_absent(v)) return 0;
    if (is_type(v, "NFC")) {
        l->v->nfc = true;
        return 0;
    }
    if (!is_type(v, "Sequence"))
        return refuse(l, "normalizer", type_of(v), "leat normalises to NFC or not at all");
    int r = 0;
    for (struct json_iter i = json_iter(json_get(v, "normalizers")); r == 0 && json_next(&i);)
        r = is_type(i.value, "Sequence")
                ? refuse(l, "normalizer", type_of(i.value), "a sequence in a sequence")
                : read_normalizer(l, i.value);
    return r;
}

static int add_stage(struct loader *l, struct slice regex)
{
    if (l->spec.n == PATTERN_MAX_STAGES)
        return err_set(l->e, ERR_USAGE, "%s: pre_tokenizer: more than %d steps", l->name, PATTERN_MAX_STAGES);
    l->spec.regex[l->spec.n++] = regex;
    return 0;
}

/* A literal string as an expression. */
static int add_literal(struct loader *l, struct slice text)
{
    if (l->spec.n == PATTERN_MAX_STAGES) return add_stage(l, text);
    struct buf *b = &l->own[l->spec.n];
    for (size_t i = 0; i < text.n; i++) {
        if (strchr("\\^$.|?*+()[]{}-", text.p[i]) && text.p[i]) buf_putc(b, '\\');
        buf_putc(b, text.p[i]);
    }
    return b->failed ? nomem(l) : add_stage(l, buf_slice(b));
}

/* "Removed" with invert keeps the matches and loses the rest: the same as Isolated for a pattern that leaves no rest. */
static bool loses_nothing(struct json split, struct slice regex)
{
    struct pattern_spec spec = {.regex = {regex}, .n = 1};
    return flag(split, "invert", false) && pattern_name(&spec) != NULL;
}

static int read_split(struct loader *l, struct json v)
{
    struct slice behavior = {"", 0}, text;
    struct json pattern = json_get(v, "pattern");
    json_str(json_get(v, "behavior"), &behavior);
    bool regex = json_str(json_get(pattern, "Regex"), &text);
    if (!regex && !json_str(json_get(pattern, "String"), &text))
        return err_set(l->e, ERR_USAGE, "%s: pre_tokenizer Split has no pattern", l->name);
    bool removed = slice_is(behavior, "Removed") && regex && loses_nothing(v, text);
    if (!slice_is(behavior, "Isolated") && !removed)
        return refuse(l, "pre_tokenizer Split with behavior", behavior,
                      "leat cuts with Isolated, which loses nothing");
    return regex ? add_stage(l, text) : add_literal(l, text);
}

static int read_byte_level(struct loader *l, struct json v)
{
    struct pattern_spec gpt2;
    if (flag(v, "add_prefix_space", true))
        return refuse(l, "pre_tokenizer ByteLevel", slice_str("add_prefix_space"),
                      "it changes the text; set it to false");
    l->byte_level = true;
    pattern_named("gpt2", &gpt2);
    return flag(v, "use_regex", true) ? add_stage(l, gpt2.regex[0]) : 0;
}

static int read_pre_tokenizer(struct loader *l, struct json v, bool inner)
{
    if (l->byte_level)
        return refuse(l, "pre_tokenizer", type_of(v), "it stands behind ByteLevel, which must be the last");
    if (is_type(v, "ByteLevel")) return read_byte_level(l, v);
    if (is_type(v, "Split")) return read_split(l, v);
    if (is_type(v, "Digits"))
        return add_stage(l, slice_str(flag(v, "individual_digits", false) ? "\\p{N}" : "\\p{N}+"));
    if (!is_type(v, "Sequence") || inner)
        return refuse(l, "pre_tokenizer", type_of(v),
                      "leat knows Split, Digits and ByteLevel, and a Sequence of them");
    int r = 0;
    for (struct json_iter i = json_iter(json_get(v, "pretokenizers")); r == 0 && json_next(&i);)
        r = read_pre_tokenizer(l, i.value, true);
    return r;
}

static int read_cutting(struct loader *l, struct json root)
{
    struct json pre = json_get(root, "pre_tokenizer");
    int r = is_absent(pre) ? 0 : read_pre_tokenizer(l, pre, false);
    if (r == 0 && !l->byte_level)
        r = err_set(l->e, ERR_USAGE, "%s: pre_tokenizer has no ByteLevel: leat reads byte-level BPE only",
                    l->name);
    if (r == 0) r = vocab_set_pattern(l->v, &l->spec, l->e);
    return r;
}

/* Whether v, or a step of it, has the type. */
static bool has_step(struct json v, const char *list, const char *type)
{
    if (is_type(v, type)) return true;
    for (struct json_iter i = json_iter(json_get(v, list)); json_next(&i);)
        if (is_type(i.value, type)) return true;
    return false;
}

static int read_rest(struct loader *l, struct json root)
{
    static const char *const MUST_BE_NULL[] = {"truncation", "padding"};
    for (size_t i = 0; i < 2; i++)
        if (!is_absent(json_get(root, MUST_BE_NULL[i])))
            return err_set(l->e, ERR_USAGE,
                           "%s: %s cannot be honoured: leat keeps documents whole; set it to null", l->name,
                           MUST_BE_NULL[i]);
    struct json decoder = json_get(root, "decoder"), post = json_get(root, "post_processor");
    if (!is_absent(decoder) && !has_step(decoder, "decoders", "ByteLevel"))
        return refuse(l, "decoder", type_of(decoder), "leat decodes byte-level BPE: ByteLevel");
    l->v->has_template = has_step(post, "processors", "TemplateProcessing");
    return 0;
}

/* ------------------------------------------------------------------ model */

static int read_tokens(struct loader *l, struct json vocab)
{
    int r = json_type(vocab) == JSON_OBJECT
                ? 0
                : err_set(l->e, ERR_USAGE, "%s: model.vocab is no object", l->name);
    for (struct json_iter i = json_iter(vocab); r == 0 && json_next(&i);) {
        uint64_t id;
        if (!json_uint(i.value, &id) || id >= VOCAB_MAX_IDS)
            return err_set(l->e, ERR_USAGE, "%s: model.vocab: \"%.*s\" has no id below %u", l->name,
                           (int)i.key.n, i.key.p, VOCAB_MAX_IDS);
        r = vocab_add_token(l->v, (uint32_t)id, i.key, l->e);
    }
    return r;
}

/* "a b" or ["a","b"] */
static bool split_merge(struct json v, struct slice *a, struct slice *b)
{
    struct slice both;
    if (json_str(v, &both)) {
        const char *space = memchr(both.p, ' ', both.n);
        if (!space) return false;
        *a = slice_of(both.p, (size_t)(space - both.p));
        *b = slice_of(space + 1, both.n - a->n - 1);
        return a->n && b->n && !memchr(b->p, ' ', b->n);
    }
    struct json_iter i = json_iter(v);
    return json_type(v) == JSON_ARRAY && json_size(v) == 2 && json_next(&i) && json_str(i.value, a) &&
           json_next(&i) && json_str(i.value, b);
}

static int read_merge(struct loader *l, struct json v, struct buf *joined)
{
    struct slice a, b;
    if (!split_merge(v, &a, &b))
        return err_set(l->e, ERR_USAGE, "%s: model.merges: entry %zu is no pair of tokens", l->name,
                       l->v->n_merges);
    buf_clear(joined);
    buf_put_slice(joined, a);
    buf_put_slice(joined, b);
    if (joined->failed) return nomem(l);
    uint32_t left = vocab_index_get(&l->v->by_text, a), right = vocab_index_get(&l->v->by_text, b),
             result = vocab_index_get(&l->v->by_text, buf_slice(joined));
    if (left == VOCAB_NO_ID || right == VOCAB_NO_ID || result == VOCAB_NO_ID)
        return err_set(
            l->e, ERR_USAGE,
            "%s: model.merges: \"%.*s\" and \"%.*s\" and what they make are not all in the vocabulary",
            l->name, (int)a.n, a.p, (int)b.n, b.p);
    return vocab_add_merge(l->v, left, right, result, l->e);
}

static int read_merges(struct loader *l, struct json merges)
{
    struct buf joined;
    int r = json_type(merges) == JSON_ARRAY
                ? 0
                : err_set(l->e, ERR_USAGE, "%s: model.merges is no array", l->name);
    buf_init(&joined, BUF_NO_MAX);
    for (struct json_iter i = json_iter(merges); r == 0 && json_next(&i);)
        r = read_merge(l, i.value, &joined);
    buf_free(&joined);
    return r;
}

static int read_model(struct loader *l, struct json model)
{
    static const char *const MUST_BE_EMPTY[] = {"continuing_subword_prefix", "end_of_word_suffix"};
    double dropout = 0;
    struct slice text;
    if (json_has(model, "type") && !is_type(model, "BPE"))
        return refuse(l, "model", type_of(model), "leat reads BPE");
    if (json_num(json_get(model, "dropout"), &dropout) && dropout != 0)
        return err_set(l->e, ERR_USAGE, "%s: model.dropout makes ids random: set it to null", l->name);
    for (size_t i = 0; i < 2; i++)
        if (json_str(json_get(model, MUST_BE_EMPTY[i]), &text) && text.n)
            return refuse(l, MUST_BE_EMPTY[i], text, "byte-level BPE has none; set it to null");
    l->v->ignore_merges = flag(model, "ignore_merges", false);
    int r = read_tokens(l, json_get(model, "vocab"));
    return r < 0 ? r : read_merges(l, json_get(model, "merges"));
}

static int read_added(struct loader *l, struct json list)
{
    static const struct {
        const char *key;
        unsigned bit;
    } FLAGS[] = {{"special", ADDED_SPECIAL},
                 {"normalized", ADDED_NORMALIZED},
                 {"single_word", ADDED_SINGLE_WORD},
                 {"lstrip", ADDED_LSTRIP},
                 {"rstrip", ADDED_RSTRIP}};
    int r = 0;
    for (struct json_iter i = json_iter(list); r == 0 && json_next(&i);) {
        struct slice content;
        uint64_t id;
        unsigned flags = 0;
        if (!json_str(json_get(i.value, "content"), &content) || !json_uint(json_get(i.value, "id"), &id) ||
            id >= VOCAB_MAX_IDS)
            return err_set(l->e, ERR_USAGE,
                           "%s: added_tokens: an entry without content or without an id below %u", l->name,
                           VOCAB_MAX_IDS);
        for (size_t k = 0; k < sizeof FLAGS / sizeof *FLAGS; k++)
            if (flag(i.value, FLAGS[k].key, false)) flags |= FLAGS[k].bit;
        r = vocab_add_added(l->v, (uint32_t)id, content, flags, l->e);
    }
    return r;
}

static int read_all(struct loader *l, struct json root)
{
    if (json_type(json_get(root, "model")) != JSON_OBJECT)
        return err_set(l->e, ERR_USAGE, "%s: not a tokenizer.json: it has no \"model\"", l->name);
    struct json model = json_get(root, "model");
    if (json_has(model, "type") && !is_type(model, "BPE"))
        return refuse(l, "model", type_of(model), "leat reads BPE");
    int r = read_normalizer(l, json_get(root, "normalizer"));
    if (r == 0) r = read_cutting(l, root);
    if (r == 0) r = read_rest(l, root);
    if (r == 0) r = read_model(l, model);
    if (r == 0) r = read_added(l, json_get(root, "added_tokens"));
    return r == 0 ? vocab_finish(l->v, l->name, l->e) : r;
}

static int read_file(struct vocab **v, const char *name, struct json_file *f, struct err *e)
{
    struct loader l = {.v = vocab_new(), .name = name, .e = e};
    if (!l.v) return nomem(&l);
    for (size_t i = 0; i < PATTERN_MAX_STAGES; i++) buf_init(&l.own[i], BUF_NO_MAX);
    int r = read_all(&l, json_root(f));
    for (size_t i = 0; i < PATTERN_MAX_STAGES; i++) buf_free(&l.own[i]);
    if (r < 0) {
        vocab_free(l.v);
        return r;
    }
    *v = l.v;
    return 0;
}

int vocab_parse(struct vocab **v, const char *name, struct slice json, struct err *e)
{
    struct json_file *f;
    int r = json_parse(&f, name, json, e);
    if (r < 0) return r;
    r = read_file(v, name, f, e);
    json_free(f);
    return r;
}

int vocab_load(struct vocab **v, const char *path, struct err *e)
{
    struct json_file *f;
    int r = json_load(&f, path, MAX_FILE_BYTES, e);
    if (r < 0) return r;
    r = read_file(v, path, f, e);
    json_free(f);
    return r;
}

/* ------------------------------------------------------------------ writing */

static void put_bool(struct buf *b, const char *key, bool value)
{
    buf_printf(b, ",\"%s\":%s", key, value ? "true" : "false");
}

static void put_added(const struct vocab *v, struct buf *b)
{
    buf_puts(b, "  \"added_tokens\": [");
    for (size_t i = 0; i < v->n_added; i++) {
        const struct vocab_added *a = &v->added[i];
        buf_printf(b, "%s\n    {\"id\":%u,\"content\":", i ? "," : "", a->id);
        json_put_str(b, a->content);
        put_bool(b, "single_word", a->flags & ADDED_SINGLE_WORD);
        put_bool(b, "lstrip", a->flags & ADDED_LSTRIP);
        put_bool(b, "rstrip", a->flags & ADDED_RSTRIP);
        put_bool(b, "normalized", a->flags & ADDED_NORMALIZED);
        put_bool(b, "special", a->flags & ADDED_SPECIAL);
        buf_putc(b, '}');
    }
    buf_puts(b, v->n_added ? "\n  ],\n" : "],\n");
}

static void put_cutting(const struct vocab *v, struct buf *b)
{
    buf_printf(b, "  \"normalizer\": %s,\n", v->nfc ? "{\"type\":\"NFC\"}" : "null");
    buf_puts(b, "  \"pre_tokenizer\": {\"type\":\"Sequence\",\"pretokenizers\":[\n");
    for (size_t k = 0; k < v->pattern.n; k++) {
        buf_puts(b, "    {\"type\":\"Split\",\"pattern\":{\"Regex\":");
        json_put_str(b, v->pattern.regex[k]);
        buf_puts(b, "},\"behavior\":\"Isolated\",\"invert\":false},\n");
    }
    buf_puts(
        b,
        "    {\"type\":\"ByteLevel\",\"add_prefix_space\":false,\"trim_offsets\":true,\"use_regex\":false}\n"
        "  ]},\n  \"post_processor\": null,\n"
        "  \"decoder\": "
        "{\"type\":\"ByteLevel\",\"add_prefix_space\":false,\"trim_offsets\":true,\"use_regex\":false},\n");
}

static void put_model(const struct vocab *v, struct buf *b)
{
    bool first = true;
    buf_puts(b, "  \"model\": {\n    \"type\": \"BPE\",\n    \"dropout\": null,\n    \"unk_token\": null,\n"
                "    \"continuing_subword_prefix\": null,\n    \"end_of_word_suffix\": null,\n"
                "    \"fuse_unk\": false,\n    \"byte_fallback\": false,\n");
    buf_printf(b, "    \"ignore_merges\": %s,\n    \"vocab\": {", v->ignore_merges ? "true" : "false");
    for (size_t id = 0; id < v->n_ids; id++) {
        if (!(v->token[id].flags & VOCAB_MODEL)) continue;
        buf_puts(b, first ? "\n      " : ",\n      ");
        first = false;
        json_put_str(b, v->token[id].text);
        buf_printf(b, ":%zu", id);
    }
    buf_puts(b, "\n    },\n    \"merges\": [");
    for (size_t i = 0; i < v->n_merges; i++) {
        buf_puts(b, i ? ",\n      [" : "\n      [");
        json_put_str(b, v->token[v->merge[i].left].text);
        buf_putc(b, ',');
        json_put_str(b, v->token[v->merge[i].right].text);
        buf_putc(b, ']');
    }
    buf_puts(b, "\n    ]\n  }\n}\n");
}

int vocab_put_json(const struct vocab *v, struct buf *out)
{
    buf_puts(out, "{\n  \"version\": \"1.0\",\n  \"truncation\": null,\n  \"padding\": null,\n");
    put_added(v, out);
    put_cutting(v, out);
    put_model(v, out);
    return out->failed ? -ERR_IO : 0;
}
