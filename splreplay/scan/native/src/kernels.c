/* The kernels for each instruction set, and which of them this processor has. */
#include "native.h"

#if defined(__x86_64__)
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

#include "records.h"

#define PASTE(a, b) a##_##b
#define NAMED(name, isa) PASTE(name, isa)

#if defined(__x86_64__)

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2,bmi,popcnt"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx2,bmi,popcnt")
#endif
#define ISA_AVX2
#define ISA(name) NAMED(name, avx2)
#include "blocks.h"
#include "kernels.h"
#undef ISA
#undef ISA_AVX2
#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif

#define ISA_SSE2
#define ISA(name) NAMED(name, sse2)
#include "blocks.h"
#include "kernels.h"
#undef ISA
#undef ISA_SSE2

#elif defined(__aarch64__)

#define ISA_NEON
#define ISA(name) NAMED(name, neon)
#include "blocks.h"
#include "kernels.h"
#undef ISA
#undef ISA_NEON

#endif

#define ISA(name) NAMED(name, words)
#include "blocks.h"
#include "kernels.h"
#undef ISA

static bool always(void) { return true; }

#if defined(__x86_64__)
static bool has_avx2(void) { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi"); }
#endif

static const struct {
    bool (*usable)(void);
    kernels kernels;
} each[] = {
#if defined(__x86_64__)
    {has_avx2, {"avx2", mark_avx2, mark_lines_avx2, tokens_avx2, records_avx2}},
    {always, {"sse2", mark_sse2, mark_lines_sse2, tokens_sse2, records_sse2}},
#elif defined(__aarch64__)
    {always, {"neon", mark_neon, mark_lines_neon, tokens_neon, records_neon}},
#endif
    {always, {"words", mark_words, mark_lines_words, tokens_words, records_words}},
};

/* Number `rank` of those that run here, the best first; NULL behind the last. */
EXPORT const kernels *splreplay_kernels(int rank) {
    for (size_t i = 0; i < sizeof each / sizeof *each; i++)
        if (each[i].usable() && rank-- == 0) return &each[i].kernels;
    return NULL;
}

EXPORT const char *splreplay_kernels_name(const kernels *kernels) { return kernels->name; }
