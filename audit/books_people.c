// Logins and what their roles permit, parties and villages.
#include <limits.h>
#include <string.h>

#include "audit/books_internal.h"
#include "audit/recipients.h"

enum {
    CLERK = 1,
    VERIFIER = 2,
    OFFICER = 4,
    BANK = 8,
    ADMIN = 16,
    REGISTER = CLERK | OFFICER | ADMIN,
    SET_UP = REGISTER | BANK
};
static const unsigned ANYBODY = UINT_MAX; // no rule says who may

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

static void add(struct th_books *books, struct th_text login, struct th_text role, int64_t party)
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
    person->party = party;
    for (size_t i = 0; i < sizeof(ROLES) / sizeof(ROLES[0]); i++) {
        if (th_text_is(role, ROLES[i].name)) {
            person->roles = ROLES[i].bit;
        }
    }
}

static bool admin_is_left(const struct th_books *books)
{
    const struct th_person *people = books->people.items;
    for (size_t i = 0; i < books->people.n; i++) {
        if (people[i].known && (people[i].roles & ADMIN) != 0 && people[i].ended == 0) {
            return true;
        }
    }
    return false;
}

static void end(struct th_books *books, const struct th_line *line, struct th_text login)
{
    struct th_person *person = th_books_person(books, th_books_login(books, login));
    if (!person || books->partial) {
        return;
    }
    if (!person->known || person->ended != 0) {
        th_fault_add_text(books->faults,
                          person->known ? TH_FAULT_LOGIN_ENDED : TH_FAULT_LOGIN_UNKNOWN, login, 0);
        return;
    }
    person->ended = line->seq;
    size_t row = th_table_find_id(&books->holder_ids, person->party);
    if (row != SIZE_MAX && (person->roles & BANK) != 0 && books->holders[row].logins > 0) {
        books->holders[row].logins--;
    }
    if (!admin_is_left(books)) {
        th_fault_add_text(books->faults, TH_FAULT_LOGIN_LAST, login, 0);
    }
}

void th_book_person(struct th_books *books, const struct th_line *line, const struct th_node *nodes)
{
    static const struct th_text FIRST = {.at = "admin", .size = 5};
    struct th_text login;
    struct th_text role;
    int64_t party = 0;
    if (th_text_is(line->entry_kind, "registry.create")) {
        add(books, FIRST, FIRST, 0);
    } else if (th_text_is(line->entry_kind, "user.add") &&
               th_text_member(nodes, line->first_node, "login", &login) &&
               th_text_member(nodes, line->first_node, "role", &role)) {
        (void)th_member_int(nodes, line->first_node, "party_id", 1, &party);
        add(books, login, role, party);
        struct th_holder *holder =
            party != 0 && th_text_is(role, "bank") ? th_books_holder(books, party) : NULL;
        if (holder) {
            holder->logins++;
        }
    } else if (th_text_is(line->entry_kind, "user.end") &&
               th_text_member(nodes, line->first_node, "login", &login)) {
        end(books, line, login);
    }
}

bool th_book_speaks(const struct th_books *books, int64_t party)
{
    const struct th_person *person = th_books_person(books, books->actor);
    return !person || person->party == 0 || person->party == party;
}

bool th_book_officer(const struct th_books *books, size_t login)
{
    const struct th_person *person = th_books_person(books, login);
    return person && (person->roles & OFFICER) != 0;
}

bool th_book_has_login(const struct th_books *books, int64_t party)
{
    size_t row = th_table_find_id(&books->holder_ids, party);
    return row != SIZE_MAX && books->holders[row].logins > 0;
}

void th_book_stand_in(struct th_books *books, const struct th_post *post,
                      const struct th_deal *deal, int64_t party)
{
    if (th_book_has_login(books, party)) {
        th_fault_add_text(books->faults, TH_FAULT_TRADE_STAND_IN, post->line->login, deal->id);
    }
}

struct right { // of a kind of entries or posts: the roles that may
    struct th_text kind;
    unsigned roles;
};

static unsigned roles_of(const struct right *rights, size_t n, struct th_text kind)
{
    for (size_t i = 0; i < n; i++) {
        if (th_text_same(kind, rights[i].kind)) {
            return rights[i].roles;
        }
    }
    return ANYBODY;
}

