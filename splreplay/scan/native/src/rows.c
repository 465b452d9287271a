/* Rows of text as columns that grow, and as an Arrow stream, which DuckDB reads where they are.
 * https://arrow.apache.org/docs/format/CStreamInterface.html
 */
#include "fields.h"

#include <errno.h>
#include <stdio.h>

/* --- rows ---------------------------------------------------------------------------------------------- */
EXPORT rows *splreplay_rows_new(int32_t column_count) {
    rows *new = calloc(1, sizeof *new);
    if (!new) return NULL;
    new->column_count = column_count;
    new->columns = calloc((size_t)column_count + 1, sizeof *new->columns);
    if (new->columns) return new;
    free(new);
    return NULL;
}

EXPORT void splreplay_rows_free(rows *old) {
    for (column *c = old->columns; c < old->columns + old->column_count; c++) {
        free(c->ends);
        free(c->text);
        free(c->present);
    }
    free(old->columns);
    free(old->numbers);
    free(old->times);
    free(old->timed);
    free(old->left);
    free(old);
}

static bool grow_rows(rows *r) {
    int64_t capacity = r->capacity ? 2 * r->capacity : 8; /* many windows hold one hit */
    if (!grow(&r->numbers, capacity, sizeof *r->numbers) || !grow(&r->times, capacity, sizeof *r->times)
        || !grow(&r->timed, capacity / 8, 1))
        return false;
    for (column *c = r->columns; c < r->columns + r->column_count; c++) {
        if (!grow(&c->ends, capacity + 1, sizeof *c->ends) || !grow(&c->present, capacity / 8, 1)) return false;
        c->ends[0] = 0;
    }
    r->capacity = capacity;
    return true;
}

static void set_bit(uint8_t *bits, int64_t at, bool on) {
    uint8_t bit = (uint8_t)(1u << at % 8);
    bits[at / 8] = (uint8_t)(on ? bits[at / 8] | bit : bits[at / 8] & ~bit);
}

static uint8_t *utf8(uint8_t *to, int32_t code) {
    static const uint8_t leads[] = {0, 0, 0xc0, 0xe0, 0xf0};
    int bytes = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    for (int i = bytes - 1; i > 0; i--, code >>= 6) to[i] = (uint8_t)(0x80 | (code & 0x3f));
    to[0] = (uint8_t)(leads[bytes] | code);
    return to + bytes;
}

/* The text of a JSON string, which is never longer than it is written. */
static uint8_t *unescaped(uint8_t *to, const uint8_t *at, const uint8_t *end) {
    static const uint8_t plain[128] = {['b'] = '\b', ['f'] = '\f', ['n'] = '\n', ['r'] = '\r', ['t'] = '\t',
                                       ['"'] = '"', ['\\'] = '\\', ['/'] = '/'};
    while (at < end) {
        if (*at != '\\') {
            *to++ = *at++;
        } else if (at[1] == 'u') {
            int64_t bytes;
            to = utf8(to, escaped_code(at, end - at, &bytes));
            at += bytes;
        } else {
            *to++ = plain[at[1] & 0x7f];
            at += 2;
        }
    }
    return to;
}

static bool column_add(column *c, int64_t row, const value *v, bool escapes) {
    int64_t length = v->text ? v->length : 0;
    if (c->bytes + length > INT32_MAX) return false;
    if (c->bytes + length > c->room) {
        int64_t room = 2 * (c->bytes + length) + 16;
        if (!grow(&c->text, room, 1)) return false;
        c->room = room;
    }
    if (v->text && v->string && escapes) {
        c->bytes = unescaped(c->text + c->bytes, v->text, v->text + length) - c->text;
    } else if (length) {
        memcpy(c->text + c->bytes, v->text, (size_t)length);
        c->bytes += length;
    }
    set_bit(c->present, row, v->text != NULL);
    c->nulls += v->text == NULL;
    c->ends[row + 1] = (int32_t)c->bytes;
    return true;
}

/* A row of what the reader has just found; false without memory. */
bool rows_add(rows *r, int64_t number, const reader *found, const value *raw, const value *source) {
    if (r->count == r->capacity && !grow_rows(r)) return false;
    for (int32_t i = 0; i < r->column_count; i++) {
        int32_t from = found->columns[i];
        const value *v = from == RAW ? raw : from == SOURCE ? source : found->values + from;
        if (!column_add(r->columns + i, r->count, v, found->strings & ESCAPES)) return false;
    }
    bool timed = found->values[found->time].text != NULL;
    r->numbers[r->count] = number;
    r->times[r->count] = found->seconds;
    r->times_missing += !timed;
    set_bit(r->timed, r->count++, timed);
    return true;
}

bool rows_leave(rows *r, int64_t number) {
    if (r->left_count == r->left_capacity) {
        int64_t capacity = r->left_capacity ? 2 * r->left_capacity : 8;
        if (!grow(&r->left, capacity, sizeof *r->left)) return false;
        r->left_capacity = capacity;
    }
    r->left[r->left_count++] = number;
    return true;
}

/* Numbers the rows higher, those behind number `behind[i]` by `by[i]`: other records come before them. All ascend. */
EXPORT void splreplay_rows_move(rows *r, const int64_t *behind, const int64_t *by, int64_t count) {
    int64_t next = 0, moved = 0;
    for (int64_t i = 0; i < r->count; i++) {
        while (next < count && behind[next] < r->numbers[i]) moved += by[next++];
        r->numbers[i] += moved;
    }
}

