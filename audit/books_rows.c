// Posts that the body of their entry tells in its own words: people read the body, and the registry
// makes its tables from the posts, so both say the same.
#include <string.h>

#include "audit/books_internal.h"

struct member { // of a post, and of the body that tells it
    const char *post;
    const char *body;
};

// What several kinds of entries tell in the same way; each ends with a member without a name.
static const struct member NOTHING[] = {{NULL, NULL}};
static const struct member RUN[] = {{"distribution_id", "distribution_id"}, {NULL, NULL}};
static const struct member RUN_STATE[] = {
    {"distribution_id", "distribution_id"}, {"state", "state"}, {NULL, NULL}};
static const struct member RUN_THROUGH[] = {
    {"distribution_id", "distribution_id"}, {"through_on", "through"}, {NULL, NULL}};
static const struct member RECEIPT[] = {
    {"receipt_id", "receipt_id"}, {"trade_id", "trade_id"}, {NULL, NULL}};
static const struct member RECEIPT_BACK[] = {
    {"receipt_id", "receipt_id"}, {"reason", "reason"}, {NULL, NULL}};
static const struct member LOAN[] = {{"payment_id", "payment_id"}, {NULL, NULL}};
static const struct member REVIEW[] = {
    {"name", "name"}, {"uscc", "uscc"}, {"decision", "review"}, {"reason", "reason"}, {NULL, NULL}};
static const struct member DEDUCTION[] = {
    {"deduction_id", "deduction_id"}, {"trade_id", "trade_id"},       {"kind", "kind"},
    {"amount_fen", "amount_fen"},     {"document_id", "document_id"}, {NULL, NULL}};
static const struct member WITHDRAWAL[] = {
    {"deduction_id", "deduction_id"}, {"reason", "reason"}, {NULL, NULL}};
static const struct member SETTLEMENT[] = {{"settlement_id", "settlement_id"},
                                           {"trade_id", "trade_id"},
                                           {"actual_fen", "actual_fen"},
                                           {NULL, NULL}};
static const struct member SETTLEMENT_BACK[] = {
    {"settlement_id", "settlement_id"}, {"reason", "reason"}, {NULL, NULL}};
static const struct member CORRECTION[] = {
    {"correction_id", "correction_id"}, {"forecast_id", "forecast_id"}, {"was_t", "was_t"},
    {"registered_t", "registered_t"},   {"reason", "reason"},           {NULL, NULL}};
static const struct member TERM[] = {{"term_id", "term_id"},
                                     {"from_on", "from"},
                                     {"to_on", "to"},
                                     {"basis", "basis"},
                                     {"ratio", "ratio"},
                                     {"document_id", "document_id"},
                                     {NULL, NULL}};
static const struct member SPLIT[] = {{"term_id", "term_id"}, {NULL, NULL}};
static const struct member TERM_END[] = {
    {"term_id", "term_id"}, {"ends_on", "ends_on"}, {NULL, NULL}};
static const struct member SHARE[] = {{"share_id", "share_id"},
                                      {"group_id", "group"},
                                      {"member_id", "member"},
                                      {"share", "share"},
                                      {"from_on", "from"},
                                      {"to_on", "to"},
                                      {"expected_fen", "expected_fen"},
                                      {NULL, NULL}};
static const struct member PARTY[] = {
    {"party_id", "party_id"}, {"kind", "kind"},         {"name", "name"}, {"uscc", "uscc"},
    {"village", "village"},   {"division", "division"}, {NULL, NULL}};
static const struct member FIRST_USER[] = {{"login", "login"}, {NULL, NULL}};
static const struct member USER[] = {{"login", "login"},
                                     {"role", "role"},
                                     {"village", "village"},
                                     {"party_id", "party_id"},
                                     {NULL, NULL}};
static const struct member LIMIT[] = {{"limit_id", "limit_id"}, {"login", "login"},
                                      {"from_on", "from"},      {"amount_fen", "amount_fen"},
                                      {"tonnes", "tonnes"},     {NULL, NULL}};
static const struct member END[] = {{"login", "login"}, {"reason", "reason"}, {NULL, NULL}};
static const struct member RULE[] = {{"rule_id", "rule_id"},
                                     {"name", "name"},
                                     {"value", "value"},
                                     {"since", "since"},
                                     {"reason", "reason"},
                                     {"document_id", "document_id"},
                                     {NULL, NULL}};
static const struct member WAIVER[] = {{"waiver_id", "waiver_id"},
                                       {"package_id", "package_id"},
                                       {"rule", "rule"},
                                       {"reason", "reason"},
                                       {"document_id", "document_id"},
                                       {"login", "login"},
                                       {NULL, NULL}};
