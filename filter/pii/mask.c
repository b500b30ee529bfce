/* mask.c: the text with its personal data replaced. */
#include "filter/pii/pii.h"
#include <string.h>

const struct pii_masks pii_placeholders = {{[PII_EMAIL] = {{"[EMAIL]"}, 1},
                                            [PII_PHONE] = {{"[PHONE]"}, 1},
                                            [PII_IP] = {{"[IP]"}, 1},
                                            [PII_CARD] = {{"[CARD]"}, 1},
                                            [PII_IBAN] = {{"[IBAN]"}, 1},
                                            [PII_CRYPTO] = {{"[CRYPTO]"}, 1},
                                            [PII_SECRET] = {{"[SECRET]"}, 1},
                                            [PII_ID] = {{"[ID]"}, 1}}};

const struct pii_masks pii_fineweb = {
    {[PII_EMAIL] = {{"email@example.com", "firstname.lastname@example.org"}, 2},
     [PII_IP] = {{"22.214.171.124", "126.96.36.199", "188.8.131.52", "184.108.40.206", "220.127.116.11",
                  "18.104.22.168"},
                 6}}};

int pii_mask(const struct pii *p, struct slice text, const struct pii_masks *masks, struct buf *out,
             struct pii_account *account)
{
    const struct pii_span *s;
    size_t n = pii_spans(p, &s), at = 0, turn[PII_KINDS] = {0};
    memset(account, 0, sizeof *account);
    if (!text.n) return 0;
    for (size_t i = 0; i < n; i++) {
        const struct pii_mask *m = &masks->of[s[i].kind];
        struct slice mask = slice_str(m->text[turn[s[i].kind]++ % m->n]);
        buf_put(out, text.p + at, s[i].start - at);
        buf_put_slice(out, mask);
        account->removed[s[i].kind] += s[i].end - s[i].start;
        account->spans[s[i].kind]++;
        account->added += mask.n;
        at = s[i].end;
    }
    buf_put(out, text.p + at, text.n - at);
    return out->failed ? -ERR_IO : 0;
}
