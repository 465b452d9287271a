/* Named fields of JSON records, where it is certain what they are.
 *
 * A record is certain if it is JSON to the last byte, none of the keys that matter stands in it twice or with
 * escapes, and what was found is text that a table can hold. Python reads the others, by its own rules.
 */
#include "fields.h"

enum { MOST_LEVELS = 200 };
enum { FORBIDDEN = -2 };

typedef struct {
    reader *reader;
    const uint8_t *text;
    int64_t length, count, next; /* of the tokens */
    int32_t level;
    whole *whole; /* or NULL: what is read are the fields of the reader */
    path path;
} walk;

/* The byte where the next token begins; 0 behind the last. */
static inline uint8_t peek(const walk *w) { return w->next < w->count ? w->text[w->reader->tokens[w->next]] : 0; }

static inline uint8_t take(walk *w) {
    uint8_t byte = peek(w);
    w->next++;
    return byte;
}

/* Behind the last byte of the token before the next one, without the blanks that follow it. */
static inline int64_t taken_end(const walk *w) {
    int64_t end = w->next < w->count ? w->reader->tokens[w->next] : w->length;
    while (is_blank(w->text[end - 1])) end--;
    return end;
}

static inline int64_t taken_begin(const walk *w) { return w->reader->tokens[w->next - 1]; }

static bool is_number(const uint8_t *at, const uint8_t *end) {
    if (at < end && *at == '-') at++;
    const uint8_t *digits = at;
    while (at < end && *at >= '0' && *at <= '9') at++;
    if (at == digits || (*digits == '0' && at - digits > 1)) return false;
    if (at < end && *at == '.') {
        digits = ++at;
        while (at < end && *at >= '0' && *at <= '9') at++;
        if (at == digits) return false;
    }
    if (at < end && (*at | 0x20) == 'e') {
        if (++at < end && (*at == '+' || *at == '-')) at++;
        digits = at;
        while (at < end && *at >= '0' && *at <= '9') at++;
        if (at == digits) return false;
    }
    return at == end;
}

static bool is_word(const uint8_t *at, int64_t length, const char *word) {
    return length == (int64_t)strlen(word) && memcmp(at, word, (size_t)length) == 0;
}

static bool is_scalar(const uint8_t *at, int64_t length) {
    switch (*at) {
    case 't': return is_word(at, length, "true");
    case 'f': return is_word(at, length, "false");
    case 'n': return is_word(at, length, "null");
    default: return is_number(at, at + length);
    }
}

/* Number of the key among those of an object that matter; NOTHING, or FORBIDDEN where it is not certain. */
static int32_t key_of(walk *w, int32_t object, const uint8_t *name, int64_t length) {
    if (w->reader->strings & ESCAPES && memchr(name, '\\', (size_t)length)) return FORBIDDEN;
    const int32_t *starts = w->reader->objects[object].starts + (length < LONG_KEY ? length : LONG_KEY);
    for (int32_t i = starts[0]; i < starts[1]; i++) {
        key *key = w->reader->keys + i;
        if (key->length != length || memcmp(key->name, name, (size_t)length) != 0) continue;
        if (key->unsure == ALWAYS || key->seen == w->reader->record) return FORBIDDEN;
        key->seen = w->reader->record;
        return i;
    }
    return NOTHING;
}

static bool keep(walk *w, int32_t key, int64_t begin, int64_t end, bool string) {
    value found = {w->text + begin, end - begin, string};
    if (w->whole) return whole_add(w->whole, w->path, found);
    int32_t column = key == NOTHING ? NOTHING : w->reader->keys[key].value;
    if (column != NOTHING) w->reader->values[column] = found;
    return true;
}

static bool any_value(walk *w, int32_t key);

static bool object(walk *w, int32_t which) {
    if (peek(w) == '}') return take(w);
    path outer = w->path;
    uint8_t behind;
    do {
        if (take(w) != '"') return false;
        const uint8_t *name = w->text + taken_begin(w) + 1;
        if (peek(w) != ':') return false;
        int64_t length = w->text + taken_end(w) - 1 - name;
        int32_t key = which == NOTHING ? NOTHING : key_of(w, which, name, length);
        if (w->whole && !whole_enter(w->whole, &w->path, outer, true, name, length)) return false;
        w->next++;
        if (key == FORBIDDEN || !any_value(w, key)) return false;
        behind = take(w);
    } while (behind == ',');
    w->path = outer;
    return behind == '}';
}

static bool array(walk *w) {
    if (peek(w) == ']') return take(w);
    path outer = w->path;
    if (w->whole && !whole_enter(w->whole, &w->path, outer, false, (const uint8_t *)"{}", 2)) return false;
    uint8_t behind;
    do {
        if (!any_value(w, NOTHING)) return false;
        behind = take(w);
    } while (behind == ',');
    w->path = outer;
    return behind == ']';
}

static bool any_value(walk *w, int32_t key) {
    uint8_t first = take(w);
    bool good;
    switch (first) {
    case '{':
    case '[':
        if (++w->level > MOST_LEVELS) return false;
        if (first == '[' && key != NOTHING && w->reader->keys[key].unsure == AS_LIST) return false;
        good = first == '[' ? array(w) : object(w, key == NOTHING ? NOTHING : w->reader->keys[key].object);
        w->level--;
        return good;
    case '"':
        return keep(w, key, taken_begin(w) + 1, taken_end(w) - 1, true);
    case 0: case ':': case ',': case ']': case '}':
        return false;
    default:
        return keep(w, key, taken_begin(w), taken_end(w), false)
            && is_scalar(w->text + taken_begin(w), taken_end(w) - taken_begin(w));
    }
}

