// Inside methodology/ only: what the reader of practice documents (practice_read.c) makes.
#ifndef TH_METHODOLOGY_PRACTICE_INTERNAL_H
#define TH_METHODOLOGY_PRACTICE_INTERNAL_H

#include "methodology/practice.h"

struct th_practice {
    struct th_json *json; // owned; texts below point into it
    struct th_hash sha256;
    const char *id, *version;
    struct th_text title;
    struct th_practice_limit limits[TH_PRACTICE_LIMITS_MAX];
    size_t n_limits;
};

#endif
