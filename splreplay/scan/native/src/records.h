/* The records of a list, from the places of its brackets: `[{...},{...}]`, AWS's `{"Records":[{...}]}`, and any of
 * these behind one another. Whatever else stands between two records makes it UNSURE, and exact.py says what that is.
 */
#define NOWHERE (-1)

typedef struct {
    const uint8_t *text;
    int64_t length;
    spans *found;
    int32_t state;
    int32_t depth; /* of brackets, within a record */
    uint64_t kinds; /* of the open ones, the innermost lowest: 1 for a brace */
    int64_t at;    /* behind the last thing that was understood */
    int64_t begin; /* of the record */
    bool cut;      /* the text ended within a word */
} list_scan;

static int64_t past_blanks(const list_scan *scan, int64_t at) {
    while (at < scan->length && is_blank(scan->text[at])) at++;
    return at;
}

/* Behind a word that may have blanks before it, or NOWHERE. */
static int64_t past(list_scan *scan, int64_t at, const char *word) {
    int64_t length = (int64_t)strlen(word), begin = past_blanks(scan, at), there = scan->length - begin;
    bool same = memcmp(scan->text + begin, word, (size_t)(there < length ? there : length)) == 0;
    scan->cut = same && there < length;
    return same && !scan->cut ? begin + length : NOWHERE;
}

static int64_t past_wrapper(list_scan *scan, int64_t at) {
    static const char *const words[] = {"{", "\"Records\"", ":", "["};
    for (int i = 0; i < 4; i++)
        if ((at = past(scan, at, words[i])) == NOWHERE) return NOWHERE;
    return at;
}

static bool enter(list_scan *scan, int32_t state, int64_t at) {
    scan->state = state;
    scan->at = at;
    return true;
}

/* Whether this bracket stands where this word is expected. */
static bool is_next(list_scan *scan, int64_t place, const char *word) {
    return past(scan, scan->at, word) == place + 1;
}

/* A record that begins at this place, if nothing but what separates records stands before it. */
static bool list_begin(list_scan *scan, int64_t place) {
    int64_t at = scan->state & BEHIND_RECORD ? past(scan, scan->at, ",") : scan->at;
    if (at == NOWHERE) return false;
    scan->begin = place;
    scan->depth = 1;
    scan->kinds = 1;
    return past_blanks(scan, at) == place;
}

static bool list_end(list_scan *scan, int64_t place) {
    scan->at = place + 1;
    scan->state |= BEHIND_RECORD;
    return spans_add(scan->found, scan->begin, scan->at);
}

/* A bracket outside all records. */
static bool list_frame(list_scan *scan, int64_t place) {
    if (place < scan->at) return true; /* of a wrapper that was read as a whole */
    int32_t state = scan->state & ~BEHIND_RECORD;
    int64_t within = state == BEFORE_LIST ? past_wrapper(scan, scan->at) : NOWHERE;
    switch (scan->text[place]) {
    case '{':
        if (within != NOWHERE) return enter(scan, IN_WRAPPER, within);
        return (state == IN_LIST || state == IN_WRAPPER) && list_begin(scan, place);
    case '[':
        return state == BEFORE_LIST && is_next(scan, place, "[") && enter(scan, IN_LIST, place + 1);
    case ']':
        if (!is_next(scan, place, "]")) return false;
        return (state == IN_LIST && enter(scan, BEFORE_LIST, place + 1))
            || (state == IN_WRAPPER && enter(scan, BEHIND_WRAPPED_LIST, place + 1));
    default:
        return state == BEHIND_WRAPPED_LIST && is_next(scan, place, "}") && enter(scan, BEFORE_LIST, place + 1);
    }
}

/* Whether a bracket may open here: behind a colon in an object, behind a comma or first in an array. Where it may not,
 * a bracket is missing before it, and those that follow may well match: `{"a":{},{"b":1}}`. exact.py has this rule, too.
 */
static bool may_open(const list_scan *scan, int64_t place) {
    while (is_blank(scan->text[place - 1])) place--;
    uint8_t before = scan->text[place - 1];
    return scan->kinds & 1 ? before == ':' : before == ',' || before == '[';
}

static inline bool list_bracket(list_scan *scan, int64_t place) {
    if (scan->depth == 0) return list_frame(scan, place);
    uint8_t bracket = scan->text[place];
    bool brace = bracket == '{' || bracket == '}';
    if (bracket == '{' || bracket == '[') {
        if (!may_open(scan, place)) return false;
        scan->kinds = scan->kinds << 1 | brace;
        return ++scan->depth <= BLOCK;
    }
    if ((scan->kinds & 1) != brace) return false;
    scan->kinds >>= 1;
    return --scan->depth > 0 || list_end(scan, place);
}

/* How far the text is used up, and in which state the rest begins. */
static int64_t list_rest(const list_scan *scan, int32_t *state) {
    *state = scan->state;
    return scan->at;
}

static bool list_ended(const list_scan *scan) {
    return scan->depth == 0 && scan->state == BEFORE_LIST && past_blanks(scan, scan->at) == scan->length;
}
