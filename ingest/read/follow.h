/* follow.h: what stands behind an archive that is read from front to back: the rest of its own, then maybe another one. */
#ifndef LEAT_INGEST_FOLLOW_H
#define LEAT_INGEST_FOLLOW_H

#include "ingest/read/window.h"

/* Passes a zip's directory, which begins at or behind the window's place, to the zip's end: 1; 0: the directory does not
 * end, the place is then where another zip begins or the input ends; < 0: an I/O error. */
int follow_zip_directory(struct window *w, struct err *e);

/* Passes zeros and line ends: 1: an archive begins there; 0: there is none, all is passed, and *stray_bytes of it are lost, from position *stray_at; < 0: an I/O error. */
int follow_archive(struct window *w, uint64_t *stray_at, uint64_t *stray_bytes, struct err *e);

#endif
