// One-time codes that a new user types to set a password.
#ifndef TH_REGISTRY_ACTIVATION_H
#define TH_REGISTRY_ACTIVATION_H

#include "core/hash.h"
#include "registry/registry.h"

enum { TH_ACTIVATION_SIZE = 30 };

// "XXXXX-XXXXX-XXXXX-XXXXX" of 32 letters and digits without I L O U (100 random bits), and its
// digest.
void th_activation_make(const struct th_surroundings *surroundings, char code[TH_ACTIVATION_SIZE],
                        struct th_hash *ret_digest);

#endif
