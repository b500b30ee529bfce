/* secrets.c: keys and tokens.
 *
 * Known tokens by their documented forms: AWS (IAM reference, unique identifiers), GitHub (token formats, 2021), GitLab,
 * Google Cloud, Slack, Stripe, npm, PyPI, Hugging Face, OpenAI, Anthropic, SendGrid, DigitalOcean, Shopify, JSON Web Tokens
 * (RFC 7519), private keys in PEM (RFC 7468). And values that are given to a name such as "api_key" or "password" and look
 * drawn by chance: letters and digits, at least 16, of a Shannon entropy of at least 3.5 bits a character (3 for
 * hexadecimal), the measure of TruffleHog and of detect-secrets, no UUID, no path, no name. */
#include "filter/pii/find.h"
#include <string.h>

enum { WORD = 1, DASH = 2, DOT = 4, HEX = 8, UPPER = 16 };

static bool in_set(char c, unsigned set)
{
    if (set & HEX) return is_digit(c) || (unsigned char)((c | 32) - 'a') < 6;
    if (set & UPPER) return is_upper(c) || (c >= '2' && c <= '7');
    return is_alnum(c) || (set & DASH && (c == '-' || c == '_')) || (set & DOT && c == '.');
}

static const struct token {
    const char *what, *begin;
    unsigned set;
    uint32_t least, most; /* characters behind `begin` */
} tokens[] = {
    {"aws_access_key", "AKIA", UPPER, 16, 16},
    {"aws_access_key", "ASIA", UPPER, 16, 16},
    {"github_token", "ghp_", WORD, 36, 255},
    {"github_token", "gho_", WORD, 36, 255},
    {"github_token", "ghu_", WORD, 36, 255},
    {"github_token", "ghs_", WORD, 36, 255},
    {"github_token", "ghr_", WORD, 36, 255},
    {"github_token", "github_pat_", DASH, 82, 255},
    {"gitlab_token", "glpat-", DASH, 20, 64},
    {"google_api_key", "AIza", DASH, 35, 35},
    {"google_oauth", "ya29.", DASH, 20, 1024},
    {"google_client_secret", "GOCSPX-", DASH, 28, 28},
    {"slack_token", "xoxb-", DASH, 20, 250},
    {"slack_token", "xoxp-", DASH, 20, 250},
    {"slack_token", "xoxa-", DASH, 20, 250},
    {"slack_token", "xoxr-", DASH, 20, 250},
    {"slack_token", "xoxs-", DASH, 20, 250},
    {"slack_webhook", "hooks.slack.com/services/T", WORD, 0, 0},
    {"stripe_key", "sk_live_", WORD, 16, 255},
    {"stripe_key", "sk_test_", WORD, 16, 255},
    {"stripe_key", "rk_live_", WORD, 16, 255},
    {"stripe_key", "rk_test_", WORD, 16, 255},
    {"stripe_key", "whsec_", WORD, 24, 255},
    {"npm_token", "npm_", WORD, 36, 36},
    {"pypi_token", "pypi-AgEIcHlwaS5vcmc", DASH, 50, 1024},
    {"huggingface_token", "hf_", WORD, 34, 40},
    {"openai_key", "sk-proj-", DASH, 40, 255},
    {"openai_key", "sk-", WORD, 48, 48},
    {"anthropic_key", "sk-ant-", DASH, 80, 255},
    {"sendgrid_key", "SG.", DASH | DOT, 66, 66},
    {"digitalocean_token", "dop_v1_", HEX, 64, 64},
    {"shopify_token", "shpat_", HEX, 32, 32},
    {"shopify_token", "shpss_", HEX, 32, 32},
};

/* Three bytes of each that text has seldom, put together so that the halves of a group's bytes make few others. */
const char *const token_begins[ANCHOR_GROUPS] = {"AKI ASI AIz b_p", "hp_ ho_ hu_ hs_ hr_ op_",
                                                 "sk_ rk_ sk- hf_", "eyJ ya2",
                                                 "xox SG. GOC",     "npm pyp glp",
                                                 "whs shp",         "--- ks."};

/* How far ahead of those three the token begins. */
static unsigned lead_of(const char *p)
{
    if (p[2] == '_' && (p[0] == 'h' || p[0] == 'o') && p[1] != 'f') return 1;
    if (p[0] == 'k') return 3;
    return p[0] == 'b' ? 5 : 0;
}

