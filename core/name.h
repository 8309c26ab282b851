// Names by which people and parties are known to the registry, and by which others read who
// decided, who holds and who is paid: two names that differ should look different on paper too.
#ifndef TH_CORE_NAME_H
#define TH_CORE_NAME_H

#include <stdbool.h>

// May it be a login: ASCII letters or Han characters, not both, with digits and . - _ @ between
// them? Hence no letters of other scripts or of full width, no characters without a shape, none
// that Unicode's normal form would replace, and a letter or digit at both ends. NULL is none.
bool th_login_name_fits(const char *name);

// Has a name characters that only look like others: ideographs of compatibility, radicals, Greek
// or Cyrillic letters among ASCII ones? Valid UTF-8.
bool th_name_has_doubles(const char *name);

// Do two names read as one: the same but for blanks, full or half width, and capital letters? Valid
// UTF-8.
bool th_name_looks_like(const char *a, const char *b);

#endif