static const struct member CREATED[] = {{"package_id", "package_id"},
                                        {"name", "name"},
                                        {"holder_id", "holder_id"},
                                        {"methodology", "methodology"},
                                        {"version", "version"},
                                        {"from_on", "from"},
                                        {"to_on", "to"},
                                        {"state", "state"},
                                        {"created_by", "created_by"},
                                        {NULL, NULL}};
static const struct member SUBMITTED[] = {{"package_id", "package_id"},
                                          {"submitted_by", "submitted_by"},
                                          {"run_id", "run_id"},
                                          {"state", "state"},
                                          {NULL, NULL}};
static const struct member VERIFIED[] = {
    {"package_id", "package_id"}, {"verified_by", "verified_by"}, {"state", "state"}, {NULL, NULL}};
static const struct member PACKAGE_STATE[] = {
    {"package_id", "package_id"}, {"state", "state"}, {NULL, NULL}};
static const struct member ISSUED[] = {{"package_id", "package_id"},
                                       {"holder_id", "holder_id"},
                                       {"issued_by", "issued_by"},
                                       {"state", "state"},
                                       {NULL, NULL}};
static const struct member SPLIT_ITEM[] = {
    {"party_kind", "party_kind"}, {"party_id", "party"}, {"share", "share"}, {NULL, NULL}};

struct told {
    struct th_text post;
    struct th_text entry;
    const struct member *members;
    bool bound; // the post stands in entries of this list only
};

// Those of a post stand together.
static const struct told TOLD[] = {
    {TH_TEXT("receipt"), TH_TEXT("receipt.confirm"), RECEIPT, false},
    {TH_TEXT("receipt_withdrawal"), TH_TEXT("receipt.correct"), RECEIPT_BACK, false},
    {TH_TEXT("payout_event"), TH_TEXT("payment.confirm"), RUN, false},
    {TH_TEXT("payout_event"), TH_TEXT("payment.return"), RUN, false},
    {TH_TEXT("payout_event"), TH_TEXT("payment.resend"), RUN, false},
    {TH_TEXT("loan_payment"), TH_TEXT("loan.pay"), LOAN, false},
    {TH_TEXT("loan_withdrawal"), TH_TEXT("loan.correct"), LOAN, false},
    {TH_TEXT("distribution"), TH_TEXT("revenue.distribute"), RUN_THROUGH, false},
    {TH_TEXT("distribution_decision"), TH_TEXT("revenue.approve"), RUN_STATE, false},
    {TH_TEXT("distribution_decision"), TH_TEXT("revenue.reject"), RUN_STATE, false},
    {TH_TEXT("beneficiary_review"), TH_TEXT("beneficiary.review"), REVIEW, false},
    {TH_TEXT("revenue_deduction"), TH_TEXT("revenue.deduct"), DEDUCTION, false},
    {TH_TEXT("deduction_withdrawal"), TH_TEXT("revenue.undeduct"), WITHDRAWAL, false},
    {TH_TEXT("reserve_settlement"), TH_TEXT("revenue.reserve"), SETTLEMENT, false},
    {TH_TEXT("settlement_withdrawal"), TH_TEXT("revenue.unsettle"), SETTLEMENT_BACK, false},
    {TH_TEXT("trade"), TH_TEXT("trade.propose"), NOTHING, true},
    {TH_TEXT("trade"), TH_TEXT("trade.carry_out"), NOTHING, true},
    {TH_TEXT("trade_decision"), TH_TEXT("trade.approve"), NOTHING, true},
    {TH_TEXT("trade_decision"), TH_TEXT("trade.carry_out"), NOTHING, true},
    {TH_TEXT("trade_decision"), TH_TEXT("trade.reject"), NOTHING, true},
    {TH_TEXT("trade_decision"), TH_TEXT("trade.expire"), NOTHING, true},
    {TH_TEXT("outbox_payment"), TH_TEXT("outbox.renew"), NOTHING, true},
    {TH_TEXT("outbox_withdrawal"), TH_TEXT("outbox.renew"), NOTHING, true},
    {TH_TEXT("forecast_correction"), TH_TEXT("forecast.correct"), CORRECTION, true},
    {TH_TEXT("revenue_term"), TH_TEXT("revenue.term"), TERM, true},
    {TH_TEXT("revenue_term_split"), TH_TEXT("revenue.term"), SPLIT, true},
    {TH_TEXT("revenue_term_end"), TH_TEXT("revenue.term_end"), TERM_END, true},
    {TH_TEXT("member_share"), TH_TEXT("share.add"), SHARE, true},
    {TH_TEXT("member_share"), TH_TEXT("share.import"), NOTHING, true},
    {TH_TEXT("party"), TH_TEXT("party.add"), PARTY, true},
    {TH_TEXT("party"), TH_TEXT("share.import"), NOTHING, true},
    {TH_TEXT("user_account"), TH_TEXT("user.add"), USER, true},
    {TH_TEXT("user_account"), TH_TEXT("registry.create"), FIRST_USER, true},
    {TH_TEXT("user_limit"), TH_TEXT("user.limit"), LIMIT, true},
    {TH_TEXT("user_end"), TH_TEXT("user.end"), END, true},
    {TH_TEXT("county_rule"), TH_TEXT("rule.set"), RULE, true},
    {TH_TEXT("waiver"), TH_TEXT("package.waive"), WAIVER, true},
    {TH_TEXT("package"), TH_TEXT("package.create"), CREATED, true},
    {TH_TEXT("package"), TH_TEXT("package.submit"), SUBMITTED, true},
    {TH_TEXT("package"), TH_TEXT("package.verify"), VERIFIED, true},
    {TH_TEXT("package"), TH_TEXT("package.withdraw"), PACKAGE_STATE, true},
    {TH_TEXT("package"), TH_TEXT("package.issue"), ISSUED, true}};

