/* All fields of records as JSON, named as values/flatten.py names them, where it is certain what they are.
 *
 * Of {"a":{"b":1},"c":[{"d":"x"},{"d":null}],"e":{}} and no hidden fields it makes
 *
 *     , "a.b": "1", "c{}.d": ["x", "null"]
 *
 * which goes behind the fields that are known beside the text. A record is certain as in fields.c, and if its strings
 * are written as Python's json would write them: printable ASCII, no \u and no \/.
 */
#include "fields.h"

enum { SLOTS = 1 << 12, MOST_FIELDS = SLOTS / 2 }; /* of a record and the hidden ones; one with more is not certain */

typedef struct {
    int64_t name; /* where it begins in names */
    int64_t length;
    int32_t slot, first, last; /* of its values */
} field;

typedef struct {
    value value;
    int32_t next; /* of the same field, or -1 */
} link;

typedef struct {
    uint8_t *at;
    int64_t bytes, room;
} buffer;

struct whole {
    int32_t slots[SLOTS]; /* numbers of fields from 1, by the hash of their names; 0: free */
    field fields[MOST_FIELDS];
    int32_t hidden, count; /* the first fields are the hidden ones */
    bool full; /* of hidden ones, so that no record is certain */
    int64_t hidden_names, link_count, link_room;
    link *links;
    buffer names, path, text;
    reader reader;
};

static bool put(buffer *to, const void *from, int64_t length) {
    if (to->bytes + length > to->room) {
        int64_t room = 2 * (to->bytes + length) + 64;
        if (!grow(&to->at, room, 1)) return false;
        to->room = room;
    }
    if (length) memcpy(to->at + to->bytes, from, (size_t)length);
    to->bytes += length;
    return true;
}

/* FNV-1a, which goes on from the hash of what stands before. http://www.isthe.com/chongo/tech/comp/fnv/ */
static uint32_t hashed(uint32_t hash, const uint8_t *text, int64_t length) {
    for (int64_t i = 0; i < length; i++) hash = (hash ^ text[i]) * 16777619u;
    return hash;
}

/* The path of a part below another: behind a dot, or `{}`, which stands behind none. */
bool whole_enter(whole *w, path *below, path outer, bool dot, const uint8_t *name, int64_t length) {
    w->path.bytes = outer.length;
    dot = dot && outer.length;
    if ((dot && !put(&w->path, ".", 1)) || !put(&w->path, name, length)) return false;
    uint32_t hash = dot ? hashed(outer.hash, (const uint8_t *)".", 1) : outer.hash;
    *below = (path){w->path.bytes, hashed(hash, name, length)};
    return true;
}

static field *field_at(whole *w, path at) {
    uint32_t slot = (at.hash ^ at.hash >> 16) % SLOTS;
    for (; w->slots[slot]; slot = (slot + 1) % SLOTS) {
        field *found = w->fields + w->slots[slot] - 1;
        if (found->length == at.length && memcmp(w->names.at + found->name, w->path.at, (size_t)at.length) == 0)
            return found;
    }
    if (w->count == MOST_FIELDS) return NULL;
    field *new = w->fields + w->count;
    *new = (field){w->names.bytes, at.length, (int32_t)slot, NOTHING, NOTHING};
    if (!put(&w->names, w->path.at, at.length)) return NULL;
    w->slots[slot] = ++w->count;
    return new;
}

bool whole_add(whole *w, path at, value added) {
    field *of = field_at(w, at);
    if (!of) return false;
    if (of - w->fields < w->hidden) return true;
    if (w->link_count == w->link_room) {
        int64_t room = 2 * w->link_room + 64;
        if (!grow(&w->links, room, sizeof *w->links)) return false;
        w->link_room = room;
    }
    int32_t number = (int32_t)w->link_count++;
    w->links[number] = (link){added, NOTHING};
    if (of->first == NOTHING) of->first = number;
    else w->links[of->last].next = number;
    of->last = number;
    return true;
}

static bool put_quoted(buffer *to, const uint8_t *text, int64_t length) {
    return put(to, "\"", 1) && put(to, text, length) && put(to, "\"", 1);
}

static bool put_field(whole *w, const field *of) {
    buffer *to = &w->text;
    bool several = of->first != of->last;
    if (!put(to, ", ", 2) || !put_quoted(to, w->names.at + of->name, of->length)) return false;
    if (!put(to, ": [", several ? 3 : 2)) return false;
    for (int32_t i = of->first; i != NOTHING; i = w->links[i].next) {
        const value *v = &w->links[i].value;
        if ((i != of->first && !put(to, ", ", 2)) || !put_quoted(to, v->text, v->length)) return false;
    }
    return !several || put(to, "]", 1);
}

static void forget(whole *w) {
    while (w->count > w->hidden) w->slots[w->fields[--w->count].slot] = 0;
    w->names.bytes = w->hidden_names;
    w->link_count = 0;
}

/* Whether Python's json would write the strings as they are written here. */
static bool is_as_written(const whole *w, const value *raw) {
    const uint8_t *at = raw->text, *end = at + raw->length;
    if (w->reader.strings & BEYOND_ASCII || memchr(at, 0x7f, (size_t)raw->length)) return false;
    if (!(w->reader.strings & ESCAPES)) return true;
    for (; at < end && (at = memchr(at, '\\', (size_t)(end - at))); at += 2)
        if (at[1] == 'u' || at[1] == '/') return false;
    return true;
}

EXPORT void splreplay_whole_free(whole *old) {
    free(old->links);
    free(old->names.at);
    free(old->path.at);
    free(old->text.at);
    free(old->reader.tokens);
    free(old);
}

/* For records without the fields of these names, which end at `ends` and are written as in JSON; NULL without memory. */
EXPORT whole *splreplay_whole_new(const uint8_t *names, const int64_t *ends, int64_t count) {
    whole *new = calloc(1, sizeof *new);
    if (new) new->full = count > MOST_FIELDS / 2;
    for (int64_t i = 0, begin = 0; new && !new->full && i < count; begin = ends[i++]) {
        path at = {0, 0};
        if (whole_enter(new, &at, at, false, names + begin, ends[i] - begin) && field_at(new, at)) continue;
        splreplay_whole_free(new);
        return NULL;
    }
    if (new) new->hidden = new->count, new->hidden_names = new->names.bytes;
    return new;
}

/* The fields of records that end at `ends` in a text. `to` gets where those of each end in what is returned, or a
 * negative number where they are not certain; NULL without memory. */
EXPORT const uint8_t *splreplay_whole_read(
    const kernels *kernels, whole *w, const uint8_t *text, const int64_t *ends, int64_t count, int64_t *to
) {
    w->text.bytes = 0;
    if (!put(&w->text, "", 1)) return NULL; /* there is a text, though it be empty */
    w->text.bytes = 0;
    for (int64_t i = 0, begin = 0; i < count; begin = ends[i++]) {
        value raw = {text + begin, ends[i] - begin, false};
        if (!room_for(&w->reader, raw.length)) return NULL;
        bool good = !w->full && walk_record(kernels, &w->reader, &raw, w) && is_as_written(w, &raw);
        for (int32_t j = w->hidden; good && j < w->count; j++) if (!put_field(w, w->fields + j)) return NULL;
        to[i] = good ? w->text.bytes : UNSURE;
        forget(w);
    }
    return w->text.at;
}