static bool begins(const struct pii *f, size_t at, const char *z)
{
    size_t n = strlen(z);
    return f->n - at >= n && memcmp(f->p + at, z, n) == 0;
}

static size_t run_of(const struct pii *f, size_t at, unsigned set)
{
    size_t i = at;
    while (i < f->n && in_set(f->p[i], set)) i++;
    return i - at;
}

static bool has_digit(const char *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (is_digit(p[i])) return true;
    return false;
}

static bool find_known(struct pii *f, size_t at)
{
    for (size_t i = 0; i < sizeof tokens / sizeof *tokens; i++) {
        const struct token *t = &tokens[i];
        size_t from = at + strlen(t->begin);
        if (f->p[at] != t->begin[0] || !begins(f, at, t->begin)) continue;
        size_t n = run_of(f, from, t->set);
        f->secret_done = from + n;
        if (n < t->least || n > t->most || is_alnum(pii_at(f, from + n))) continue;
        if (t->least > 16 && !has_digit(f->p + from, n) && t->set != WORD) continue;
        pii_add(f, at, from + n, PII_SECRET, t->what, RANK_CERTAIN);
        return true;
    }
    return false;
}

/* hooks.slack.com/services/T…/B…/24 letters and digits */
static void find_webhook(struct pii *f, size_t at)
{
    static const char begin[] = "hooks.slack.com/services/T";
    size_t i = at + sizeof begin - 1;
    if (!begins(f, at, begin)) return;
    i += run_of(f, i, WORD);
    if (!begins(f, i, "/B")) return;
    i += 2 + run_of(f, i + 2, WORD);
    size_t n = pii_at(f, i) == '/' ? run_of(f, i + 1, WORD) : 0;
    if (n >= 20 && n <= 32) pii_add(f, at, i + 1 + n, PII_SECRET, "slack_webhook", RANK_CERTAIN);
}

/* Three parts of base64url, the first two of which are JSON objects: both begin with {" (eyJ). */
static void find_jwt(struct pii *f, size_t at)
{
    size_t a = run_of(f, at, DASH), b, c;
    f->secret_done = at + a;
    if (a < 12 || !begins(f, at + a, ".eyJ")) return;
    b = run_of(f, at + a + 1, DASH);
    f->secret_done = at + a + 1 + b;
    if (b < 12 || pii_at(f, at + a + 1 + b) != '.') return;
    c = run_of(f, at + a + b + 2, DASH);
    if (c >= 16) pii_add(f, at, at + a + b + 2 + c, PII_SECRET, "json_web_token", RANK_CERTAIN);
}

#define PEM_MOST 16384

/* The next END line behind i. Each stretch of the text is searched once. */
static size_t next_pem_end(struct pii *f, size_t i)
{
    static const char mark[] = "-----END ";
    if (f->pem_searched && f->pem_end >= i) return f->pem_end;
    const char *end = memmem(f->p + i, f->n - i, mark, sizeof mark - 1);
    f->pem_searched = true;
    return f->pem_end = end ? (size_t)(end - f->p) : SIZE_MAX;
}

/* From BEGIN to the end of the END line. */
static void find_pem(struct pii *f, size_t at)
{
    if (!begins(f, at, "-----BEGIN ")) return;
    size_t i = at + 11, line = f->n - at > 64 ? at + 64 : f->n;
    const char *mark = memmem(f->p + i, line - i, "-----", 5);
    if (!mark || !memmem(f->p + i, (size_t)(mark - f->p) - i, "PRIVATE KEY", 11)) return;
    i = (size_t)(mark - f->p) + 5;
    size_t end = next_pem_end(f, i);
    if (end == SIZE_MAX || end - i > PEM_MOST) return;
    size_t left = f->n - end - 9;
    const char *last = memmem(f->p + end + 9, left < 48 ? left : 48, "-----", 5);
    if (last) pii_add(f, at, (size_t)(last + 5 - f->p), PII_SECRET, "private_key", RANK_CERTAIN);
}

void find_token(struct pii *f, size_t at)
{
    unsigned lead = f->n - at >= 3 ? lead_of(f->p + at) : 0;
    if (at < lead) return;
    at -= lead;
    if (f->p[at] == '-') {
        find_pem(f, at);
        return;
    }
    if (at < f->secret_done || !pii_word_starts(f, at)) return;
    if (f->p[at] == 'e')
        find_jwt(f, at);
    else if (f->p[at] == 'h' && pii_at(f, at + 1) == 'o')
        find_webhook(f, at);
    else
        find_known(f, at);
}