// The frequent ones first.
static const struct right ENTRIES[] = {{TH_TEXT("trade.propose"), BANK | OFFICER},
                                       {TH_TEXT("trade.approve"), BANK | OFFICER},
                                       {TH_TEXT("trade.carry_out"), BANK | OFFICER},
                                       {TH_TEXT("trade.reject"), BANK | OFFICER},
                                       {TH_TEXT("trade.expire"), BANK | OFFICER},
                                       {TH_TEXT("receipt.confirm"), BANK | OFFICER},
                                       {TH_TEXT("receipt.correct"), BANK | OFFICER},
                                       {TH_TEXT("listing.withdraw"), BANK | OFFICER},
                                       {TH_TEXT("loan.pay"), BANK | OFFICER},
                                       {TH_TEXT("loan.correct"), BANK | OFFICER},
                                       {TH_TEXT("forecast.register"), OFFICER},
                                       {TH_TEXT("forecast.correct"), OFFICER},
                                       {TH_TEXT("forecast.settle"), BANK | OFFICER},
                                       {TH_TEXT("beneficiary.review"), BANK | OFFICER},
                                       {TH_TEXT("payment.confirm"), BANK},
                                       {TH_TEXT("payment.return"), BANK},
                                       {TH_TEXT("payment.resend"), BANK},
                                       {TH_TEXT("payment.import"), BANK},
                                       {TH_TEXT("revenue.deduct"), BANK},
                                       {TH_TEXT("revenue.undeduct"), BANK},
                                       {TH_TEXT("revenue.reserve"), BANK},
                                       {TH_TEXT("revenue.unsettle"), BANK},
                                       {TH_TEXT("revenue.distribute"), BANK},
                                       {TH_TEXT("revenue.approve"), BANK | OFFICER},
                                       {TH_TEXT("revenue.reject"), BANK | OFFICER},
                                       {TH_TEXT("revenue.term"), OFFICER},
                                       {TH_TEXT("revenue.term_end"), OFFICER},
                                       {TH_TEXT("outbox.set"), ADMIN},
                                       {TH_TEXT("outbox.resend"), ADMIN},
                                       {TH_TEXT("outbox.renew"), BANK | ADMIN},
                                       {TH_TEXT("party.add"), SET_UP},
                                       {TH_TEXT("party.account"), BANK | OFFICER},
                                       {TH_TEXT("party.account_confirm"), BANK | OFFICER},
                                       {TH_TEXT("party.account_refuse"), BANK | OFFICER},
                                       {TH_TEXT("village.add"), SET_UP},
                                       {TH_TEXT("village.import"), SET_UP},
                                       {TH_TEXT("share.add"), REGISTER},
                                       {TH_TEXT("share.import"), REGISTER},
                                       {TH_TEXT("parcel.import"), REGISTER},
                                       {TH_TEXT("parcel.split"), REGISTER},
                                       {TH_TEXT("parcel.merge"), REGISTER},
                                       {TH_TEXT("parcel.adjust"), REGISTER},
                                       {TH_TEXT("parcel.renumber"), REGISTER},
                                       {TH_TEXT("parcel.retire"), REGISTER},
                                       {TH_TEXT("tenure.import"), REGISTER},
                                       {TH_TEXT("activity.import"), REGISTER},
                                       {TH_TEXT("plot.import"), REGISTER},
                                       {TH_TEXT("draft.save"), REGISTER},
                                       {TH_TEXT("draft.discard"), REGISTER},
                                       {TH_TEXT("profile.keep"), REGISTER},
                                       {TH_TEXT("profile.drop"), REGISTER},
                                       {TH_TEXT("package.create"), REGISTER},
                                       {TH_TEXT("package.submit"), REGISTER},
                                       {TH_TEXT("package.withdraw"), REGISTER},
                                       {TH_TEXT("package.waive"), OFFICER},
                                       {TH_TEXT("package.verify"), VERIFIER},
                                       {TH_TEXT("package.issue"), OFFICER},
                                       {TH_TEXT("layer.add"), OFFICER | ADMIN},
                                       {TH_TEXT("layer.withdraw"), OFFICER | ADMIN},
                                       {TH_TEXT("enterprise.record"), BANK | OFFICER},
                                       {TH_TEXT("enterprise.import"), BANK | OFFICER},
                                       {TH_TEXT("methodology.add"), OFFICER},
                                       {TH_TEXT("rule.set"), OFFICER},
                                       {TH_TEXT("user.add"), ADMIN},
                                       {TH_TEXT("user.limit"), ADMIN},
                                       {TH_TEXT("user.end"), ADMIN},
                                       {TH_TEXT("registry.key"), ADMIN},
                                       {TH_TEXT("registry.restored"), ADMIN},
                                       {TH_TEXT("registry.rebuild"), ADMIN},
                                       {TH_TEXT("registry.clock"), ADMIN}};

