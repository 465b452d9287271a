/* Which lines or records of a text hold a needle. */
#include "native.h"

EXPORT void splreplay_spans_free(spans *found) {
    free(found->begins);
    free(found->ends);
    memset(found, 0, sizeof *found);
}

bool spans_add(spans *found, int64_t begin, int64_t end) {
    if (found->count == found->capacity) {
        int64_t capacity = found->capacity ? 2 * found->capacity : 1024;
        size_t size = sizeof *found->begins;
        if (!grow(&found->begins, capacity, size) || !grow(&found->ends, capacity, size)) return false;
        found->capacity = capacity;
    }
    found->begins[found->count] = begin;
    found->ends[found->count++] = end;
    return true;
}

/* --- marks --------------------------------------------------------------------------------------------- */
/* The places in a text where a needle is, a chunk of it at a time. */
typedef struct {
    const kernels *kernels;
    const uint8_t *text;
    int64_t length;
    const needle *sought;
    bool lines; /* those, too, that are no plain object */
    int64_t from, to;
    int64_t feeds; /* counted with the lines */
    int word; /* of the chunk's marks, those before are used up */
    uint64_t marks[CHUNK / BLOCK];
} places;

static bool next_chunk(places *all) {
    all->from = all->to;
    if (all->from >= all->length) return false;
    all->to = all->length - all->from > CHUNK ? all->from + CHUNK : all->length;
    memset(all->marks, 0, sizeof all->marks);
    all->kernels->mark(all->text, all->length, all->from, all->to, all->sought, all->marks);
    if (all->lines) all->feeds += all->kernels->mark_lines(all->text, all->length, all->from, all->to, all->marks);
    all->word = 0;
    return true;
}

/* The next place, ascending; -1 behind the last. */
static int64_t next_place(places *all) {
    for (;; all->word++) {
        if (all->word == CHUNK / BLOCK && !next_chunk(all)) return -1;
        uint64_t *marks = all->marks + all->word;
        if (*marks == 0) continue;
        int bit = __builtin_ctzll(*marks);
        *marks &= *marks - 1;
        return all->from + (int64_t)all->word * BLOCK + bit;
    }
}

#define PLACES(kernels, text, length, sought, lines) {kernels, text, length, sought, lines, 0, 0, 0, CHUNK / BLOCK, {0}}

/* Every place, each as a span of its own. */
EXPORT bool splreplay_find(
    const kernels *kernels, const uint8_t *text, int64_t length, const needle *sought, spans *found
) {
    places all = PLACES(kernels, text, length, sought, false);
    for (int64_t at; (at = next_place(&all)) >= 0;)
        if (!spans_add(found, at, at + 1)) return false;
    return true;
}

/* --- lines and records --------------------------------------------------------------------------------- */
static int64_t line_end(const uint8_t *text, int64_t length, int64_t at) {
    const uint8_t *feed = memchr(text + at, '\n', (size_t)(length - at));
    return feed ? feed - text : length;
}

/* The lines that hold the needle or are odd; all of them without a needle. Returns how many lines there are. */
EXPORT int64_t splreplay_lines(
    const kernels *kernels, const uint8_t *text, int64_t length, const needle *sought, spans *found
) {
    int64_t end = -1, count = length > 0 && text[length - 1] != '\n';
    if (!sought) {
        for (int64_t at = 0; at < length; at = end + 1, count += end < length) {
            end = line_end(text, length, at);
            if (!spans_add(found, at, end)) return NO_MEMORY;
        }
        return count;
    }
    places all = PLACES(kernels, text, length, sought, true);
    for (int64_t at; (at = next_place(&all)) >= 0;) {
        if (at <= end) continue;
        int64_t begin = at;
        while (begin > end + 1 && text[begin - 1] != '\n') begin--;
        end = line_end(text, length, at);
        if (!spans_add(found, begin, end)) return NO_MEMORY;
    }
    return count + all.feeds;
}

/* Keeps those spans, which ascend, that hold the needle. */
EXPORT void splreplay_keep(
    const kernels *kernels, const uint8_t *text, int64_t length, const needle *sought, spans *found
) {
    places all = PLACES(kernels, text, length, sought, false);
    int64_t kept = 0, i = 0;
    for (int64_t at; (at = next_place(&all)) >= 0;) {
        while (i < found->count && found->ends[i] <= at) i++;
        if (i == found->count) break;
        if (found->begins[i] > at) continue;
        found->begins[kept] = found->begins[i];
        found->ends[kept++] = found->ends[i++];
    }
    found->count = kept;
}

/* The whole records of a piece of a document; returns where the rest begins, or UNSURE. */
EXPORT int64_t splreplay_records(
    const kernels *kernels, const uint8_t *text, int64_t length, bool final, int32_t *state, spans *found
) {
    return kernels->records(text, length, final, state, found);
}
