// Activation codes.
#include "registry/activation.h"

#include <string.h>

void th_activation_make(const struct th_surroundings *surroundings, char code[TH_ACTIVATION_SIZE],
                        struct th_hash *ret_digest)
{
    static const char ALPHABET[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    enum { N_SIGNS = 20, GROUP = 5 };
    unsigned char random[N_SIGNS];
    surroundings->random(surroundings->context, random, sizeof(random));
    size_t used = 0;
    for (size_t i = 0; i < N_SIGNS; i++) {
        if (i > 0 && i % GROUP == 0) {
            code[used++] = '-';
        }
        code[used++] = ALPHABET[random[i] % 32];
    }
    code[used] = '\0';
    *ret_digest = th_hash_bytes(TH_HASH_BLAKE2B, code, used);
}