// What moves value or says who may, in whatever entry it stands.
static const struct right POSTS[] = {{TH_TEXT("trade"), BANK | OFFICER},
                                     {TH_TEXT("trade_decision"), BANK | OFFICER},
                                     {TH_TEXT("receipt"), BANK | OFFICER},
                                     {TH_TEXT("receipt_withdrawal"), BANK | OFFICER},
                                     {TH_TEXT("loan_payment"), BANK | OFFICER},
                                     {TH_TEXT("loan_withdrawal"), BANK | OFFICER},
                                     {TH_TEXT("reversal"), OFFICER},
                                     {TH_TEXT("forecast_correction"), OFFICER},
                                     {TH_TEXT("beneficiary_review"), BANK | OFFICER},
                                     {TH_TEXT("party"), SET_UP},
                                     {TH_TEXT("party_account"), BANK | OFFICER},
                                     {TH_TEXT("party_account_decision"), BANK | OFFICER},
                                     {TH_TEXT("user_account"), ADMIN},
                                     {TH_TEXT("user_limit"), ADMIN},
                                     {TH_TEXT("user_end"), ADMIN},
                                     {TH_TEXT("county_rule"), OFFICER},
                                     {TH_TEXT("waiver"), OFFICER},
                                     {TH_TEXT("member_share"), REGISTER},
                                     {TH_TEXT("revenue_term"), OFFICER},
                                     {TH_TEXT("revenue_term_split"), OFFICER},
                                     {TH_TEXT("revenue_term_end"), OFFICER},
                                     {TH_TEXT("revenue_deduction"), BANK},
                                     {TH_TEXT("deduction_withdrawal"), BANK},
                                     {TH_TEXT("reserve_settlement"), BANK},
                                     {TH_TEXT("settlement_withdrawal"), BANK},
                                     {TH_TEXT("distribution"), BANK},
                                     {TH_TEXT("distribution_sale"), BANK},
                                     {TH_TEXT("distribution_payment"), BANK},
                                     {TH_TEXT("distribution_decision"), BANK | OFFICER},
                                     {TH_TEXT("payout_event"), BANK},
                                     {TH_TEXT("outbox_payment"), BANK | ADMIN},
                                     {TH_TEXT("outbox_withdrawal"), BANK | ADMIN}};

static bool is_permitted(const struct th_person *person, unsigned roles)
{
    return roles == ANYBODY || (person->roles & roles) != 0;
}

// The person behind the entry; NULL, and told once, for one who was never added.
static struct th_person *actor(struct th_books *books, const struct th_line *line)
{
    struct th_person *person = th_books_person(books, books->actor);
    if (!person || books->partial) {
        return NULL;
    }
    if (!person->known) {
        person->known = true;
        th_fault_add_text(books->faults, TH_FAULT_LOGIN_UNKNOWN, line->login, 0);
        return NULL;
    }
    return person;
}

void th_book_may(struct th_books *books, const struct th_line *line)
{
    const struct th_person *person = actor(books, line);
    if (!person) {
        return;
    }
    // An admin's own end is the last thing that he enters.
    if (person->ended != 0 && line->seq > person->ended) {
        th_fault_add_text(books->faults, TH_FAULT_LOGIN_ENDED, line->login, 0);
    }
    if (!is_permitted(person,
                      roles_of(ENTRIES, sizeof(ENTRIES) / sizeof(ENTRIES[0]), line->entry_kind))) {
        th_fault_add_text(books->faults, TH_FAULT_LOGIN_ROLE, line->login, 0);
    }
}

void th_book_may_post(struct th_books *books, const struct th_line *line, unsigned roles)
{
    const struct th_person *person = actor(books, line);
    if (person && !is_permitted(person, roles)) {
        th_fault_add_text(books->faults, TH_FAULT_LOGIN_ROLE, line->login, 0);
    }
}

unsigned th_book_post_roles(struct th_text kind)
{
    return roles_of(POSTS, sizeof(POSTS) / sizeof(POSTS[0]), kind);
}

// The first and last four of a number, as entries tell it; a short one only its end.
static size_t starred(struct th_books *books, struct th_text number)
{
    enum { SHOWN = 4, LONG = 12 };
    static const char STARS[] = "****";
    char buf[2 * SHOWN + sizeof(STARS)];
    size_t front = number.size >= LONG ? SHOWN : 0;
    size_t back = number.size > SHOWN ? SHOWN : 0;
    memcpy(buf, number.at, front);
    memcpy(buf + front, STARS, sizeof(STARS) - 1);
    memcpy(buf + front + sizeof(STARS) - 1, number.at + number.size - back, back);
    return th_books_word(books,
                         (struct th_text){.at = buf, .size = front + sizeof(STARS) - 1 + back});
}

static bool tells(struct th_books *books, const struct th_post *post, const char *key, size_t word)
{
    struct th_text text;
    return th_text_member(post->nodes, post->line->first_node, key, &text) &&
           th_books_word(books, text) == word;
}

