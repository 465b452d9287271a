/* What is read of each record, and the rows that are made of it.
 *
 * Of the fields eventName and u.arn, with the text of each record, rows.py makes
 *
 *     objects  0: keys 0 to 6                1: key 7
 *     keys     0: eventName  -> value 0      3: u.arn    -> ALWAYS unsure: it would be u.arn, too
 *              1: eventTime  -> value 1      4: ""       -> the same, 5: _time, 6: Records
 *              2: u          -> object 1     7: arn      -> value 2
 *     columns  0: value 0                    1: value 2                 2: RAW
 *
 * The record {"eventName":"Get","u":{"arn":"x"}} is walked once, token by token. In object 0 the key eventName sets
 * value 0 to the text Get; the key u leads to object 1, where arn sets value 2 to x. Value 1, the time, stays NULL.
 * All of it is certain, so rows_add() appends number 0 to `numbers`, an absent time, and to the columns
 *
 *     text "Get"   ends 0 3     present 1    nulls 0
 *     text "x"     ends 0 1     present 1    nulls 0
 *     text "{..}"  ends 0 35    present 1    nulls 0
 *
 * Of a record that has eventName twice, key 0 is `seen` by it already: rows_leave() puts its number into `left`.
 */
#ifndef SPLREPLAY_FIELDS_H
#define SPLREPLAY_FIELDS_H

#include "native.h"

typedef struct {
    const uint8_t *text; /* NULL: the record has no such field */
    int64_t length;
    bool string; /* between quotes, perhaps with escapes; else a number or word as it is written */
} value;

enum { ALWAYS = 1, AS_LIST = 2 };

/* A key that matters in one object of a record. Python makes these (see _Tree in rows.py). */
typedef struct {
    const char *name;
    int32_t length;
    int32_t value;     /* number among the values, or -1 */
    int32_t object;    /* what is in it, if it is an object that matters, or -1 */
    int32_t unsure;    /* whether a record with this key is not certain: ALWAYS, AS_LIST where it holds a list */
    int64_t seen;      /* the last record that had it */
} key;

/* The keys of an object, the shortest first: those of `length` bytes begin at starts[length], and all longer ones at
 * the last but one. */
enum { LONG_KEY = 32 };
typedef struct {
    int32_t starts[LONG_KEY + 2];
} object_of;

/* Where a column of the rows comes from, if not from the value of that number. */
enum { RAW = -1, SOURCE = -2 };

enum { NOTHING = -1 };

typedef struct {
    key *keys;
    const object_of *objects; /* the first is the record itself */
    value *values;
    const int32_t *columns;
    int32_t value_count, column_count;
    int32_t time; /* the value that is the record's eventTime */
    int32_t required; /* a value without which a record is not certain, or -1 */
    /* what follows is made here */
    int32_t strings;
    double seconds;
    int64_t record;
    uint32_t *tokens;
    int64_t room;
} reader;

typedef struct {
    int64_t nulls, bytes, room;
    int32_t *ends; /* of each value in text; the first is where the first begins */
    uint8_t *text, *present;
} column;

/* Rows as columns: the number of each row's record, its time, and text. */
typedef struct {
    int64_t count, capacity, left_count, left_capacity, times_missing;
    int32_t column_count;
    int64_t *numbers;
    double *times;
    uint8_t *timed;
    column *columns;
    int64_t *left; /* the numbers of the records that are not certain */
} rows;

/* Where the walk through a record stands, as the field there is named: the bytes of `a.b{}.c`, and their hash. */
typedef struct {
    int64_t length;
    uint32_t hash;
} path;

/* What gathers every field of a record (see whole.c). */
typedef struct whole whole;
bool whole_enter(whole *, path *below, path outer, bool dot, const uint8_t *name, int64_t length);
bool whole_add(whole *, path at, value added);

bool room_for(reader *, int64_t length); /* of a record */

/* Whether the record is JSON to the last byte, and what was asked for is certain: the fields of the reader, or, where
 * `all` is given, every one. */
bool walk_record(const kernels *, reader *, const value *raw, whole *all);

bool rows_add(rows *, int64_t number, const reader *, const value *raw, const value *source);
bool rows_leave(rows *, int64_t number);

#endif
