// One thread that writes, for the clients of one server: changes that wait while it commits are
// carried out together and made durable by one commit (th_store_group_begin). Each is a change of
// its own as ever: an entry of the journal, checked at its end, undone alone when it is refused; a
// repeated key gets its first reply. Nobody is answered before what he asked for is durable.
#ifndef TH_REGISTRY_GROUP_WRITER_H
#define TH_REGISTRY_GROUP_WRITER_H

#include "registry/registry.h"

struct th_group_writer; // opaque

// Opens a registry of its own at `path`, for writing, and starts the thread. `surroundings` must
// stay as they are until the writer is closed, and are asked by that thread. Errors of
// th_registry_open; TH_INTERNAL ("threads").
enum th_status th_group_writer_open(const char *path, const struct th_surroundings *surroundings,
                                    struct th_group_writer **ret_writer,
                                    struct th_error *err) TH_MUST_CHECK;
// When every call of th_group_writer_do has returned. Accepts NULL.
void th_group_writer_close(struct th_group_writer *writer);

// A use case with what was asked for; runs on the writer's thread.
struct th_group_writer_act {
    enum th_status (*run)(void *context, struct th_registry *registry, struct th_json **ret_reply,
                          struct th_error *err);
    void *context;
};
// Has `act` carried out and waits until it is durable. From any thread. For short changes: an
// import, a rebuild or a backup, on which all others would wait, belongs on a connection of its
// own. The status is that of `act`; TH_IO and others of th_store_group_end when what it did could
// not be made durable and so did not happen.
enum th_status th_group_writer_do(struct th_group_writer *writer,
                                  const struct th_group_writer_act *act, struct th_json **ret_reply,
                                  struct th_error *err) TH_MUST_CHECK;

struct th_group_writer_counts {
    int64_t n_acts;
    int64_t n_groups; // commits that carried them
};
struct th_group_writer_counts th_group_writer_counts(struct th_group_writer *writer);

#endif
