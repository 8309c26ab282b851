// Names of counties by their six-digit code, as far as the program brings them along
// (data/codes/counties.json).
#ifndef TH_REGISTRY_COUNTY_H
#define TH_REGISTRY_COUNTY_H

#include <stddef.h>

#include "core/attributes.h"
#include "core/error.h"
#include "core/messages.h"

struct th_counties; // opaque

// TH_INTERNAL ("counties_broken"), TH_NO_MEMORY.
enum th_status th_counties_new(struct th_counties **ret_counties,
                               struct th_error *err) TH_MUST_CHECK;
void th_counties_free(struct th_counties *counties);
// Of a code of six digits or more, by its first six; NULL when it is not known. Borrowed.
const char *th_counties_name(const struct th_counties *counties, const char *code,
                             enum th_lang lang);

#endif
