// The steps of packages: made, submitted, verified, issued, each by whom it may be.
#include <string.h>

#include "audit/books_internal.h"

struct th_package_steps *th_books_package(struct th_books *books, int64_t id)
{
    void *items = books->packages;
    bool fresh = false;
    size_t row = SIZE_MAX;
    if (th_grow(&items, books->package_ids.n, &books->packages_room, sizeof(*books->packages))) {
        books->packages = items;
        row = th_table_id(&books->package_ids, id, &fresh);
    }
    if (row == SIZE_MAX) {
        books->no_memory = true;
        return NULL;
    }
    if (fresh) {
        books->packages[row] = (struct th_package_steps){
            .id = id, .created_by = SIZE_MAX, .submitted_by = SIZE_MAX, .verified_by = SIZE_MAX};
    }
    return &books->packages[row];
}

// One bit for each state, of which several may come before a step.
#define BEFORE(state) (1U << (state))

struct step {
    const char *kind;
    unsigned before;
    enum th_package_state after;
};

static const struct step *find_step(struct th_text kind)
{
    static const struct step STEPS[] = {
        {"package.create", BEFORE(TH_PACKAGE_NONE), TH_PACKAGE_DRAFT},
        {"package.submit", BEFORE(TH_PACKAGE_DRAFT) | BEFORE(TH_PACKAGE_RETURNED),
         TH_PACKAGE_SUBMITTED},
        {"package.verify", BEFORE(TH_PACKAGE_SUBMITTED), TH_PACKAGE_VERIFIED},
        {"package.withdraw",
         BEFORE(TH_PACKAGE_DRAFT) | BEFORE(TH_PACKAGE_SUBMITTED) | BEFORE(TH_PACKAGE_RETURNED),
         TH_PACKAGE_WITHDRAWN},
        {"package.issue", BEFORE(TH_PACKAGE_VERIFIED), TH_PACKAGE_ISSUED}};
    for (size_t i = 0; i < sizeof(STEPS) / sizeof(STEPS[0]); i++) {
        if (th_text_is(kind, STEPS[i].kind)) {
            return &STEPS[i];
        }
    }
    return NULL;
}

// Who made or submitted a package does not verify it; none of them issues it.
static bool is_same_person(const struct th_package_steps *package, const struct step *step,
                           size_t login)
{
    bool verify = step->after == TH_PACKAGE_VERIFIED;
    bool issue = step->after == TH_PACKAGE_ISSUED;
    return ((verify || issue) &&
            (login == package->created_by || login == package->submitted_by)) ||
           (issue && login == package->verified_by);
}

// Does the login of the entry act for the holder? His money rides on the package.
static bool is_holder(const struct th_books *books, int64_t holder)
{
    const struct th_person *person = th_books_person(books, books->actor);
    return person && person->party == holder;
}

// But where it follows a statement, a verifier confirms what was reckoned, or less.
static bool take_verified(struct th_books *books, const struct th_post *body,
                          struct th_package_steps *package)
{
    const struct th_node *stated = th_node_get(body->nodes, body->index, "statement_based");
    bool reckoned = stated && stated->type == TH_NODE_BOOL && stated->number == 0;
    if (!th_member_int(body->nodes, body->index, "net_kg", INT64_MIN, &package->verified_kg)) {
        return false;
    }
    if (reckoned && package->submitted_kg >= 0 && package->verified_kg > package->submitted_kg) {
        th_fault_add(books->faults, TH_FAULT_PACKAGE_VERIFIED, package->id, package->verified_kg,
                     package->submitted_kg);
    }
    return true;
}

// What the body of a step adds to what is known of the package; false when it lacks it.
static bool take_step(struct th_books *books, struct th_package_steps *package,
                      const struct step *step, const struct th_post *body)
{
    struct th_text decision;
    package->state = step->after;
    switch (step->after) {
    case TH_PACKAGE_DRAFT:
        package->created_by = books->actor;
        return th_book_years(body, package) &&
               th_member_int(body->nodes, body->index, "holder_id", 1, &package->holder);
    case TH_PACKAGE_SUBMITTED:
        package->submitted_by = books->actor;
        package->submitted_kg = -1;
        (void)th_member_int(body->nodes, body->index, "net_kg", 0, &package->submitted_kg);
        return th_book_submitted(books, body, package);
    case TH_PACKAGE_VERIFIED:
        package->verified_by = books->actor;
        if (!th_text_member(body->nodes, body->index, "decision", &decision)) {
            return false;
        }
        if (th_text_is(decision, "approve")) {
            return take_verified(books, body, package);
        }
        package->state = TH_PACKAGE_RETURNED;
        return th_text_is(decision, "return");
    case TH_PACKAGE_NONE:
    case TH_PACKAGE_RETURNED:
    case TH_PACKAGE_WITHDRAWN:
    case TH_PACKAGE_ISSUED:
        break;
    }
    return true;
}

void th_book_package(struct th_books *books, const struct th_line *line,
                     const struct th_node *nodes)
{
    int64_t id = 0;
    struct th_post body = {
        .line = line, .nodes = nodes, .index = line->first_node, .kind = line->entry_kind};
    const struct step *step = find_step(line->entry_kind);
    books->issuing = 0;
    if (!step) {
        return;
    }
    if (!th_member_int(nodes, line->first_node, "package_id", 1, &id)) {
        th_post_fault(books, &body);
        return;
    }
    struct th_package_steps *package = th_books_package(books, id);
    if (!package || books->actor == SIZE_MAX) {
        return;
    }
    if (step->after == TH_PACKAGE_VERIFIED && is_holder(books, package->holder)) {
        th_fault_add_text(books->faults, TH_FAULT_PACKAGE_SIDE, line->login, id);
    }
    if (is_same_person(package, step, books->actor)) {
        th_fault_add_text(books->faults, TH_FAULT_PACKAGE_SELF, line->login, id);
    }
    if (step->after == TH_PACKAGE_ISSUED && package->state == TH_PACKAGE_ISSUED) {
        th_fault_add(books->faults, TH_FAULT_PACKAGE_AGAIN, id, 0, 0);
    } else if ((step->before & BEFORE(package->state)) == 0) {
        th_fault_add_text(books->faults, TH_FAULT_PACKAGE_STEP, line->entry_kind, id);
    }
    if (!take_step(books, package, step, &body)) {
        th_post_fault(books, &body);
    }
    if (step->after == TH_PACKAGE_ISSUED) {
        books->issuing = package->holder;
    }
}

// Whoever put a package together does not excuse it from a rule.
static void book_waiver(struct th_books *books, const struct th_post *post)
{
    int64_t id = 0;
    if (!th_member_int(post->nodes, post->index, "package_id", 1, &id)) {
        th_post_fault(books, post);
        return;
    }
    th_post_login(books, post, "login");
    const struct th_package_steps *package = th_books_package(books, id);
    if (!package) {
        return;
    }
    if (package->state != TH_PACKAGE_DRAFT && package->state != TH_PACKAGE_RETURNED) {
        th_fault_add_text(books->faults, TH_FAULT_PACKAGE_STEP, post->kind, id);
    }
    if (books->actor == package->created_by) {
        th_fault_add_text(books->faults, TH_FAULT_PACKAGE_SELF, post->line->login, id);
    }
}

const struct th_post_kind th_posts_of_packages[] = {{TH_TEXT("waiver"), book_waiver, false},
                                                    {.book = NULL}};
