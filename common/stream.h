/* stream.h: bytes in and bytes out: files and pipes, compressed or not, that know whether they are whole.
 *
 * Reading: the codec is recognised by magic: zstd, gzip (any number of members), xz, bzip2, lz4 (frame), else plain.
 * A leat frame ("framed pipe") and leat's zstd trailer are recognised by themselves and checked; docs/formats.md has
 * both layouts. Writing: the codec follows the file name's extension; FILE.tmp, fsync, rename.
 *
 * Thread rule: one thread at a time per stream (the pool's read and write turns). Memory: at most 4 MiB a stream, and
 * what a compressed file asks for besides (a window: zstd at most 128 MiB, xz 128 MiB in all; a .warc.zst dictionary
 * 16 MiB); writing .zst 2 MiB for each thread, at most 16 of them. */
#ifndef LEAT_COMMON_STREAM_H
#define LEAT_COMMON_STREAM_H

#include "buf.h"
#include "err.h"
#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ------------------------------------------------------------------ in */

enum codec { CODEC_PLAIN, CODEC_ZSTD, CODEC_GZIP, CODEC_XZ, CODEC_BZIP2, CODEC_LZ4 };

enum in_flags {
    IN_MEMBERS =
        1,     /* a single in_read never crosses the start of a gzip member or zstd frame: see in_member_* */
    IN_RAW = 2 /* no decompression and no frame recognition: the bytes as they lie in the file */
};

struct in;

/* path "-" (or NULL) is standard input, which is not closed at the end. Nothing is read yet. */
int in_open(struct in **s, const char *path, unsigned flags, struct err *e);

/* Before the first in_read: a regular file of many bzip2 streams is decoded on so many threads. What is read is the same.
 * Memory: for each thread at most 10 MiB more. */
void in_set_threads(struct in *s, int threads);

/* As in_open, of bytes that a function gives: > 0 so many (at most cap), 0 the end, -ERR_IO with *e set. `name` is for
 * messages, and copied; ctx must live until in_close. */
typedef ssize_t in_reader(void *ctx, void *dst, size_t cap, struct err *e);
int in_open_reader(struct in **s, const char *name, in_reader *read, void *ctx, unsigned flags,
                   struct err *e);

/* Up to cap bytes of content. > 0: so many bytes. 0: the end, and all that can be checked was right.
 *   IN_DAMAGED    a compressed member (gzip member, zstd frame…) is broken; *e says which, where and how. Bytes given
 *                 so far stand. The next call goes on with the next member that decodes, if there is one;
 *                 in_skipped_bytes tells how many bytes of the file were passed over.
 *   IN_TRUNCATED  the input ended early: mid-member, without leat's trailer, or without the end line of a framed pipe
 *                 (its writer died). Everything whole before the cut has been given. Further calls give 0.
 *   -ERR_IO       the read failed; -ERR_DATA: a framed stream of a version that this leat does not know. Both stay.
 * *e is set anew for each of these and may be cleared by the caller to go on. */
#define IN_DAMAGED (-1000)
#define IN_TRUNCATED (-1001)
ssize_t in_read(struct in *s, void *dst, size_t cap, struct err *e);

const char *in_name(const struct in *s);    /* as given; "stdin" for "-" */
enum codec in_codec(const struct in *s);    /* known after the first in_read */
const char *codec_name(enum codec c);       /* "zstd" … */
bool in_framed(const struct in *s);         /* a frame's header line was met */
uint64_t in_raw_bytes(const struct in *s);  /* bytes taken from the file so far (for progress) */
uint64_t in_size_bytes(const struct in *s); /* size of a regular file, else 0 */
uint64_t in_skipped_bytes(const struct in *s);

/* With IN_MEMBERS, about the bytes that the last in_read gave: the file offset at which their member starts, and
 * whether they are the first of that member. For plain input a member is the whole file. After IN_DAMAGED the offset is
 * where the broken member starts, whether or not it gave bytes. */
uint64_t in_member_offset(const struct in *s);
bool in_member_first(const struct in *s);

/* For one who decodes members of the file by himself, in parallel: the descriptor of a regular gzip file (for pread),
 * while the stream stands at a member or in one and nothing is amiss (no frame, no damage that was met and not yet
 * told); else -1. */
int in_members_fd(const struct in *s);
/* Goes on at a file offset where a member starts, after in_members_fd gave a descriptor: as if all before it had been read. */
int in_seek(struct in *s, uint64_t offset, struct err *e);

void in_close(struct in *s); /* NULL is allowed */

/* ------------------------------------------------------------------ a gzip member in memory */

struct gunzip;                   /* a decoder: 90 KiB */
struct gunzip *gunzip_new(void); /* NULL: out of memory */
void gunzip_free(struct gunzip *g);

enum gunzip_result {
    GUNZIP_WHOLE, /* decoded to its end, and right */
    GUNZIP_FULL,  /* its content is as large as dst or larger */
    GUNZIP_BAD    /* in_read would call it broken or cut */
};

/* Decodes the member that starts at p[0], of n bytes ahead, with the decoder that in_read uses. *used, *given: bytes taken
 * and put into dst[0..cap). */
enum gunzip_result gunzip_member(struct gunzip *g, const void *p, size_t n, size_t *used, void *dst,
                                 size_t cap, size_t *given);

/* ------------------------------------------------------------------ out */

struct out;

struct out_opts {
    const char *path; /* "-" or NULL: standard output */
    bool framed;      /* header line and end line around the content: refused with a path that compresses */
    const char *kind; /* what the frame's header line says is inside: "jsonl", "ltok" */
    int threads;      /* for zstd; 0 and 1: one */
    int level;        /* 0: the codec's default (zstd 3, gzip 6) */
    bool temporary;   /* a commit does not wait for the disk */
};

/* Opens FILE.tmp beside the file; the directory must exist. */
int out_open(struct out **s, const struct out_opts *o, struct err *e);

/* `records` is how many records these bytes complete; the sum goes into the trailer or end line. */
int out_write(struct out *s, const void *p, size_t n, uint64_t records, struct err *e);

uint64_t out_bytes(const struct out *s); /* uncompressed content so far */
uint64_t out_records(const struct out *s);

enum out_end {
    OUT_COMMIT,  /* trailer or end line, fsync, rename to FILE */
    OUT_PARTIAL, /* the input ended early: FILE.partial for a file; no end line on a framed pipe */
    OUT_ABANDON  /* an error: FILE.tmp is removed; no end line on a framed pipe */
};

/* Ends and frees the stream in every case; NULL is allowed. Errors of the last flush are reported here, and then
 * nothing was committed. */
int out_close(struct out *s, enum out_end end, struct err *e);

/* ------------------------------------------------------------------ small files */

/* The whole content (decompressed) of a file of at most max bytes, appended to *b. */
int file_read(const char *path, size_t max, struct buf *b, struct err *e);
/* FILE.tmp, fsync, rename. */
int file_write(const char *path, struct slice content, struct err *e);
int file_mkdirs(const char *path, struct err *e);      /* mkdir -p */
int file_sync_dir(const char *path, struct err *e);    /* fsync of a directory */
int file_sync_parent(const char *path, struct err *e); /* of the one that path lies in */
bool file_exists(const char *path);
/* An empty FILE.tmp for one who writes by himself, locked until it is closed: its descriptor. */
int file_open_tmp(const char *tmp, struct err *e);

#ifdef __cplusplus
}
#endif
#endif
