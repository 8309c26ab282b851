// A digest for tables in memory, for core/ alone.
#ifndef TH_CORE_HASH_INTERNAL_H
#define TH_CORE_HASH_INTERNAL_H

#include <stddef.h>
#include <stdint.h>

// SipHash-2-4: whoever does not know the secret cannot choose data that come together. Not the same
// on every machine.
uint64_t th_hash_short(const unsigned char secret[16], const void *data, size_t size);

#endif
