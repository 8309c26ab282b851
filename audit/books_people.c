// Logins and what their roles permit, and villages.
#include <string.h>

#include "audit/books_internal.h"
#include "audit/recipients.h"

enum { CLERK = 1, VERIFIER = 2, OFFICER = 4, BANK = 8, ADMIN = 16 };

static const struct {
    const char *name;
    unsigned bit;
} ROLES[] = {{"clerk", CLERK},
             {"verifier", VERIFIER},
             {"officer", OFFICER},
             {"bank", BANK},
             {"admin", ADMIN}};

struct th_person *th_books_person(const struct th_books *books, size_t row)
{
    struct th_person *people = books->people.items;
    return row < books->people.n ? &people[row] : NULL;
}

static void add(struct th_books *books, struct th_text login, struct th_text role)
{
    struct th_person *person = th_books_person(books, th_books_login(books, login));
    if (!person) {
        return;
    }
    if (person->known) {
        th_fault_add_text(books->faults, TH_FAULT_LOGIN_AGAIN, login, 0);
        return;
    }
    person->known = true;
    for (size_t i = 0; i < sizeof(ROLES) / sizeof(ROLES[0]); i++) {
        if (th_text_is(role, ROLES[i].name)) {
            person->roles = ROLES[i].bit;
        }
    }
}

void th_book_person(struct th_books *books, const struct th_line *line, const struct th_node *nodes)
{
    static const struct th_text FIRST = {.at = "admin", .size = 5};
    struct th_text login;
    struct th_text role;
    if (th_text_is(line->entry_kind, "registry.create")) {
        add(books, FIRST, FIRST);
    } else if (th_text_is(line->entry_kind, "user.add") &&
               th_text_member(nodes, line->first_node, "login", &login) &&
               th_text_member(nodes, line->first_node, "role", &role)) {
        add(books, login, role);
    }
}

#define WORD(text)                                                                                 \
    {                                                                                              \
        .at = (text), .size = sizeof(text) - 1                                                     \
    }

void th_book_may(struct th_books *books, const struct th_line *line, struct th_text what)
{
    // What moves value or says who may: entries, and the posts within them.
    static const struct {
        struct th_text what;
        unsigned roles;
    } MAY[] = {{WORD("registry.key"), ADMIN},
               {WORD("registry.restored"), ADMIN},
               {WORD("registry.rebuild"), ADMIN},
               {WORD("user.add"), ADMIN},
               {WORD("user.limit"), ADMIN},
               {WORD("rule.set"), OFFICER},
               {WORD("package.create"), CLERK | OFFICER | ADMIN},
               {WORD("package.submit"), CLERK | OFFICER | ADMIN},
               {WORD("package.withdraw"), CLERK | OFFICER | ADMIN},
               {WORD("package.waive"), OFFICER},
               {WORD("package.verify"), VERIFIER},
               {WORD("package.issue"), OFFICER},
               {WORD("trade"), BANK | OFFICER},
               {WORD("trade_decision"), BANK | OFFICER},
               {WORD("receipt"), BANK | OFFICER},
               {WORD("party_account"), BANK | OFFICER},
               {WORD("party_account_decision"), BANK | OFFICER},
               {WORD("revenue_term"), OFFICER},
               {WORD("revenue_term_end"), OFFICER},
               {WORD("deduction_withdrawal"), BANK},
               {WORD("distribution"), BANK | OFFICER},
               {WORD("distribution_decision"), BANK | OFFICER},
               {WORD("outbox.set"), ADMIN},
               {WORD("outbox.resend"), ADMIN},
               {WORD("outbox_payment"), BANK | ADMIN}};
    struct th_person *people = books->people.items;
    if (books->actor >= books->people.n || books->partial) {
        return;
    }
    struct th_person *person = &people[books->actor];
    if (!person->known) {
        person->known = true; // told once
        th_fault_add_text(books->faults, TH_FAULT_LOGIN_UNKNOWN, line->login, 0);
        return;
    }
    for (size_t i = 0; i < sizeof(MAY) / sizeof(MAY[0]); i++) {
        if (th_text_same(what, MAY[i].what) && (person->roles & MAY[i].roles) == 0) {
            th_fault_add_text(books->faults, TH_FAULT_LOGIN_ROLE, line->login, 0);
        }
    }
}

// The account's number, when the post names the login of its entry; 0: it is not as it must be.
static int64_t account_of(struct th_books *books, const struct th_post *post)
{
    int64_t id = 0;
    struct th_text login;
    if (!th_member_int(post->nodes, post->index, "account_id", 1, &id) ||
        !th_text_member(post->nodes, post->index, "login", &login)) {
        th_post_fault(books, post);
        return 0;
    }
    if (!th_text_same(login, post->line->login)) {
        th_fault_add(books->faults, TH_FAULT_ACCOUNT_LOGIN, id, 0, 0);
    }
    return books->partial ? 0 : id;
}

void th_book_account(struct th_books *books, const struct th_post *post)
{
    bool fresh = false;
    int64_t id = account_of(books, post);
    if (id == 0) {
        return;
    }
    if (th_table_id(&books->account_ids, id, &fresh) == SIZE_MAX) {
        books->no_memory = true;
        return;
    }
    if (!fresh) {
        th_fault_add(books->faults, TH_FAULT_ACCOUNT_STEP, id, 0, 0);
        return;
    }
    struct th_account *account = th_books_add(books, &books->accounts, sizeof(*account));
    if (account) {
        account->proposer = books->actor;
    }
}

void th_book_account_decision(struct th_books *books, const struct th_post *post)
{
    struct th_text state;
    int64_t id = account_of(books, post);
    if (id == 0) {
        return;
    }
    size_t row = th_table_find_id(&books->account_ids, id);
    struct th_account *accounts = books->accounts.items;
    if (row >= books->accounts.n || accounts[row].decided ||
        !th_text_member(post->nodes, post->index, "state", &state)) {
        th_fault_add(books->faults, TH_FAULT_ACCOUNT_STEP, id, 0, 0);
        return;
    }
    accounts[row].decided = true;
    if (th_text_is(state, "confirmed") && accounts[row].proposer == books->actor) {
        th_fault_add_text(books->faults, TH_FAULT_ACCOUNT_SELF, post->line->login, id);
    }
}

void th_book_villages(struct th_books *books, const struct th_line *line,
                      const struct th_node *nodes)
{
    const struct th_node *list = th_node_get(nodes, line->first_node, "villages");
    if (!list || list->type != TH_NODE_LIST) {
        return;
    }
    th_recipients_forget(books);
    for (size_t i = (size_t)(list - nodes) + 1; i < list->next; i = nodes[i].next) {
        struct th_text code;
        struct th_text name;
        struct th_text township;
        if (!th_text_member(nodes, i, "code", &code) || !th_text_member(nodes, i, "name", &name) ||
            !th_text_member(nodes, i, "township", &township)) {
            continue;
        }
        struct th_village_name *village =
            th_list_add(&books->revenue.villages, sizeof(struct th_village_name));
        if (!village) {
            books->no_memory = true;
            return;
        }
        village->code = th_books_word(books, code);
        village->name = th_books_word(books, name);
        village->township = th_books_word(books, township);
    }
}
