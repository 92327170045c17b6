#include "CDigests.h"

#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

// The polynomial, reflected: bit 63 - i is the coefficient of x^i.
static const uint64_t polynomial = 0x9a6c9329ac4bc9b5;

// tables[0] advances a CRC by one byte, tables[n] by a byte that n others follow.
static uint64_t tables[8][256];

// Runs before main, so that no call needs to ask whether the tables are there.
__attribute__((constructor)) static void fill_tables(void) {
    for (unsigned byte = 0; byte < 256; byte++) {
        uint64_t crc = byte;
        for (int bit = 0; bit < 8; bit++) {
            crc = (crc >> 1) ^ ((crc & 1) ? polynomial : 0);
        }
        tables[0][byte] = crc;
    }
    for (unsigned byte = 0; byte < 256; byte++) {
        for (int after = 1; after < 8; after++) {
            uint64_t previous = tables[after - 1][byte];
            tables[after][byte] = (previous >> 8) ^ tables[0][previous & 0xff];
        }
    }
}

// Works on the register itself, which is the complement of the CRC.
static uint64_t advance(uint64_t state, const uint8_t *bytes, size_t length) {
    for (; length >= 8; bytes += 8, length -= 8) {
        uint64_t word;
        memcpy(&word, bytes, 8);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
        word = __builtin_bswap64(word);
#endif
        word ^= state;
        state = tables[7][word & 0xff] ^ tables[6][(word >> 8) & 0xff] ^ tables[5][(word >> 16) & 0xff]
              ^ tables[4][(word >> 24) & 0xff] ^ tables[3][(word >> 32) & 0xff] ^ tables[2][(word >> 40) & 0xff]
              ^ tables[1][(word >> 48) & 0xff] ^ tables[0][word >> 56];
    }
    for (; length > 0; bytes++, length--) {
        state = (state >> 8) ^ tables[0][(state ^ *bytes) & 0xff];
    }
    return state;
}

uint64_t magstore_crc64nvme_portable(uint64_t crc, const void *bytes, size_t length) {
    return ~advance(~crc, bytes, length);
}

#if defined(__x86_64__)

// A block of 16 bytes is a polynomial; moving it D bits ahead multiplies it by x^D. Modulo the CRC's polynomial that is
// two carry-less products: of the first eight bytes by x^(64+D), of the last eight by x^D. Reflected operands give a
// product that is one bit off, which the constants (exponents one less) make up for.
// ("Fast CRC Computation for Generic Polynomials Using PCLMULQDQ Instruction", Intel, 2009.)
struct fold {
    uint64_t first, last;
};
static const struct fold by_16_bytes = {0xeadc41fd2ba3d420, 0x21e9761e252621ac};
static const struct fold by_64_bytes = {0x0c32cdb31e18a84a, 0x62242240ace5045a};

__attribute__((target("sse4.1,pclmul"), always_inline)) static inline __m128i
moved(__m128i block, __m128i distance, __m128i onto) {
    __m128i first = _mm_clmulepi64_si128(block, distance, 0x00);
    __m128i last = _mm_clmulepi64_si128(block, distance, 0x11);
    return _mm_xor_si128(onto, _mm_xor_si128(first, last));
}

// At least 128 bytes.
__attribute__((target("sse4.1,pclmul"))) static uint64_t
advance_by_folding(uint64_t state, const uint8_t *bytes, size_t length) {
    const __m128i far = _mm_set_epi64x((long long)by_64_bytes.last, (long long)by_64_bytes.first);
    const __m128i near = _mm_set_epi64x((long long)by_16_bytes.last, (long long)by_16_bytes.first);
    const __m128i *block = (const __m128i *)bytes;

    __m128i a = _mm_xor_si128(_mm_loadu_si128(block), _mm_set_epi64x(0, (long long)state));
    __m128i b = _mm_loadu_si128(block + 1);
    __m128i c = _mm_loadu_si128(block + 2);
    __m128i d = _mm_loadu_si128(block + 3);
    for (block += 4, length -= 64; length >= 64; block += 4, length -= 64) {
        a = moved(a, far, _mm_loadu_si128(block));
        b = moved(b, far, _mm_loadu_si128(block + 1));
        c = moved(c, far, _mm_loadu_si128(block + 2));
        d = moved(d, far, _mm_loadu_si128(block + 3));
    }
    a = moved(moved(moved(a, near, b), near, c), near, d);
    for (; length >= 16; block++, length -= 16) {
        a = moved(a, near, _mm_loadu_si128(block));
    }

    // What is left has the CRC of all that went in, so the tables may finish it.
    uint8_t remainder[16];
    _mm_storeu_si128((__m128i *)remainder, a);
    return advance(advance(0, remainder, sizeof remainder), (const uint8_t *)block, length);
}

uint64_t magstore_crc64nvme(uint64_t crc, const void *bytes, size_t length) {
    if (length < 128 || !__builtin_cpu_supports("pclmul") || !__builtin_cpu_supports("sse4.1")) {
        return magstore_crc64nvme_portable(crc, bytes, length);
    }
    return ~advance_by_folding(~crc, bytes, length);
}

#else

uint64_t magstore_crc64nvme(uint64_t crc, const void *bytes, size_t length) {
    return magstore_crc64nvme_portable(crc, bytes, length);
}

#endif
