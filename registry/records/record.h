// What every table of records (yearly data, plots) is brought in with.
#ifndef TH_REGISTRY_RECORD_H
#define TH_REGISTRY_RECORD_H

#include "core/messages.h"
#include "registry/registry.h"

struct th_record_options {              // texts are borrowed; NULL: not given
    const char *source;                 // CSV in any encoding, or XLSX
    const char *year;                   // of rows that do not say; others must agree
    const char *village;                // of rows that do not say
    const struct th_messages *messages; // NULL: problems carry their key as message
    enum th_lang lang;
};

#endif