/* ------------------------------------------------------------------ values given to a telling name */

/* log2(v) in 1/1024, by squaring: no floating point. v > 0. */
static unsigned log2_1024(unsigned v)
{
    unsigned whole = 31 - (unsigned)__builtin_clz(v), parts = 0;
    uint64_t x = ((uint64_t)v << 30) >> whole; /* 1 ≤ x < 2, 30 bits behind the point */
    for (unsigned bit = 512; bit; bit >>= 1) {
        x = x * x >> 30;
        if (x >> 31) x >>= 1, parts |= bit;
    }
    return whole * 1024 + parts;
}

/* Shannon entropy of n bytes, in 1/1024 bit a byte. n ≤ 256. */
static unsigned entropy_1024(const char *p, size_t n)
{
    unsigned count[256] = {0};
    uint64_t sum = 0;
    for (size_t i = 0; i < n; i++) count[(unsigned char)p[i]]++;
    for (unsigned c = 0; c < 256; c++)
        if (count[c]) sum += (uint64_t)count[c] * log2_1024(count[c]);
    return log2_1024((unsigned)n) - (unsigned)(sum / n);
}

static bool looks_random(const char *p, size_t n)
{
    unsigned digits = 0, letters = 0, hex = 0, turns = 0;
    for (size_t i = 0; i < n; i++) {
        digits += is_digit(p[i]);
        letters += is_letter(p[i]);
        hex += in_set(p[i], HEX);
        turns += i && is_digit(p[i]) != is_digit(p[i - 1]);
    }
    if (digits < 2 || letters < 2 || turns < 3) return false;
    return entropy_1024(p, n) >= (hex == n ? 3 * 1024 : 3 * 1024 + 512);
}

/* The name that ends at `end` (after spaces and a quote) is one of these, at its end. */
static bool is_telling_name(const struct pii *f, size_t end)
{
    static const char *const names[] = {"secret",       "secretkey",  "passwd",    "password", "pwd",
                                        "apikey",       "accesskey",  "token",     "authkey",  "privatekey",
                                        "clientsecret", "accountkey", "passphrase"};
    char name[20];
    size_t i = end, n = sizeof name;
    while (i > 0 && (f->p[i - 1] == ' ' || f->p[i - 1] == '"' || f->p[i - 1] == '\'') && end - i < 3) i--;
    if (i == 0 || !is_letter(f->p[i - 1])) return false;
    for (; i > 0 && n > 0; i--) {
        char c = f->p[i - 1];
        if (c == '_' || c == '-' || (c == ' ' && n < sizeof name - 2)) continue;
        if (!is_letter(c)) break;
        name[--n] = (char)(c | 32);
    }
    for (size_t k = 0; k < sizeof names / sizeof *names; k++) {
        size_t len = strlen(names[k]);
        if (sizeof name - n >= len && memcmp(name + sizeof name - len, names[k], len) == 0) return true;
    }
    return false;
}

static bool in_value(char c)
{
    return is_alnum(c) || (c && strchr("+/=_-.~", c));
}

void find_assignment(struct pii *f, size_t at)
{
    size_t i = at + 1, from;
    if (at < f->secret_done || !is_telling_name(f, at)) return;
    while (i - at < 5 && (pii_at(f, i) == ' ' || pii_at(f, i) == '"' || pii_at(f, i) == '\'' ||
                          pii_at(f, i) == '>' || pii_at(f, i) == '='))
        i++;
    from = i;
    while (i - from <= 256 && in_value(pii_at(f, i))) i++;
    while (i > from && (f->p[i - 1] == '.' || f->p[i - 1] == '-')) i--;
    if (i - from < 16 || i - from > 256 || pii_at(f, i) == '(' || pii_at(f, i) == '[' || pii_at(f, i) == '$')
        return;
    bool path = memchr(f->p + from, '.', i - from) && memchr(f->p + from, '/', i - from);
    bool uuid = i - from == 36 && f->p[from + 8] == '-' && f->p[from + 13] == '-' && f->p[from + 18] == '-';
    if (!path && !uuid && looks_random(f->p + from, i - from))
        pii_add(f, from, i, PII_SECRET, "assigned_secret", RANK_FORM);
}
