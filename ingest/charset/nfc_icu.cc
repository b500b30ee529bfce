/* nfc_icu.cc: ICU's normalizer for UTF-8, which has no C interface. State: ICU's own, made once. */
#include "ingest/charset/nfc_icu.h"
#include <unicode/bytestream.h>
#include <unicode/normalizer2.h>

namespace
{

class BufSink : public icu::ByteSink
{
  public:
    explicit BufSink(struct buf *out) : out_(out)
    {
    }
    void Append(const char *bytes, int32_t n) override
    {
        buf_put(out_, bytes, static_cast<size_t>(n));
    }

  private:
    struct buf *out_;
};

const icu::Normalizer2 *nfc()
{
    UErrorCode status = U_ZERO_ERROR;
    return icu::Normalizer2::getNFCInstance(status);
}

icu::StringPiece piece(struct slice s)
{
    return icu::StringPiece(s.p, static_cast<int32_t>(s.n));
}

} // namespace

extern "C" bool nfc_icu_is(struct slice text)
{
    UErrorCode status = U_ZERO_ERROR;
    const icu::Normalizer2 *n = nfc();
    return n && n->isNormalizedUTF8(piece(text), status) && U_SUCCESS(status);
}

extern "C" int nfc_icu_append(struct slice text, struct buf *out)
{
    UErrorCode status = U_ZERO_ERROR;
    const icu::Normalizer2 *n = nfc();
    BufSink sink(out);
    if (n) n->normalizeUTF8(0, piece(text), sink, nullptr, status);
    return n && U_SUCCESS(status) && !out->failed ? 0 : -1;
}
