// Names by which people are known to the registry, and by which others read who decided.
#ifndef TH_CORE_LOGIN_NAME_H
#define TH_CORE_LOGIN_NAME_H

#include <stdbool.h>

// ASCII letters or Han characters, not both, with digits and . - _ @ between them: two names that
// differ should look different on paper too. Hence no letters of other scripts or of full width, no
// characters without a shape, none that Unicode's normal form would replace, and a letter or digit
// at both ends. NULL is none.
bool th_login_name_fits(const char *name);

#endif