/* --- as Arrow ------------------------------------------------------------------------------------------ */
typedef struct schema {
    const char *format, *name, *metadata;
    int64_t flags, n_children;
    struct schema **children, *dictionary;
    void (*release)(struct schema *);
    void *private_data;
} schema;

typedef struct array {
    int64_t length, null_count, offset, n_buffers, n_children;
    const void **buffers;
    struct array **children, *dictionary;
    void (*release)(struct array *);
    void *private_data;
} array;

typedef struct stream {
    int (*get_schema)(struct stream *, schema *);
    int (*get_next)(struct stream *, array *);
    const char *(*get_last_error)(struct stream *);
    void (*release)(struct stream *);
    void *private_data;
} stream;

enum { NULLABLE = 2 };

typedef struct {
    int64_t count, next;
    rows *all[];
} queue;

/* Both sorts of node are freed with their children: a name or buffers, and what holds them. */
#define RELEASE(type)                                                                  \
    static void release_##type(type *node) {                                           \
        for (int64_t i = 0; i < node->n_children; i++) {                               \
            if (node->children[i]->release) node->children[i]->release(node->children[i]); \
            free(node->children[i]);                                                   \
        }                                                                              \
        free(node->children);                                                          \
        free(node->private_data);                                                      \
        node->release = NULL;                                                          \
    }                                                                                  \
    static bool adopt_##type(type *parent, int64_t count) {                            \
        parent->release = release_##type;                                              \
        parent->children = calloc((size_t)count, sizeof *parent->children);            \
        while (parent->children && parent->n_children < count) {                       \
            type *child = calloc(1, sizeof *child);                                    \
            if (!child) break;                                                         \
            child->release = release_##type;                                           \
            parent->children[parent->n_children++] = child;                            \
        }                                                                              \
        return parent->n_children == count;                                            \
    }
RELEASE(schema)
RELEASE(array)

static int get_schema(stream *from, schema *to) {
    queue *q = from->private_data;
    int64_t columns = q->all[0]->column_count + 2;
    *to = (schema){.format = "+s", .name = ""};
    if (!adopt_schema(to, columns)) return to->release(to), ENOMEM;
    for (int64_t i = 0; i < columns; i++) {
        schema *child = to->children[i];
        char *name = malloc(16);
        if (!name) return to->release(to), ENOMEM;
        snprintf(name, 16, "x%d", (int)(i - 2));
        child->format = i == 0 ? "l" : i == 1 ? "g" : "u";
        child->name = i == 0 ? "o" : i == 1 ? "time" : name;
        child->flags = NULLABLE;
        child->private_data = name;
    }
    return 0;
}

static bool fill(array *to, int64_t length, int64_t nulls, int n, const void *present, const void *one, const void *other) {
    const void **buffers = malloc(3 * sizeof *buffers);
    if (!buffers) return false;
    buffers[0] = nulls ? present : NULL;
    buffers[1] = one;
    buffers[2] = other;
    to->length = length;
    to->null_count = nulls;
    to->n_buffers = n;
    to->buffers = to->private_data = buffers;
    return true;
}

static bool fill_all(array *to, const rows *r) {
    bool good = fill(to, r->count, 0, 1, NULL, NULL, NULL) && adopt_array(to, r->column_count + 2)
             && fill(to->children[0], r->count, 0, 2, NULL, r->numbers, NULL)
             && fill(to->children[1], r->count, r->times_missing, 2, r->timed, r->times, NULL);
    for (int32_t i = 0; good && i < r->column_count; i++) {
        const column *c = r->columns + i;
        good = fill(to->children[i + 2], r->count, c->nulls, 3, c->present, c->ends, c->text ? (void *)c->text : "");
    }
    return good;
}

static int get_next(stream *from, array *to) {
    queue *q = from->private_data;
    *to = (array){.release = NULL};
    if (q->next == q->count) return 0;
    to->release = release_array;
    return fill_all(to, q->all[q->next++]) ? 0 : (to->release(to), ENOMEM);
}

static const char *get_last_error(stream *from) { return (void)from, "no memory"; }

static void release_stream(stream *old) {
    free(old->private_data);
    old->release = NULL;
}

/* A stream over rows that stay where they are: they must outlive what is made of it. */
EXPORT bool splreplay_stream(stream *to, rows *const *all, int64_t count) {
    queue *q = malloc(sizeof *q + (size_t)count * sizeof *q->all);
    if (!q) return false;
    q->count = count;
    q->next = 0;
    memcpy(q->all, all, (size_t)count * sizeof *q->all);
    *to = (stream){get_schema, get_next, get_last_error, release_stream, q};
    return true;
}

/* --- what binding.py compares before it calls anything --------------------------------------------------- */
#ifndef SOURCES
#define SOURCES 0 /* which no sources have: such a library is refused */
#endif

EXPORT uint32_t splreplay_sources(void) { return SOURCES; }

/* The size of each structure that Python has, too, in the order of binding.py's STRUCTURES; 0 behind the last. */
EXPORT int64_t splreplay_layout(int32_t which) {
    static const size_t sizes[] = {sizeof(spans),  sizeof(literal), sizeof(needle), sizeof(value), sizeof(key),
                                   sizeof(object_of), sizeof(reader), sizeof(column), sizeof(rows), sizeof(stream)};
    return which >= 0 && which < (int32_t)(sizeof sizes / sizeof *sizes) ? (int64_t)sizes[which] : 0;
}
