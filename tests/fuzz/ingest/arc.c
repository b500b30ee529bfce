/* Any bytes as an ARC file: as warc.c. */
#include "ingest/read/arc.h"
#define DIALECT arc_dialect
#include "tests/fuzz/ingest/warc.c"
