#include "registry/login.h"

#include "core/date.h"

enum th_status th_login_load(struct th_store *store, const char *login, struct th_user *ret_user,
                             struct th_error *err)
{
    struct th_user user;
    char on[TH_DATE_TEXT_SIZE];
    if (!login || login[0] == '\0') {
        return th_error_set(err, TH_NOT_PERMITTED, "login_missing", NULL);
    }
    enum th_status status = th_user_load(store, login, &user, err);
    if (status == TH_NOT_FOUND) {
        return th_error_set(err, TH_NOT_PERMITTED, "login_unknown", "login", login, NULL);
    }
    if (status == TH_OK && user.ended_utc != 0) {
        return th_error_set(err, TH_NOT_PERMITTED, "login_ended", "login", login, "on",
                            th_date_format(th_instant_date(user.ended_utc), on), NULL);
    }
    if (status == TH_OK) {
        *ret_user = user;
    }
    return status;
}
