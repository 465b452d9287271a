/* 64 bytes at a time, as bits: bit i of a mask speaks of byte i.
 *
 * The kernels are written once over these few operations and compiled for each instruction set (see kernels.c).
 */
#if defined(ISA_AVX2)

typedef struct { __m256i part[2]; } ISA(block);
#define FOR_PARTS for (int i = 0; i < 2; i++)
#define STEP 32
#define LOAD(at) _mm256_loadu_si256((const __m256i *)(at))
#define EACH(byte) _mm256_set1_epi8((char)(byte))
#define EQUAL(a, b) _mm256_cmpeq_epi8(a, b)
#define SMALLER(a, b) _mm256_min_epu8(a, b)
#define OR(a, b) _mm256_or_si256(a, b)
#define SIGNS(a) (uint32_t)_mm256_movemask_epi8(a)

#elif defined(ISA_SSE2)

typedef struct { __m128i part[4]; } ISA(block);
#define FOR_PARTS for (int i = 0; i < 4; i++)
#define STEP 16
#define LOAD(at) _mm_loadu_si128((const __m128i *)(at))
#define EACH(byte) _mm_set1_epi8((char)(byte))
#define EQUAL(a, b) _mm_cmpeq_epi8(a, b)
#define SMALLER(a, b) _mm_min_epu8(a, b)
#define OR(a, b) _mm_or_si128(a, b)
#define SIGNS(a) (uint32_t)_mm_movemask_epi8(a)

#elif defined(ISA_NEON)

typedef struct { uint8x16_t part[4]; } ISA(block);
#define FOR_PARTS for (int i = 0; i < 4; i++)
#define STEP 16
#define LOAD(at) vld1q_u8(at)
#define EACH(byte) vdupq_n_u8(byte)
#define EQUAL(a, b) vceqq_u8(a, b)
#define SMALLER(a, b) vminq_u8(a, b)
#define OR(a, b) vorrq_u8(a, b)
#define SIGNS(a) ISA(signs)(a)

static inline uint32_t ISA(signs)(uint8x16_t bytes) {
    static const uint8_t weights[16] = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
    uint8x16_t set = vandq_u8(vreinterpretq_u8_s8(vshrq_n_s8(vreinterpretq_s8_u8(bytes), 7)), vld1q_u8(weights));
    return vaddv_u8(vget_low_u8(set)) | (uint32_t)vaddv_u8(vget_high_u8(set)) << 8;
}

#else /* any processor: eight bytes of a word at a time, without carries between them */

typedef struct { uint64_t part[8]; } ISA(block);
#define FOR_PARTS for (int i = 0; i < 8; i++)
#define STEP 8
#define LOAD(at) ISA(word)(at)
#define EACH(byte) ((uint8_t)(byte) * 0x0101010101010101u)
#define EQUAL(a, b) ISA(zeros)((a) ^ (b))
#define SMALLER(a, b) ISA(smaller)(a, b)
#define OR(a, b) ((a) | (b))
#define SIGNS(a) (uint32_t)(((((a) >> 7) & EACH(1)) * 0x0102040810204080u) >> 56)

static inline uint64_t ISA(word)(const uint8_t *at) {
    uint64_t word = 0;
    for (int i = 7; i >= 0; i--) word = word << 8 | at[i];
    return word;
}

static inline uint64_t ISA(zeros)(uint64_t word) {
    return ~(((word & EACH(0x7f)) + EACH(0x7f)) | word | EACH(0x7f));
}

static inline uint64_t ISA(smaller)(uint64_t a, uint64_t b) {
    uint64_t found = 0;
    for (int i = 0; i < 64; i += 8) {
        uint64_t one = a >> i & 0xff, other = b >> i & 0xff;
        found |= (one < other ? one : other) << i;
    }
    return found;
}

#endif

static inline ISA(block) ISA(load)(const uint8_t *at) {
    ISA(block) block;
    FOR_PARTS block.part[i] = LOAD(at + i * STEP);
    return block;
}

/* The last bytes of a text, with blanks behind them: nothing beyond a text is ever read. */
static inline ISA(block) ISA(load_last)(const uint8_t *at, int64_t bytes) {
    uint8_t padded[BLOCK];
    memset(padded, ' ', BLOCK);
    memcpy(padded, at, (size_t)bytes);
    return ISA(load)(padded);
}

static inline ISA(block) ISA(load_some)(const uint8_t *at, int64_t bytes) {
    return bytes >= BLOCK ? ISA(load)(at) : ISA(load_last)(at, bytes);
}

static inline uint64_t ISA(equal)(ISA(block) block, uint8_t byte) {
    uint64_t found = 0;
    FOR_PARTS found |= (uint64_t)SIGNS(EQUAL(block.part[i], EACH(byte))) << (i * STEP);
    return found;
}

/* Where a byte with these bits set is `byte`; with 0x20 a letter equals its capital. */
static inline uint64_t ISA(equal_with)(ISA(block) block, uint8_t bits, uint8_t byte) {
    uint64_t found = 0;
    FOR_PARTS found |= (uint64_t)SIGNS(EQUAL(OR(block.part[i], EACH(bits)), EACH(byte))) << (i * STEP);
    return found;
}

static inline uint64_t ISA(at_most)(ISA(block) block, uint8_t byte) {
    uint64_t found = 0;
    FOR_PARTS found |= (uint64_t)SIGNS(EQUAL(SMALLER(block.part[i], EACH(byte)), block.part[i])) << (i * STEP);
    return found;
}

static inline uint64_t ISA(beyond_ascii)(ISA(block) block) {
    uint64_t found = 0;
    FOR_PARTS found |= (uint64_t)SIGNS(block.part[i]) << (i * STEP);
    return found;
}

#undef FOR_PARTS
#undef STEP
#undef LOAD
#undef EACH
#undef EQUAL
#undef SMALLER
#undef OR
#undef SIGNS
