// Programs and modules that come with the program and are loaded or started only when they are
// needed.
#ifndef TH_GIS_COMPANION_INTERNAL_H
#define TH_GIS_COMPANION_INTERNAL_H

// Where $variable says, beside the running program, or in ../libexec/tanhui of it; NULL when it is
// in none of these places. The caller frees it.
char *th_companion_find(const char *variable, const char *name);

#endif
