// Random numbers without state: a number is a function of a seed, a stream and its place, so that
// draw i of a factor is the same whichever thread asks for it, in whatever blocks and order.
//
// Philox4x32-10: J. K. Salmon, M. A. Moraes, R. O. Dror, D. E. Shaw, Parallel random numbers: as
// easy as 1, 2, 3. SC11, 2011, doi 10.1145/2063384.2063405. The key is the seed; the counter holds
// the place in its low and the stream in its high half.
#ifndef TH_METHODOLOGY_RANDOM_H
#define TH_METHODOLOGY_RANDOM_H

#include <stddef.h>
#include <stdint.h>

// Numbers come in blocks of this many. Draw i is number i % 1024 of block i / 1024; numbers k and
// k + 512 of a block come from the two halves of Philox value 512 · block + k.
enum { TH_RANDOM_BLOCK = 1024 };

struct th_random {
    uint64_t seed;   // of a run
    uint64_t stream; // of what is drawn
};

// A stable stream for what is drawn, such as row `row` of parameter `name` in the document whose
// digest is `scope`: the first eight bytes of SHA-256 over SHA-256 of the scope, SHA-256 of the
// name and the row; numbers are eight bytes, low byte first.
uint64_t th_random_stream(const void *scope, size_t scope_size, const char *name, uint64_t row);

// One Philox4x32-10 value.
void th_random_philox(const uint32_t counter[4], const uint32_t key[2], uint32_t ret_words[4]);

// Numbers of block `block` (below 2^55): uniform in (0, 1), each an odd multiple of 2^-53, so that
// neither end comes out and u and 1 − u are equally likely.
void th_random_uniforms(struct th_random random, uint64_t block, double ret[TH_RANDOM_BLOCK]);
// Standard normal by G. E. P. Box, M. E. Muller, A note on the generation of random normal
// deviates, Ann. Math. Statist. 29 (1958) 610; |z| <= 8.58. Numbers k and k + 512 are one pair.
void th_random_normals(struct th_random random, uint64_t block, double ret[TH_RANDOM_BLOCK]);

#endif
