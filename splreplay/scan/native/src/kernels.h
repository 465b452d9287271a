/* The loops over every byte of a text, for the instruction set that blocks.h was just included for. */

/* Bit i: whether an odd number of the bits up to i is set; of quotes, whether a string is open. */
static inline uint64_t ISA(odd_so_far)(uint64_t bits) {
    for (int step = 1; step < BLOCK; step *= 2) bits ^= bits << step;
    return bits;
}

/* What stands behind an odd run of backslashes. */
static inline uint64_t ISA(escaped)(uint64_t backslashes, uint64_t *carry) {
    uint64_t found = *carry;
    *carry = 0;
    for (backslashes &= ~found; backslashes;) {
        int at = __builtin_ctzll(backslashes);
        if (at == BLOCK - 1) {
            *carry = 1;
            break;
        }
        found |= (uint64_t)2 << at;
        backslashes &= ~((uint64_t)3 << at);
    }
    return found;
}

/* The bit 0x20 is all that [ and ] differ by from { and }. */
static inline uint64_t ISA(opening)(ISA(block) block) { return ISA(equal_with)(block, 0x20, '{'); }
static inline uint64_t ISA(closing)(ISA(block) block) { return ISA(equal_with)(block, 0x20, '}'); }

/* --- find ---------------------------------------------------------------------------------------------- */
static void ISA(mark_literal)(
    const uint8_t *text, int64_t length, int64_t from, int64_t to, const literal *one, uint64_t *marks
) {
    uint8_t first = one->text[one->first], second = one->text[one->second];
    uint8_t first_bits = first >= 'a' && first <= 'z' ? 0x20 : 0, second_bits = second >= 'a' && second <= 'z' ? 0x20 : 0;
    int64_t gap = one->second - one->first, last = length - gap;
    for (int64_t at = from; at < to && at < last; at += BLOCK) {
        uint64_t found = ISA(equal_with)(ISA(load_some)(text + at, length - at), first_bits, first)
                       & ISA(equal_with)(ISA(load_some)(text + at + gap, last - at), second_bits, second);
        for (; found; found &= found - 1) {
            int bit = __builtin_ctzll(found);
            if (at + bit < to && matches(text, length, at + bit, one))
                marks[(at - from) / BLOCK] |= (uint64_t)1 << bit;
        }
    }
}

static void ISA(mark)(
    const uint8_t *text, int64_t length, int64_t from, int64_t to, const needle *sought, uint64_t *marks
) {
    bool behind_plain = false;
    for (int64_t at = from; at < to; at += BLOCK) {
        ISA(block) block = ISA(load_some)(text + at, to - at);
        uint64_t found = ISA(equal)(block, '\\');
        bool plain = sought->packed && !(found | ISA(equal)(block, '"'));
        if (plain && !behind_plain && is_packed(text, length, at)) marks[(at - from) / BLOCK] |= 1;
        behind_plain = plain;
        for (; found; found &= found - 1) {
            int bit = __builtin_ctzll(found);
            if (is_escape(text, length, at + bit, sought)) marks[(at - from) / BLOCK] |= (uint64_t)1 << bit;
        }
    }
    for (int i = 0; i < sought->count; i++) ISA(mark_literal)(text, length, from, to, sought->literals + i, marks);
}

static int64_t ISA(mark_lines)(const uint8_t *text, int64_t length, int64_t from, int64_t to, uint64_t *marks) {
    int64_t count = 0;
    uint64_t behind_feed = from == 0 || text[from - 1] == '\n';
    for (int64_t at = from; at < to; at += BLOCK) {
        uint64_t feeds = ISA(equal)(ISA(load_some)(text + at, to - at), '\n');
        for (uint64_t begins = feeds << 1 | behind_feed; begins; begins &= begins - 1) {
            int bit = __builtin_ctzll(begins);
            if (at + bit < to && is_odd_line(text, length, at + bit)) marks[(at - from) / BLOCK] |= (uint64_t)1 << bit;
        }
        behind_feed = feeds >> (BLOCK - 1);
        count += __builtin_popcountll(feeds);
    }
    return count;
}

/* --- tokens of a record -------------------------------------------------------------------------------- */
static int64_t ISA(tokens)(const uint8_t *text, int64_t length, uint32_t *places, int *strings) {
    uint64_t behind_backslash = 0, open = 0, behind_value = 0, wide = 0;
    int64_t count = 0;
    *strings = 0;
    for (int64_t at = 0; at < length; at += BLOCK) {
        ISA(block) block = ISA(load_some)(text + at, length - at);
        uint64_t backslashes = ISA(equal)(block, '\\'), quotes = ISA(equal)(block, '"');
        if (backslashes | behind_backslash) {
            uint64_t escaped = ISA(escaped)(backslashes, &behind_backslash);
            if (!escapes_are_right(text, length, at, escaped)) return UNSURE;
            quotes &= ~escaped;
            *strings |= ESCAPES;
        }
        uint64_t string = ISA(odd_so_far)(quotes) ^ open;
        open = 0 - (string >> (BLOCK - 1));
        uint64_t control = ISA(at_most)(block, 0x1f), blank = ISA(equal)(block, ' ');
        if (control & string) return UNSURE;
        if (control) blank |= ISA(equal)(block, '\t') | ISA(equal)(block, '\n') | ISA(equal)(block, '\r');
        wide |= ISA(beyond_ascii)(block);
        uint64_t signs = (ISA(opening)(block) | ISA(closing)(block) | ISA(equal)(block, ',')
                          | ISA(equal)(block, ':')) & ~string;
        uint64_t value = ~(string | quotes | signs | blank);
        uint64_t found = signs | (quotes & string) | (value & ~(value << 1 | behind_value));
        behind_value = value >> (BLOCK - 1);
        for (; found; found &= found - 1) places[count++] = (uint32_t)(at + __builtin_ctzll(found));
    }
    if (wide) *strings |= BEYOND_ASCII;
    return open ? UNSURE : count;
}

/* --- records of a list --------------------------------------------------------------------------------- */
static int64_t ISA(records)(const uint8_t *text, int64_t length, bool final, int32_t *state, spans *found) {
    list_scan scan = {.text = text, .length = length, .found = found, .state = *state};
    uint64_t behind_backslash = 0, open = 0, behind_sign = 0;
    for (int64_t at = 0; at < length; at += BLOCK) {
        ISA(block) block = ISA(load_some)(text + at, length - at);
        uint64_t backslashes = ISA(equal)(block, '\\'), quotes = ISA(equal)(block, '"');
        if (backslashes | behind_backslash) quotes &= ~ISA(escaped)(backslashes, &behind_backslash);
        uint64_t string = ISA(odd_so_far)(quotes) ^ open;
        open = 0 - (string >> (BLOCK - 1));
        uint64_t opening = ISA(opening)(block);
        uint64_t signs = (opening | ISA(equal)(block, ',') | ISA(equal)(block, ':')) & ~string;
        if (!strings_are_right(text, at, quotes & string & ~(signs << 1 | behind_sign))) return UNSURE;
        behind_sign = signs >> (BLOCK - 1);
        for (uint64_t brackets = (opening | ISA(closing)(block)) & ~string; brackets; brackets &= brackets - 1) {
            if (!list_bracket(&scan, at + __builtin_ctzll(brackets)))
                return scan.cut && !final ? list_rest(&scan, state) : UNSURE;
        }
    }
    if (final && !(open == 0 && list_ended(&scan))) return UNSURE;
    return list_rest(&scan, state);
}
