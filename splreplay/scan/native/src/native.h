/* What the files of this folder share. binding.py has the same
 * structures for Python, and compares their sizes (see splreplay_layout in rows.c). */
#ifndef SPLREPLAY_NATIVE_H
#define SPLREPLAY_NATIVE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK 64
#define CHUNK (1 << 14) /* bytes that are looked at in several ways while they are in the first-level cache */
#define EXPORT __attribute__((visibility("default")))

/* What is not worth deciding here, or not certain: whoever called has it read by Python. */
enum { UNSURE = -1, NO_MEMORY = -2 };

/* Whole records of a text: number i is text[begins[i]:ends[i]]. */
typedef struct {
    int64_t *begins, *ends;
    int64_t count, capacity;
} spans;

bool grow(void *array, int64_t count, size_t size);
bool spans_add(spans *, int64_t begin, int64_t end);

/* A text to find without case: `first` and `second` are the places of two of its characters that are seldom and,
 * like all between them, can be written in one way only (see text.c). */
typedef struct {
    const uint8_t *text;
    int32_t length, first, second;
} literal;

typedef struct {
    const literal *literals;
    int32_t count;
    bool letters[128]; /* whose escapes (\u004a) may be part of one */
    bool packed;       /* whether strings that may be base64 of records are places, too: no literal is seen in them */
} needle;

/* What the strings of a record are like, as its tokens are found. */
enum { ESCAPES = 1, BEYOND_ASCII = 2 };

/* Where the scan of a list of records stands (see records.h). */
enum { BEFORE_LIST, IN_LIST, IN_WRAPPER, BEHIND_WRAPPED_LIST, BEHIND_RECORD };

/* The loops over every byte, compiled for one instruction set. */
typedef struct {
    const char *name;
    /* Sets a bit in marks for each place in text[from:to] where the needle is. */
    void (*mark)(const uint8_t *text, int64_t length, int64_t from, int64_t to, const needle *, uint64_t *marks);
    /* The same for the beginnings of lines that are no plain object; returns how many line feeds there are. */
    int64_t (*mark_lines)(const uint8_t *text, int64_t length, int64_t from, int64_t to, uint64_t *marks);
    /* The places of a record's tokens: brackets, colons, commas, and where strings and other values begin. */
    int64_t (*tokens)(const uint8_t *text, int64_t length, uint32_t *places, int *strings);
    /* Adds the records of a text that are whole, and gives the place where the rest begins; see records.h. */
    int64_t (*records)(const uint8_t *text, int64_t length, bool final, int32_t *state, spans *);
} kernels;

bool escapes_are_right(const uint8_t *text, int64_t length, int64_t at, uint64_t escaped);
bool strings_are_right(const uint8_t *text, int64_t at, uint64_t opens);
bool matches(const uint8_t *text, int64_t length, int64_t at, const literal *);
bool is_escape(const uint8_t *text, int64_t length, int64_t at, const needle *);
bool is_packed(const uint8_t *text, int64_t length, int64_t at);
bool is_odd_line(const uint8_t *text, int64_t length, int64_t at);
int32_t hexadecimal(const uint8_t *text);
int32_t escaped_code(const uint8_t *text, int64_t length, int64_t *bytes);

static inline bool is_blank(uint8_t byte) { return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r'; }

#endif