static bool is_empty(const struct th_node *node)
{
    return !node || node->type == TH_NODE_NULL ||
           (node->type == TH_NODE_TEXT && node->text_size == 0);
}

// What is left out of a post is null in a body, or an empty text.
static bool is_same(const struct th_node *post, const struct th_node *body)
{
    if (is_empty(post) || is_empty(body)) {
        return is_empty(post) && is_empty(body);
    }
    if (post->type != body->type) {
        return false;
    }
    return post->type == TH_NODE_TEXT
               ? th_text_same((struct th_text){post->text_at, post->text_size},
                              (struct th_text){body->text_at, body->text_size})
               : post->type == TH_NODE_INT && post->number == body->number;
}

static void row_fault(struct th_books *books, const struct th_post *post)
{
    th_fault_add_text(books->faults, TH_FAULT_POST_TOLD, post->kind, post->number);
}

// Bodies tell an id that there is none of as 0 too.
static const struct th_node *told_in(const struct th_node *nodes, size_t body, const char *key)
{
    const struct th_node *node = th_node_get(nodes, body, key);
    size_t size = strlen(key);
    bool id = size > 3 && strcmp(key + size - 3, "_id") == 0;
    return id && node && node->type == TH_NODE_INT && node->number == 0 ? NULL : node;
}

static bool agrees(const struct th_post *post, size_t body, const struct member *members)
{
    for (size_t i = 0; members[i].post; i++) {
        if (!is_same(th_node_get(post->nodes, post->index, members[i].post),
                     told_in(post->nodes, body, members[i].body))) {
            return false;
        }
    }
    return true;
}

// What a body has in a list is posted in the order of that list.
static bool is_next_told(struct th_books *books, const struct th_post *post, const char *key,
                         const struct member *members)
{
    const struct th_node *list = th_node_get(post->nodes, post->line->first_node, key);
    if (!list || list->type != TH_NODE_LIST) {
        return false;
    }
    size_t i = books->next_told != 0 ? books->next_told : (size_t)(list - post->nodes) + 1;
    if (i >= list->next) {
        return false;
    }
    books->next_told = post->nodes[i].next;
    return agrees(post, i, members);
}

// Whoever made a package, and for whom, stays.
static bool is_package_kept(struct th_books *books, const struct th_post *post)
{
    struct th_text maker;
    int64_t id = 0;
    int64_t holder = 0;
    const struct th_package_steps *package =
        th_member_int(post->nodes, post->index, "package_id", 1, &id) ? th_books_package(books, id)
                                                                      : NULL;
    return package && th_member_int(post->nodes, post->index, "holder_id", 1, &holder) &&
           holder == package->holder &&
           th_text_member(post->nodes, post->index, "created_by", &maker) &&
           th_books_login(books, maker) == package->created_by;
}

// The registry's first login is its admin.
static bool is_first(const struct th_post *post)
{
    struct th_text role;
    return th_text_member(post->nodes, post->index, "role", &role) && th_text_is(role, "admin") &&
           !th_node_get(post->nodes, post->index, "party_id");
}

static bool is_told(struct th_books *books, const struct th_post *post, const struct told *told)
{
    if (!agrees(post, post->line->first_node, told->members)) {
        return false;
    }
    if (th_text_is(told->post, "revenue_term_split")) {
        return is_next_told(books, post, "splits", SPLIT_ITEM);
    }
    if (th_text_is(told->post, "package")) {
        return books->partial || is_package_kept(books, post);
    }
    return !th_text_is(told->entry, "registry.create") || is_first(post);
}