// What people looked at when they proposed and confirmed it is what is kept.
static void check_account(struct th_books *books, const struct th_post *post, int64_t id,
                          const struct th_account *account)
{
    static const char *const TELLING[] = {"party.account", "party.account_confirm",
                                          "party.account_refuse"};
    const size_t root = post->line->first_node;
    int64_t told = 0;
    int64_t party = 0;
    for (size_t i = 0; i < sizeof(TELLING) / sizeof(TELLING[0]); i++) {
        if (th_text_is(post->line->entry_kind, TELLING[i]) &&
            !(th_member_int(post->nodes, root, "account_id", 1, &told) && told == id &&
              th_member_int(post->nodes, root, "party", 1, &party) && party == account->party &&
              tells(books, post, "bank", account->bank) &&
              tells(books, post, "account", account->number) &&
              tells(books, post, "account_holder", account->holder))) {
            th_fault_add(books->faults, TH_FAULT_ACCOUNT_ROW, id, 0, 0);
        }
    }
}

static void book_account(struct th_books *books, const struct th_post *post)
{
    int64_t id = 0;
    int64_t party = 0;
    struct th_text bank;
    struct th_text number;
    struct th_text owner;
    bool fresh = false;
    if (!th_member_int(post->nodes, post->index, "account_id", 1, &id) ||
        !th_member_int(post->nodes, post->index, "party_id", 1, &party) ||
        !th_text_member(post->nodes, post->index, "bank", &bank) ||
        !th_text_member(post->nodes, post->index, "number", &number) ||
        !th_text_member(post->nodes, post->index, "holder", &owner)) {
        th_post_fault(books, post);
        return;
    }
    th_post_login(books, post, "login");
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
        *account = (struct th_account){.proposer = books->actor,
                                       .party = party,
                                       .bank = th_books_word(books, bank),
                                       .number = starred(books, number),
                                       .holder = th_books_word(books, owner)};
        check_account(books, post, id, account);
    }
}

static void book_account_decision(struct th_books *books, const struct th_post *post)
{
    struct th_text state;
    int64_t id = 0;
    if (!th_member_int(post->nodes, post->index, "account_id", 1, &id) ||
        !th_text_member(post->nodes, post->index, "state", &state)) {
        th_post_fault(books, post);
        return;
    }
    th_post_login(books, post, "login");
    size_t row = th_table_find_id(&books->account_ids, id);
    struct th_account *accounts = books->accounts.items;
    if (row >= books->accounts.n || accounts[row].decided) {
        th_fault_add(books->faults, TH_FAULT_ACCOUNT_STEP, id, 0, 0);
        return;
    }
    accounts[row].decided = true;
    check_account(books, post, id, &accounts[row]);
    if (!th_text_is(state, "confirmed")) {
        return;
    }
    if (accounts[row].proposer == books->actor) {
        th_fault_add_text(books->faults, TH_FAULT_ACCOUNT_SELF, post->line->login, id);
    }
    struct th_holder *holder = th_books_holder(books, accounts[row].party);
    if (holder) {
        holder->account = id;
    }
}

const struct th_post_kind th_posts_of_people[] = {
    {TH_TEXT("party_account"), book_account, false},
    {TH_TEXT("party_account_decision"), book_account_decision, false},
    {.book = NULL}};

void th_book_party(struct th_books *books, const struct th_node *nodes, size_t index)
{
    int64_t id = 0;
    struct th_text name;
    bool fresh = false;
    if (!th_member_int(nodes, index, "party_id", 1, &id) ||
        !th_text_member(nodes, index, "name", &name)) {
        return;
    }
    struct th_holder *holder = th_books_holder(books, id);
    size_t row = holder ? th_table_text(&books->names, name, &fresh) : SIZE_MAX;
    books->no_memory = books->no_memory || row == SIZE_MAX;
    if (!holder) {
        return;
    }
    if (holder->name != SIZE_MAX) {
        th_fault_add(books->faults, TH_FAULT_PARTY_AGAIN, id, 0, 0);
        return;
    }
    th_recipients_forget(books);
    holder->name = row;
    holder->plain_name = th_books_word(books, name);
    struct th_text text;
    if (th_text_member(nodes, index, "kind", &text)) {
        holder->kind = th_books_word(books, text);
    }
    if (th_text_member(nodes, index, "village", &text)) {
        holder->village = th_books_word(books, text);
    }
    if (th_text_member(nodes, index, "division", &text)) {
        holder->division = th_books_word(books, text);
    }
}

struct th_holder *th_books_party(struct th_books *books, int64_t id)
{
    struct th_holder *holder = th_books_holder(books, id);
    if (holder && holder->name == SIZE_MAX && !holder->missed && !books->partial) {
        holder->missed = true; // told once
        th_fault_add(books->faults, TH_FAULT_PARTY_UNKNOWN, id, 0, 0);
    }
    return holder;
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
