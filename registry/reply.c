// Replies on their way out.
#include "registry/reply.h"

enum th_status th_reply_finish(enum th_status status, struct th_json *reply,
                               struct th_json **ret_reply, struct th_error *err)
{
    if (status == TH_OK) {
        status = th_json_check(reply, err);
    }
    if (status == TH_OK) {
        *ret_reply = reply;
    } else {
        th_json_free(reply);
    }
    return status;
}

enum th_status th_reply_finish_list(enum th_status status, const char *key, struct th_json *list,
                                    struct th_json **ret_reply, struct th_error *err)
{
    struct th_json *reply = th_json_object();
    th_json_set(reply, key, list);
    return th_reply_finish(status, reply, ret_reply, err);
}
