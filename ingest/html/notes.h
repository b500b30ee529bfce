/* notes.h: what the layout needs to know of a page beyond its marked text: tables, and for Markdown headings, lists, quotes, code.
 *
 * A note stands at an offset of the text; the text itself is the same with notes and without, so that nothing that is
 * chosen by it depends on the markup asked for. Notes open and close in the order of the elements. Those whose meaning shows only
 * at their end (is this table data or layout, how long a fence must be) are completed there.
 *
 * Memory: NOTES_MAX notes; elements beyond are not noted. Time: linear. */
#ifndef LEAT_INGEST_NOTES_H
#define LEAT_INGEST_NOTES_H

#include "ingest/html/html.h"

#define NOTES_MAX ((size_t)1 << 20)
#define NOTES_TABLES 16 /* tables open at a time; deeper ones are laid out as text */
#define NOTE_BULLETS UINT32_MAX

enum note_kind {
    NOTE_HEADING, /* value: 1 to 6; 0: too long to be one */
    NOTE_HEADING_END,
    NOTE_LIST, /* value: the first item's number, or NOTE_BULLETS */
    NOTE_LIST_END,
    NOTE_QUOTE,
    NOTE_QUOTE_END,
    NOTE_PRE, /* value: offset of the language's name in languages; ticks: of its fence */
    NOTE_PRE_END,
    NOTE_CODE, /* ticks; 0: not to be marked (it is empty, or longer than a line) */
    NOTE_CODE_END,
    NOTE_TABLE,     /* value: columns; 0: it only lays out the page */
    NOTE_TABLE_END, /* the same */
    NOTE_ROW,
    NOTE_RULE,
    NOTE_NUMBER /* value: of the item that has just begun */
};

struct note {
    size_t at; /* in the text */
    uint32_t value;
    uint16_t ticks;
    uint8_t kind;
};

struct note_table { /* an open table */
    uint32_t note, rows, cells, columns;
    size_t cell_start;
    bool layout;
};

struct notes {
    struct note *list;
    size_t n, cap;
    struct buf languages; /* each name ends with a NUL; offset 0: "" */
    struct note_table tables[NOTES_TABLES];
    size_t n_tables;    /* may pass NOTES_TABLES */
    uint32_t pre, code; /* the open one's index + 1 */
    uint32_t hint;      /* language that an element around code named… */
    size_t hint_at;     /* …there */
    bool failed;        /* out of memory */
};

void notes_init(struct notes *n);
void notes_free(struct notes *n);
void notes_clear(struct notes *n);

/* A start tag, at the text's present end. Returns the note's index + 1, to be given to notes_end; 0: nothing to end. */
uint32_t notes_start(struct notes *n, const struct html_token *t, size_t at);
void notes_end(struct notes *n, uint32_t note, const struct buf *text);

#endif
