// Who is asking: a login of the registry that still acts.
#ifndef TH_REGISTRY_LOGIN_H
#define TH_REGISTRY_LOGIN_H

#include "store/people/party_store.h"

// TH_NOT_PERMITTED ("login_missing": NULL or "", "login_unknown", "login_ended").
enum th_status th_login_load(struct th_store *store, const char *login, struct th_user *ret_user,
                             struct th_error *err) TH_MUST_CHECK;

#endif
