// Reference systems in people's words.
#ifndef TH_REGISTRY_CRS_WORDS_H
#define TH_REGISTRY_CRS_WORDS_H

#include "core/messages.h"

// Appends a system's name. Gauss-Krüger zones, which the register of EPSG names in English alone
// ("CGCS2000 / 3-degree Gauss-Kruger CM 120E"), are said in `lang`; any other name stays as it is.
void th_crs_words(const struct th_messages *messages, enum th_lang lang, const char *name,
                  struct th_buf *out);

#endif
