/* Questions about a few bytes: what the kernels ask where a block holds something of interest. */
#include "native.h"

static const char *const others[128] = {
    /* The characters beyond ASCII that become ASCII when case is ignored:
     * https://www.unicode.org/Public/UNIDATA/CaseFolding.txt */
    ['i'] = "\xc4\xb0\0\xc4\xb1\0", ['k'] = "\xe2\x84\xaa\0", ['s'] = "\xc5\xbf\0",
};

/* Makes room for so many elements; `array` is the address of a pointer to them. False without memory, nothing lost.
 * memcpy, since a pointer of one type must not be written as one of another. */
bool grow(void *array, int64_t count, size_t size) {
    void *held;
    memcpy(&held, array, sizeof held);
    held = realloc(held, (size_t)count * size);
    if (held) memcpy(array, &held, sizeof held);
    return held != NULL;
}

/* The value of four hexadecimal digits, or -1. */
int32_t hexadecimal(const uint8_t *text) {
    int32_t value = 0;
    for (int i = 0; i < 4; i++) {
        uint8_t digit = text[i] | 0x20;
        if (digit >= 'a' && digit <= 'f') value = value << 4 | (digit - 'a' + 10);
        else if (text[i] >= '0' && text[i] <= '9') value = value << 4 | (text[i] - '0');
        else return -1;
    }
    return value;
}

/* The character that an escape (\u0041, or a pair of them beyond U+FFFF) stands for, and how long it is; -1 for
 * half a pair, which is no text, and for NUL. */
int32_t escaped_code(const uint8_t *text, int64_t length, int64_t *bytes) {
    int32_t code = hexadecimal(text + 2);
    *bytes = 6;
    if (code < 0xd800 || code > 0xdfff) return code ? code : -1;
    int32_t low = length >= 12 && text[6] == '\\' && text[7] == 'u' ? hexadecimal(text + 8) : 0;
    *bytes = 12;
    return code < 0xdc00 && low >= 0xdc00 && low <= 0xdfff ? 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00) : -1;
}

bool escapes_are_right(const uint8_t *text, int64_t length, int64_t at, uint64_t escaped) {
    for (; escaped; escaped &= escaped - 1) {
        int64_t place = at + __builtin_ctzll(escaped);
        if (place >= length || !text[place] || !strchr("\"\\/bfnrtu", text[place])) return false;
        if (text[place] == 'u' && (place + 4 >= length || hexadecimal(text + place + 1) < 0)) return false;
    }
    return true;
}

/* Whether each string that opens here follows what one may follow: else a quote is missing before it. */
bool strings_are_right(const uint8_t *text, int64_t at, uint64_t opens) {
    for (; opens; opens &= opens - 1) {
        int64_t before = at + __builtin_ctzll(opens) - 1;
        while (before >= 0 && is_blank(text[before])) before--;
        if (before < 0 || !text[before] || !strchr("{[,:", text[before])) return false;
    }
    return true;
}

/* --- base64 -------------------------------------------------------------------------------------------- */
/* As payloads.py has them. A string of PACKED bytes fills a block wherever it begins. */
enum { PACKED = 128 };
static const char *const packed_begins[] = {"H4sI", "ey", "ew", "W3", "Wy"};

/* Whether this block, the first without a quote or a backslash, is in a string that may be base64 of records. */
bool is_packed(const uint8_t *text, int64_t length, int64_t at) {
    int64_t begin = at;
    while (begin > 0 && at - begin < BLOCK && text[begin - 1] != '"') begin--;
    if (begin == 0 || text[begin - 1] != '"' || length - begin < PACKED) return false;
    for (size_t i = 0; i < sizeof packed_begins / sizeof *packed_begins; i++) {
        if (memcmp(text + begin, packed_begins[i], strlen(packed_begins[i])) != 0) continue;
        for (int64_t place = begin; place < begin + PACKED; place++)
            if (text[place] < ' ' || text[place] == '"' || text[place] == '\\') return false;
        return true;
    }
    return false;
}

/* --- literals ------------------------------------------------------------------------------------------ */
static uint8_t lower(uint8_t byte) { return byte >= 'A' && byte <= 'Z' ? byte | 0x20 : byte; }

/* How many bytes before (`step` -1) or from (1) a place are one character of a literal; 0: it is another. */
static int64_t same(const uint8_t *text, int64_t length, int64_t at, uint8_t wanted, int step) {
    int64_t first = step > 0 ? at : at - 1;
    if (first < 0 || first >= length) return 0;
    if (lower(text[first]) == wanted) return 1;
    for (const char *other = others[wanted]; other && *other; other += strlen(other) + 1) {
        int64_t bytes = (int64_t)strlen(other), begin = step > 0 ? at : at - bytes;
        if (begin >= 0 && begin + bytes <= length && memcmp(text + begin, other, (size_t)bytes) == 0) return bytes;
    }
    return 0;
}

/* Whether a literal is in the text so that its character number `first` is at this place. A slash may be written
 * with backslashes before it, which no literal holds. */
bool matches(const uint8_t *text, int64_t length, int64_t at, const literal *one) {
    int64_t place = at, bytes;
    for (int i = one->first; i < one->length; i++, place += bytes) {
        while (one->text[i] == '/' && place < length && text[place] == '\\') place++;
        if (!(bytes = same(text, length, place, one->text[i], 1))) return false;
    }
    place = at;
    for (int i = one->first - 1; i >= 0; i--, place -= bytes) {
        if (!(bytes = same(text, length, place, one->text[i], -1))) return false;
        while (one->text[i] == '/' && place > 1 && text[place - 2] == '\\') place--;
    }
    return true;
}

/* Whether a backslash begins the escape of a letter that a literal has. */
bool is_escape(const uint8_t *text, int64_t length, int64_t at, const needle *sought) {
    if (at + 6 > length || text[at + 1] != 'u') return false;
    int32_t code = hexadecimal(text + at + 2);
    switch (code) {
    case 0x130: case 0x131: return sought->letters['i'];
    case 0x212a: return sought->letters['k'];
    case 0x17f: return sought->letters['s'];
    default: return code >= 0 && code < 128 && sought->letters[code];
    }
}

/* Whether a line is no plain `{"key`, or may be a document: those are looked at, needle or not. */
bool is_odd_line(const uint8_t *text, int64_t length, int64_t at) {
    return at + 2 >= length || text[at] != '{' || text[at + 1] != '"' || text[at + 2] == 'R';
}
