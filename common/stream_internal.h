/* stream_internal.h: what the files behind stream.h share. Nothing else includes it.
 *
 *   reading:  file --source--> [members: codec_*.c] --> [frame_in] --> caller     (stream_in.c)
 *   writing:  caller --> [frame hash] --> [encoder: codec_*.c] --> gather --> file (stream_out.c)
 *
 * A codec's file knows one format and nothing of files, errors in the middle or truncation: codec_members.c drives
 * all decoders, so that damage, resync and early ends are the same for each. */
#ifndef LEAT_COMMON_STREAM_INTERNAL_H
#define LEAT_COMMON_STREAM_INTERNAL_H

#include "hash.h"
#include "stream.h"

#define STREAM_BUF_BYTES ((size_t)256 << 10)
#define ZSTD_WINDOW_LOG_MAX 27

/* ------------------------------------------------------------------ bytes of a file */

#define HISTORY_BYTES ((size_t)128 << 10)
#define FILL_MAX_BYTES ((size_t)64 << 10)
#define SOURCE_BYTES ((size_t)448 << 10)

/* buf[pos..end) has been read from the file and not yet been used; of what was used the last HISTORY_BYTES (or all) are
 * still there, in front of pos, for a resync. */
struct source {
    in_reader *read; /* NULL: from fd */
    void *ctx;
    int fd;
    bool own_fd, eof;
    const char *name;
    uint8_t *buf;
    size_t pos, end;
    uint64_t taken_bytes, size_bytes;
};

static inline uint64_t source_offset(const struct source *s)
{
    return s->taken_bytes - (s->end - s->pos);
}

/* read(2) until it is not interrupted: bytes, 0 at the end, -ERR_IO. */
ssize_t source_read(struct source *s, void *dst, size_t cap, struct err *e);

/* At least `need` (<= FILL_MAX_BYTES) unused bytes, or all that are left before the end. */
int source_fill(struct source *s, size_t need, struct err *e);

/* Passes over n bytes of a regular file. */
int source_skip(struct source *s, uint64_t n, struct err *e);

enum codec codec_of_path(const char *path); /* by its extension */

/* ------------------------------------------------------------------ decoders */

struct decoder_io {
    const uint8_t *in, *in_end; /* step advances in and out */
    uint8_t *out, *out_end;
};

enum step {
    STEP_MORE,   /* wants more input, or more room for output */
    STEP_END,    /* the member is over, and right */
    STEP_BAD,    /* invalid data: where the member ends is unknown; *e says what is wrong */
    STEP_BAD_SUM /* the member is over, but its checksum or length is wrong */
};

enum padding {
    PADDING_NONE,
    PADDING_LAST,   /* zeros between the last member and the end of the file are harmless */
    PADDING_BETWEEN /* between members too */
};

struct decoder_ops {
    const char *unit;   /* what the format calls a member */
    size_t state_bytes; /* allocated, zeroed, and given to the others as d */
    size_t probe_bytes; /* what probe likes to see */
    size_t trial_bytes; /* what trial likes to see; at least probe_bytes */
    enum padding padding;
    bool apart; /* probe_bytes tell a member's start beyond doubt, and members know nothing of each other */
    uint8_t first_byte; /* of a member, when it is always the same: for `apart` */
    /* Whether a member may start with these n > 0 bytes; fewer than probe_bytes only at the end of the file. */
    bool (*probe)(const uint8_t *p, size_t n);
    /* A harder test for a resync, where p may lie in the middle of compressed data; NULL: probe suffices. */
    bool (*trial)(void *d, const uint8_t *p, size_t n);
    int (*begin)(void *d,
                 struct err *e); /* of a member; its first probe_bytes lie before the first step together */
    enum step (*step)(void *d, struct decoder_io *io, struct err *e);
    /* The file ends behind a whole member: STEP_END, or STEP_MORE and *e when something must still follow. NULL: END */
    enum step (*finish)(void *d, struct err *e);
    void (*lost)(void *d); /* a member was broken: what the decoder knows of the whole is void; may be NULL */
    void (*free)(void *d);
    /* NULL, or a slower decoder of the same format. Then what this one gave in a step that was STEP_BAD is not to be used,
     * and at a cut it may have kept something back: the other one tells what the member holds. */
    const struct decoder_ops *exact;
};

extern const struct decoder_ops zstd_decoder, gzip_decoder, xz_decoder, bzip2_decoder, lz4_decoder;

