// Expected tonnes: registered, put right by another person than whose word they were, and moved by
// no more than a correction tells.
#include "audit/books_internal.h"

static struct th_expected *find(const struct th_books *books, int64_t id)
{
    size_t row = th_table_find_id(&books->forecast_ids, id);
    return row < books->forecasts.n ? (struct th_expected *)books->forecasts.items + row : NULL;
}

// The one that a post names; NULL, and a fault: none or an unknown one.
static struct th_expected *named(struct th_books *books, const struct th_post *post,
                                 int64_t *ret_id)
{
    if (!th_member_int(post->nodes, post->index, "forecast_id", 1, ret_id)) {
        th_post_fault(books, post);
        return NULL;
    }
    struct th_expected *forecast = find(books, *ret_id);
    if (!forecast) {
        th_fault_add(books->faults, TH_FAULT_FORECAST_UNKNOWN, *ret_id, 0, 0);
    }
    return forecast;
}

static void book_forecast(struct th_books *books, const struct th_post *post)
{
    struct th_expected read = {.speaker = books->actor};
    int64_t id = 0;
    bool fresh = false;
    if (!th_member_int(post->nodes, post->index, "forecast_id", 1, &id) ||
        !th_member_int(post->nodes, post->index, "registered_t", 1, &read.registered_t)) {
        th_post_fault(books, post);
        return;
    }
    size_t row = th_table_id(&books->forecast_ids, id, &fresh);
    if (row == SIZE_MAX) {
        books->no_memory = true;
    } else if (!fresh) {
        th_post_fault(books, post);
    } else {
        struct th_expected *forecast = th_books_add(books, &books->forecasts, sizeof(*forecast));
        if (forecast) {
            *forecast = read;
        }
    }
}

static void book_correction(struct th_books *books, const struct th_post *post)
{
    int64_t id = 0;
    int64_t was_t = 0;
    int64_t now_t = 0;
    struct th_expected *forecast = named(books, post, &id);
    if (!forecast) {
        return;
    }
    if (!th_member_int(post->nodes, post->index, "was_t", 1, &was_t) ||
        !th_member_int(post->nodes, post->index, "registered_t", 1, &now_t)) {
        th_post_fault(books, post);
        return;
    }
    th_post_login(books, post, "login");
    if (was_t != forecast->registered_t) {
        th_fault_add(books->faults, TH_FAULT_FORECAST_TONNES, id, was_t, now_t);
    }
    if (books->actor == forecast->speaker) {
        th_fault_add_text(books->faults, TH_FAULT_FORECAST_SELF, post->line->login, id);
    }
    forecast->told_t = now_t - forecast->registered_t;
    forecast->speaker = books->actor;
    th_books_pend(
        books, &(struct th_pending){.what = TH_PENDING_FORECAST, .id = id, .number = post->number});
}

static void book_move(struct th_books *books, const struct th_post *post)
{
    int64_t id = 0;
    int64_t corrected_t = 0;
    struct th_expected *forecast = named(books, post, &id);
    if (forecast &&
        th_member_int(post->nodes, post->index, "corrected_t", INT64_MIN, &corrected_t)) {
        if (corrected_t != forecast->told_t) {
            th_fault_add(books->faults, TH_FAULT_FORECAST_TONNES, id, forecast->registered_t,
                         forecast->registered_t + forecast->told_t);
        }
        forecast->registered_t += forecast->told_t;
        forecast->told_t = 0;
    }
}

// What a correction told was done.
void th_book_settle_forecast(struct th_books *books, const struct th_pending *pending)
{
    struct th_expected *forecast = find(books, pending->id);
    if (forecast && forecast->told_t != 0) {
        th_fault_add(books->faults, TH_FAULT_FORECAST_TONNES, pending->id, forecast->registered_t,
                     forecast->registered_t + forecast->told_t);
        forecast->told_t = 0;
    }
}

const struct th_post_kind th_posts_of_forecasts[] = {
    {TH_TEXT("forecast"), book_forecast, false},
    {TH_TEXT("forecast_correction"), book_correction, false},
    {TH_TEXT("forecast_move"), book_move, false},
    {.book = NULL}};