/* --- what was found ------------------------------------------------------------------------------------ */
static bool is_utf8(const uint8_t *at, int64_t length) {
    static const struct { uint8_t mask, lead, bytes; uint32_t least; } forms[] = {
        {0xe0, 0xc0, 2, 0x80}, {0xf0, 0xe0, 3, 0x800}, {0xf8, 0xf0, 4, 0x10000}};
    for (const uint8_t *end = at + length; at < end;) {
        if (*at < 0x80) { at++; continue; }
        int i = 0;
        while (i < 3 && (*at & forms[i].mask) != forms[i].lead) i++;
        if (i == 3 || end - at < forms[i].bytes) return false;
        uint32_t code = *at & ~forms[i].mask & 0xff;
        for (int j = 1; j < forms[i].bytes; j++) {
            if ((at[j] & 0xc0) != 0x80) return false;
            code = code << 6 | (at[j] & 0x3f);
        }
        if (code < forms[i].least || code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) return false;
        at += forms[i].bytes;
    }
    return true;
}

/* Every escape of a string is a character of text. */
static bool is_plain_escaped(const uint8_t *at, int64_t length) {
    int64_t bytes = 2;
    for (const uint8_t *end = at + length; at < end && (at = memchr(at, '\\', (size_t)(end - at))); at += bytes) {
        bytes = 2;
        if (at[1] == 'u' && escaped_code(at, end - at, &bytes) < 0) return false;
    }
    return true;
}

static bool is_text(const reader *r, const value *v) {
    if (r->strings & BEYOND_ASCII && !is_utf8(v->text, v->length)) return false;
    return !(r->strings & ESCAPES && v->string) || is_plain_escaped(v->text, v->length);
}

static int64_t digits(const uint8_t *text, int from, int to) {
    int64_t number = 0;
    for (int i = from; i < to; i++) number = number * 10 + (text[i] - '0');
    return number;
}

/* Epoch seconds of `2026-03-02T09:11:30Z`, as CloudTrail writes eventTime; the only form that is certain. */
static bool event_time(const value *v, double *seconds) {
    static const char form[] = "0000-00-00T00:00:00Z";
    static const int days_before[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365};
    if (!v->string || v->length != sizeof form - 1) return false;
    for (int i = 0; i < v->length; i++) {
        uint8_t byte = v->text[i];
        if (form[i] == '0' ? byte < '0' || byte > '9' : byte != form[i]) return false;
    }
    int64_t year = digits(v->text, 0, 4), month = digits(v->text, 5, 7), day = digits(v->text, 8, 10);
    int64_t hour = digits(v->text, 11, 13), minute = digits(v->text, 14, 16), second = digits(v->text, 17, 19);
    if (year < 1900 || year > 2099 || month < 1 || month > 12 || hour > 23 || minute > 59 || second > 59) return false;
    bool leap = year % 4 == 0 && year != 1900;
    int64_t length = days_before[month] - days_before[month - 1] + (month == 2 && leap);
    if (day < 1 || day > length) return false;
    int64_t leaps = (year - 1 - 1900) / 4 + (month > 2 && leap); /* since 1900, which was none */
    int64_t days = (year - 1970) * 365 + leaps - 17 + days_before[month - 1] + day - 1;
    *seconds = (double)(((days * 24 + hour) * 60 + minute) * 60 + second);
    return true;
}

/* --- a record ------------------------------------------------------------------------------------------ */
bool room_for(reader *r, int64_t length) {
    if (length > UINT32_MAX) return false;
    if (length <= r->room) return true;
    if (!grow(&r->tokens, length, sizeof *r->tokens)) return false;
    r->room = length;
    return true;
}

bool walk_record(const kernels *kernels, reader *r, const value *raw, whole *all) {
    walk w = {.reader = r, .text = raw->text, .length = raw->length, .level = 1, .whole = all};
    w.count = kernels->tokens(raw->text, raw->length, r->tokens, &r->strings);
    return w.count > 0 && take(&w) == '{' && object(&w, all ? NOTHING : 0) && w.next == w.count;
}

/* Whether the record is certain; then `values` holds its fields and `seconds` its time, where it has one. */
static bool is_certain(const kernels *kernels, reader *r, const value *raw) {
    r->record++;
    for (int32_t i = 0; i < r->value_count; i++) r->values[i].text = NULL;
    if (!walk_record(kernels, r, raw, NULL)) return false;
    for (int32_t i = 0; i < r->value_count; i++)
        if (r->values[i].text && !is_text(r, r->values + i)) return false;
    for (int32_t i = 0; i < r->column_count; i++)
        if (r->columns[i] == RAW && !is_text(r, raw)) return false;
    if (r->required >= 0 && !r->values[r->required].text) return false;
    const value *time = r->values + r->time;
    return !time->text || event_time(time, &r->seconds);
}

static value trimmed(const uint8_t *text, const uint8_t *end) {
    while (text < end && is_blank(end[-1])) end--;
    while (text < end && is_blank(*text)) text++;
    return (value){text, end - text, false};
}

EXPORT void splreplay_reader_free(reader *old) { free(old->tokens); }

/* Adds a row for each certain record, and the numbers of the others to `left`; false without memory. */
EXPORT bool splreplay_read(
    const kernels *kernels, reader *r, const uint8_t *text, const spans *records, const char *source, rows *to
) {
    value name = {(const uint8_t *)source, (int64_t)strlen(source), false};
    for (int64_t i = 0; i < records->count; i++) {
        value raw = trimmed(text + records->begins[i], text + records->ends[i]);
        if (!room_for(r, raw.length)) return false;
        bool added = is_certain(kernels, r, &raw) ? rows_add(to, i, r, &raw, &name) : rows_leave(to, i);
        if (!added) return false;
    }
    return true;
}
