#include "methodology/random.h"

#include <assert.h>

#include "core/hash.h"
#include "methodology/maths_internal.h"
#include "methodology/random_internal.h"

enum { PAIRS = TH_RANDOM_BLOCK / 2 };

struct words {
    uint32_t w0, w1, w2, w3;
};

struct halves { // of the values of one block
    uint64_t first[PAIRS];
    uint64_t second[PAIRS];
};

TH_VECTOR_KERNEL struct words philox_round(struct words x, uint32_t key0, uint32_t key1)
{
    const uint64_t product0 = (uint64_t)0xD2511F53U * x.w0;
    const uint64_t product1 = (uint64_t)0xCD9E8D57U * x.w2;
    return (struct words){
        .w0 = (uint32_t)(product1 >> 32) ^ x.w1 ^ key0,
        .w1 = (uint32_t)product1,
        .w2 = (uint32_t)(product0 >> 32) ^ x.w3 ^ key1,
        .w3 = (uint32_t)product0,
    };
}

// The key moves by the golden ratio and by √3 − 1 from round to round. Written out, for a loop
// inside would keep the compiler from vectors.
TH_VECTOR_KERNEL struct words philox(struct words x, uint32_t key0, uint32_t key1)
{
    const uint32_t step0 = 0x9E3779B9U;
    const uint32_t step1 = 0xBB67AE85U;
    x = philox_round(x, key0, key1);
    x = philox_round(x, key0 + step0, key1 + step1);
    x = philox_round(x, key0 + 2 * step0, key1 + 2 * step1);
    x = philox_round(x, key0 + 3 * step0, key1 + 3 * step1);
    x = philox_round(x, key0 + 4 * step0, key1 + 4 * step1);
    x = philox_round(x, key0 + 5 * step0, key1 + 5 * step1);
    x = philox_round(x, key0 + 6 * step0, key1 + 6 * step1);
    x = philox_round(x, key0 + 7 * step0, key1 + 7 * step1);
    x = philox_round(x, key0 + 8 * step0, key1 + 8 * step1);
    return philox_round(x, key0 + 9 * step0, key1 + 9 * step1);
}

void th_random_philox(const uint32_t counter[4], const uint32_t key[2], uint32_t ret_words[4])
{
    struct words words =
        philox((struct words){counter[0], counter[1], counter[2], counter[3]}, key[0], key[1]);
    ret_words[0] = words.w0;
    ret_words[1] = words.w1;
    ret_words[2] = words.w2;
    ret_words[3] = words.w3;
}

TH_VECTOR_KERNEL void halves_make(struct th_random random, uint64_t block, struct halves *halves)
{
    uint32_t w0[PAIRS], w1[PAIRS], w2[PAIRS], w3[PAIRS];
    const uint64_t place = block * PAIRS; // its low bits are free for the number in the block
    for (uint32_t i = 0; i < PAIRS; i++) {
        const struct words start = {(uint32_t)place | i, (uint32_t)(place >> 32),
                                    (uint32_t)random.stream, (uint32_t)(random.stream >> 32)};
        const struct words words =
            philox(start, (uint32_t)random.seed, (uint32_t)(random.seed >> 32));
        w0[i] = words.w0;
        w1[i] = words.w1;
        w2[i] = words.w2;
        w3[i] = words.w3;
    }
    for (uint32_t i = 0; i < PAIRS; i++) {
        halves->first[i] = (uint64_t)w1[i] << 32 | w0[i];
        halves->second[i] = (uint64_t)w3[i] << 32 | w2[i];
    }
}

// 1 … 2, from the upper 52 bits.
TH_VECTOR_KERNEL double one_to_two(uint64_t bits)
{
    return th_from_bits(0x3ff0000000000000 | (bits >> 12));
}

TH_VECTOR_KERNEL double uniform(uint64_t bits)
{
    return (one_to_two(bits) - 1.0) + 0x1p-53;
}

TH_VECTOR_KERNEL void uniforms(struct th_random random, uint64_t block, double *ret)
{
    struct halves halves;
    halves_make(random, block, &halves);
    for (uint32_t i = 0; i < PAIRS; i++) {
        ret[i] = uniform(halves.first[i]);
        ret[i + PAIRS] = uniform(halves.second[i]);
    }
}
TH_VECTOR_PATHS(extern, th_random_uniforms_on, uniforms, (random, block, ret),
                struct th_random random, uint64_t block, double *ret)

