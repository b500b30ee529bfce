/* pagedate.h: dates as pages write them. */
#ifndef LEAT_INGEST_PAGEDATE_H
#define LEAT_INGEST_PAGEDATE_H

#include "common/buf.h"

#define PAGEDATE_FIRST 19900101

/* The date that text begins with, as the number YYYYMMDD: "2024-05-31T…", "2024/5/31", "20240531", "May 31, 2024",
 * "Fri, 31 May 2024 …". 0: none, a day that no calendar has, one before PAGEDATE_FIRST, or one that could be read in two
 * ways ("3/4/2024"). */
uint32_t pagedate_read(struct slice text);

/* The date in a URL's path ("/2024/05/31/", "/2024-05-31-…"); 0: none. */
uint32_t pagedate_of_url(struct slice url);

/* Whether a text shows that date, in one of the forms above or as "31/5/2024" or "5/31/2024". */
bool pagedate_shown(struct slice text, uint32_t date);

int64_t pagedate_days(uint32_t date);             /* days since a fixed day */
void pagedate_write(uint32_t date, char out[11]); /* "2024-05-31" and a NUL */

#endif