struct members {
    const struct decoder_ops *ops;
    void *d;
    enum { BETWEEN, INSIDE, AHEAD, LOST, DONE } state;
    uint64_t start;         /* file offset of this member */
    uint64_t broken_at;     /* LOST: where decoding stopped */
    uint64_t search_start;  /* LOST */
    uint64_t tries;         /* LOST: candidates looked at */
    uint64_t rewound_bytes; /* bytes looked at twice in resyncs, in all */
    bool fresh;             /* no byte of this member has been given */
    uint64_t given_bytes;   /* of this member, by the decoder */
    struct buf tail;        /* what `exact` found behind them; [tail_pos] is given next, before any fault */
    size_t tail_pos;
    struct slice content;  /* AHEAD: what is still to be given of it */
    uint64_t packed_bytes; /* AHEAD: of the member, in the file */
    bool cut;              /* the file was seen to end in the member at cut_start, and in none since */
    uint64_t cut_start;
};

/* ------------------------------------------------------------------ members decoded ahead, on threads */

struct ahead;

/* base: where in fd (a regular file) the stream's byte 0 lies. threads: besides the reader's. NULL: out of memory. */
struct ahead *ahead_new(const struct decoder_ops *ops, int fd, uint64_t base, int threads);
void ahead_free(struct ahead *a); /* NULL is allowed */

/* The member that starts at this offset of the stream, if it is whole, right and not too large: true, *content (until
 * ahead_done) and its bytes in the file. d: a decoder's state, which is used. */
bool ahead_take(struct ahead *a, uint64_t start, void *d, struct slice *content, uint64_t *packed_bytes);
void ahead_done(struct ahead *a);

/* ------------------------------------------------------------------ the two ends of a frame */

#define FRAME_PREFIX "#leat-stream 1 "
#define FRAME_ANY_VERSION "#leat-stream "
#define FRAME_HEADER_MAX 64
#define FRAME_END_BYTES 71 /* "#leat-end 1 " 20 digits " " 20 digits " " 16 hex digits "\n" */
#define FRAME_SMALL_BYTES 4096

struct frame_in {
    uint8_t hold[FRAME_END_BYTES]; /* the last bytes met: perhaps the end line */
    size_t hold_n;
    uint8_t *small; /* for callers with small buffers */
    size_t small_pos, small_n;
    uint64_t bytes;
    struct hash_stream *hash;
    bool over;
};

/* Length of the header line at the start of p[0..n): 0 none; -1 it may become one with more bytes. */
int frame_header_match(const uint8_t *p, size_t n);
void frame_end_format(char line[FRAME_END_BYTES + 1], uint64_t records, uint64_t bytes, uint64_t hash);
bool frame_end_parse(const uint8_t line[FRAME_END_BYTES], uint64_t *records, uint64_t *bytes, uint64_t *hash);
/* How many of the last bytes of p[0..n) are the start of an end line. */
size_t frame_end_partial(const uint8_t *p, size_t n);

/* ------------------------------------------------------------------ in */

struct in {
    struct source src;
    char *name;
    unsigned flags;
    enum codec codec;
    bool started, framed, over;
    struct members members;
    struct ahead *ahead; /* or NULL */
    int threads;
    struct frame_in frame;
    uint8_t head[FRAME_HEADER_MAX]; /* the first bytes of content, read to look for a frame */
    size_t head_pos, head_n;
    bool head_first;
    uint64_t skipped_bytes, member_offset;
    bool member_first;
    /* What the next in_read that has no bytes to give reports; status 0: nothing. */
    struct {
        int status;
        struct err err;
    } fault;
};

/* Notes a fault unless there is one; IN_DAMAGED, IN_TRUNCATED or -ERR_IO. */
void in_fault(struct in *s, int status, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* These give bytes, or 0 at the end and at a fault. */
ssize_t in_body_read(struct in *s, uint8_t *dst, size_t cap); /* decoded, with the frame's lines */
ssize_t members_read(struct in *s, uint8_t *dst, size_t cap);
ssize_t frame_read(struct in *s, uint8_t *dst, size_t cap);

int members_open(struct in *s, const struct decoder_ops *ops);
void members_close(struct in *s);
int frame_open(struct in *s);

/* ------------------------------------------------------------------ out */

struct encoder_ops {
    int (*begin)(struct out *s, struct err *e);
    int (*write)(struct out *s, const void *p, size_t n, struct err *e);
    int (*finish)(struct out *s, bool whole, struct err *e); /* whole: with the trailer */
    void (*free)(struct out *s);
};

extern const struct encoder_ops zstd_encoder, gzip_encoder;

struct out {
    char *path, *tmp; /* tmp NULL: written in place (standard output, devices, pipes) */
    int fd;
    bool is_stdout, framed, temporary;
    int threads, level;
    int failed; /* the ERR_ code of an error met before */
    uint64_t bytes, records;
    struct hash_stream *hash; /* of the content; NULL when nothing asks for it */
    const struct encoder_ops *enc;
    void *enc_state;
    uint8_t *buf; /* gathers small writes, and takes what encoders give */
    size_t n;
};

int out_put(struct out *s, const void *p, size_t n, struct err *e); /* to the file, through buf */
int out_flush(struct out *s, struct err *e);                        /* empties buf */

#endif