// sin and cos of 2πt for |t| <= 1/8 by their series to t^15 and t^16, whose next terms are below
// 2^-54; the coefficients are (2π)^n / n!.
TH_VECTOR_KERNEL double sine(double t)
{
    const double z = t * t;
    double sum = -0x1.6fadb9f155744p-1;
    sum = sum * z + 0x1.e8f434d018d63p+1;
    sum = sum * z - 0x1.e3074fde8871fp+3;
    sum = sum * z + 0x1.50783487ee782p+5;
    sum = sum * z - 0x1.32d2cce62bd86p+6;
    sum = sum * z + 0x1.466bc6775aae2p+6;
    sum = sum * z - 0x1.4abbce625be53p+5;
    sum = sum * z + 0x1.921fb54442d18p+2;
    return sum * t;
}

TH_VECTOR_KERNEL double cosine(double t)
{
    const double z = t * t;
    double sum = 0x1.20c62c2f2d7f5p-2;
    sum = sum * z - 0x1.b6e24f44b128fp+0;
    sum = sum * z + 0x1.f9d38a3763cc3p+2;
    sum = sum * z - 0x1.a6d1f2a204a8cp+4;
    sum = sum * z + 0x1.e1f506891babbp+5;
    sum = sum * z - 0x1.55d3c7e3cbffap+6;
    sum = sum * z + 0x1.03c1f081b5ac4p+6;
    sum = sum * z - 0x1.3bd3cc9be45dep+4;
    return sum * z + 1.0;
}

// The first half gives the radius √(−2 ln u). Of the second the upper 52 bits give an angle within
// an eighth of a turn to either side, the two lowest which of the four axes it is counted from:
// bit 1 turns the cosine's sign, bit 0 puts the sine in its place.
TH_VECTOR_KERNEL void normals(struct th_random random, uint64_t block, double *ret)
{
    struct halves halves;
    halves_make(random, block, &halves);
    for (uint32_t i = 0; i < PAIRS; i++) {
        const double radius = sqrt(-2.0 * th_ln_kernel(uniform(halves.first[i])));
        const uint64_t bits = halves.second[i];
        const double turn = ((one_to_two(bits) - 1.5) + 0x1p-53) * 0.25;
        const uint64_t along = th_to_bits(cosine(turn)) ^ ((bits & 2) << 62);
        const uint64_t across = th_to_bits(sine(turn));
        const uint64_t change = (along ^ across) & (0 - (bits & 1));
        ret[i] = radius * th_from_bits(along ^ change);
        ret[i + PAIRS] = radius * th_from_bits(across ^ change);
    }
}
TH_VECTOR_PATHS(extern, th_random_normals_on, normals, (random, block, ret),
                struct th_random random, uint64_t block, double *ret)

static void check_block(uint64_t block)
{
    assert(block < (uint64_t)1 << 55);
}

void th_random_uniforms(struct th_random random, uint64_t block, double ret[TH_RANDOM_BLOCK])
{
    check_block(block);
    th_random_uniforms_on(th_vector_best(), random, block, ret);
}

void th_random_normals(struct th_random random, uint64_t block, double ret[TH_RANDOM_BLOCK])
{
    check_block(block);
    th_random_normals_on(th_vector_best(), random, block, ret);
}

static void bytes_of(uint64_t number, unsigned char bytes[8])
{
    for (unsigned i = 0; i < 8; i++) {
        bytes[i] = (unsigned char)(number >> (8 * i));
    }
}

uint64_t th_random_stream(const void *scope, size_t scope_size, const char *name, uint64_t row)
{
    unsigned char text[2 * TH_HASH_SIZE + 8];
    struct th_hash hash = th_hash_bytes(TH_HASH_SHA256, scope, scope_size);
    memcpy(text, hash.bytes, TH_HASH_SIZE);
    hash = th_hash_bytes(TH_HASH_SHA256, name, strlen(name));
    memcpy(text + TH_HASH_SIZE, hash.bytes, TH_HASH_SIZE);
    bytes_of(row, text + (size_t)2 * TH_HASH_SIZE);
    hash = th_hash_bytes(TH_HASH_SHA256, text, sizeof(text));
    uint64_t stream = 0;
    for (unsigned i = 0; i < 8; i++) {
        stream |= (uint64_t)hash.bytes[i] << (8 * i);
    }
    return stream;
}
