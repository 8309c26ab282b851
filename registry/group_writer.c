#include "registry/group_writer.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>

// The first of a group is answered when the last of it is carried out: no group grows beyond this.
enum { GROUP_MAX = 64 };

struct request { // on the stack of who waits for it
    struct th_group_writer_act act;
    struct th_json *reply;
    struct th_error problem;
    enum th_status status;
    bool done;
    pthread_cond_t answered;
    struct request *next;
};

struct th_group_writer {
    struct th_registry *registry; // the thread's alone
    pthread_t thread;
    pthread_mutex_t mutex; // of everything below
    pthread_cond_t asked;
    struct request *first; // those that wait, oldest first
    struct request *last;
    bool closing;
    struct th_group_writer_counts counts;
};

// Takes the oldest requests off the queue, as a list; NULL when the writer closes.
static struct request *wait_for_group(struct th_group_writer *writer)
{
    pthread_mutex_lock(&writer->mutex);
    while (!writer->first && !writer->closing) {
        pthread_cond_wait(&writer->asked, &writer->mutex);
    }
    struct request *group = writer->first;
    struct request *end = group;
    for (int n = 1; end && end->next && n < GROUP_MAX; n++) {
        end = end->next;
    }
    if (end) {
        writer->first = end->next;
        writer->last = end->next ? writer->last : NULL;
        end->next = NULL;
    }
    pthread_mutex_unlock(&writer->mutex);
    return group;
}

static void carry_out(struct th_group_writer *writer, struct request *group)
{
    struct th_store *store = th_registry_store(writer->registry);
    struct th_error problem = {0};
    th_store_group_begin(store);
    for (struct request *request = group; request; request = request->next) {
        request->status = request->act.run(request->act.context, writer->registry, &request->reply,
                                           &request->problem);
    }
    enum th_status status = th_store_group_end(store, &problem);
    for (struct request *request = group; status != TH_OK && request; request = request->next) {
        if (request->status == TH_OK) {
            th_json_free(request->reply);
            request->reply = NULL;
            request->status = status;
            request->problem = problem;
        }
    }
}

static void answer(struct th_group_writer *writer, struct request *group)
{
    pthread_mutex_lock(&writer->mutex);
    writer->counts.n_groups++;
    while (group) {
        struct request *next = group->next; // gone as soon as its owner may look
        group->done = true;
        writer->counts.n_acts++;
        pthread_cond_signal(&group->answered);
        group = next;
    }
    pthread_mutex_unlock(&writer->mutex);
}

static void *write_on(void *context)
{
    struct th_group_writer *writer = context;
    for (struct request *group = wait_for_group(writer); group; group = wait_for_group(writer)) {
        carry_out(writer, group);
        answer(writer, group);
    }
    return NULL;
}

enum th_status th_group_writer_open(const char *path, const struct th_surroundings *surroundings,
                                    struct th_group_writer **ret_writer, struct th_error *err)
{
    struct th_group_writer *writer = calloc(1, sizeof(*writer));
    if (!writer) {
        return th_error_no_memory(err);
    }
    enum th_status status =
        th_registry_open(path, TH_STORE_WRITE, surroundings, &writer->registry, err);
    if (status == TH_OK) {
        status = th_store_expect_groups(th_registry_store(writer->registry), err);
    }
    if (status != TH_OK) {
        th_registry_close(writer->registry);
        free(writer);
        return status;
    }
    pthread_mutex_init(&writer->mutex, NULL);
    pthread_cond_init(&writer->asked, NULL);
    if (pthread_create(&writer->thread, NULL, write_on, writer) != 0) {
        pthread_cond_destroy(&writer->asked);
        pthread_mutex_destroy(&writer->mutex);
        th_registry_close(writer->registry);
        free(writer);
        return th_error_set(err, TH_INTERNAL, "threads", NULL);
    }
    *ret_writer = writer;
    return TH_OK;
}

void th_group_writer_close(struct th_group_writer *writer)
{
    if (!writer) {
        return;
    }
    pthread_mutex_lock(&writer->mutex);
    assert(!writer->first);
    writer->closing = true;
    pthread_cond_signal(&writer->asked);
    pthread_mutex_unlock(&writer->mutex);
    pthread_join(writer->thread, NULL);
    pthread_cond_destroy(&writer->asked);
    pthread_mutex_destroy(&writer->mutex);
    th_registry_close(writer->registry);
    free(writer);
}

enum th_status th_group_writer_do(struct th_group_writer *writer,
                                  const struct th_group_writer_act *act, struct th_json **ret_reply,
                                  struct th_error *err)
{
    struct request request = {.act = *act};
    pthread_cond_init(&request.answered, NULL);
    pthread_mutex_lock(&writer->mutex);
    assert(!writer->closing);
    if (writer->last) {
        writer->last->next = &request;
    } else {
        writer->first = &request;
        pthread_cond_signal(&writer->asked);
    }
    writer->last = &request;
    while (!request.done) {
        pthread_cond_wait(&request.answered, &writer->mutex);
    }
    pthread_mutex_unlock(&writer->mutex);
    pthread_cond_destroy(&request.answered);
    if (request.status == TH_OK) {
        *ret_reply = request.reply;
    } else if (err) {
        *err = request.problem;
    }
    return request.status;
}

struct th_group_writer_counts th_group_writer_counts(struct th_group_writer *writer)
{
    pthread_mutex_lock(&writer->mutex);
    struct th_group_writer_counts counts = writer->counts;
    pthread_mutex_unlock(&writer->mutex);
    return counts;
}