void th_book_find_told(struct th_text name, struct th_kind *kind)
{
    for (size_t i = 0; i < sizeof(TOLD) / sizeof(TOLD[0]); i++) {
        if (th_text_same(name, TOLD[i].post)) {
            kind->told = i - kind->n_told;
            kind->n_told++;
        }
    }
}

void th_book_told(struct th_books *books, const struct th_post *post, const struct th_kind *kind)
{
    const struct told *told = &TOLD[kind->told];
    for (size_t i = 0; i < kind->n_told; i++) {
        if (th_text_same(post->line->entry_kind, told[i].entry)) {
            if (!is_told(books, post, &told[i])) {
                row_fault(books, post);
            }
            return;
        }
    }
    if (kind->n_told > 0 && told->bound) {
        th_fault_add_text(books->faults, TH_FAULT_POST_PLACE, post->kind, post->number);
    }
}

// Kinds of rows whose ids are given once: what came later under one would take its place.
enum { DOCUMENTS, RULES, LIMITS, ISSUANCES };
_Static_assert(ISSUANCES + 1 == TH_GIVEN_KINDS, "a table for each");

static void give(struct th_books *books, const struct th_post *post, int kind, const char *key)
{
    int64_t id = 0;
    bool fresh = false;
    if (!th_member_int(post->nodes, post->index, key, 1, &id)) {
        th_post_fault(books, post);
    } else if (th_table_id(&books->given_ids[kind], id, &fresh) == SIZE_MAX) {
        books->no_memory = true;
    } else if (!fresh) {
        th_fault_add_text(books->faults, TH_FAULT_POST_AGAIN, post->kind, post->number);
    }
}

// The digest by which people know the document.
static void book_document(struct th_books *books, const struct th_post *post)
{
    static const struct member DIGEST[] = {{"sha256", "document_sha256"}, {NULL, NULL}};
    static const struct member DOCUMENT[] = {
        {"document_id", "document_id"}, {"sha256", "sha256"}, {NULL, NULL}};
    const size_t body = post->line->first_node;
    const struct th_node *document = th_node_get(post->nodes, body, "document");
    give(books, post, DOCUMENTS, "document_id");
    if (th_node_get(post->nodes, body, "document_sha256")
            ? !agrees(post, body, DIGEST)
            : document && document->type == TH_NODE_OBJECT &&
                  !agrees(post, (size_t)(document - post->nodes), DOCUMENT)) {
        row_fault(books, post);
    }
}

static void book_rule(struct th_books *books, const struct th_post *post)
{
    give(books, post, RULES, "rule_id");
    th_post_login(books, post, "login");
}

static void book_limit(struct th_books *books, const struct th_post *post)
{
    give(books, post, LIMITS, "limit_id");
}

static void book_issuance(struct th_books *books, const struct th_post *post)
{
    static const struct member VINTAGE[] = {{"vintage", "vintage"},
                                            {"prefix", "prefix"},
                                            {"issued_t", "issued_t"},
                                            {"buffer_t", "buffer_t"},
                                            {"net_kg", "net_kg"},
                                            {"carried_in_kg", "carried_in_kg"},
                                            {"carried_out_kg", "carried_kg"},
                                            {"issuance_id", "issuance_id"},
                                            {NULL, NULL}};
    give(books, post, ISSUANCES, "issuance_id");
    if (!is_next_told(books, post, "vintages", VINTAGE)) {
        row_fault(books, post);
    }
}

// Those of an import of shares are told by nothing else.
static void book_party(struct th_books *books, const struct th_post *post)
{
    if (!th_text_is(post->line->entry_kind, "party.add")) {
        th_book_party(books, post->nodes, post->index);
    }
}

// Only what somebody kept for himself is forgotten.
static void book_gone(struct th_books *books, const struct th_post *post)
{
    struct th_text table;
    if (!th_text_member(post->nodes, post->index, "table", &table) ||
        !th_text_is(table, "import_profile")) {
        th_fault_add_text(books->faults, TH_FAULT_POST_PLACE, post->kind, post->number);
    }
}

const struct th_post_kind th_posts_of_rows[] = {{TH_TEXT("document"), book_document, true},
                                                {TH_TEXT("county_rule"), book_rule, true},
                                                {TH_TEXT("user_limit"), book_limit, true},
                                                {TH_TEXT("issuance"), book_issuance, true},
                                                {TH_TEXT("party"), book_party, true},
                                                {TH_TEXT("gone"), book_gone, true},
                                                {.book = NULL}};
