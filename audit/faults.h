// What is wrong with a journal: every fault counted, the first ones kept to be told.
#ifndef TH_AUDIT_FAULTS_H
#define TH_AUDIT_FAULTS_H

#include "audit/scan.h"

// Name, Chinese, English. {t} is a text, {a} {b} {c} are numbers. The names are part of the answer
// with --json.
#define TH_FAULTS(X)                                                                               \
    X(LINE_FORM, "line_form", "这一行从第 {a} 个字节起不是规定的写法",                             \
      "the line is not in its one valid form from byte {a} on")                                    \
    X(LINE_FIRST, "line_first", "文件说明应当只在第一行",                                          \
      "the line that names the format stands once, at the beginning")                              \
    X(LINE_END, "line_end", "最后一行没有换行符", "the last line has no line feed")                \
    X(END_MISSING, "end_missing", "没有结束行：文件被截断",                                        \
      "there is no line that ends the journal: the file was cut off")                              \
    X(END_DIFFERS, "end_differs", "结束行与前面的内容不符",                                        \
      "the line at the end does not agree with what stands before it")                             \
    X(END_FOLLOWED, "end_followed", "结束行之后还有内容", "something follows the line at the end") \
    X(SEQUENCE, "sequence", "此处应为第 {a} 条", "entry {a} should stand here")                    \
    X(CHAIN, "chain", "没有接上前一条的摘要",                                                      \
      "the digest of the entry before is not the one that this entry names")                       \
    X(HASH, "hash", "内容与摘要不符", "the digest does not fit what the entry says")               \
    X(TIME, "time", "时间早于前一条", "the entry is dated before the one it follows")              \
    X(IDENTITY, "identity", "文件说明与登记簿第一条不符（{t}）",                                   \
      "the first line does not agree with the entry that made the registry ({t})")                 \
    X(HEAD_PLACE, "head_place", "签名行没有跟在它所签的那一条之后",                                \
      "the signed head does not follow the entry that it speaks of")                               \
    X(HEAD_AGAIN, "head_again", "同一条有两个签名行", "the entry has two signed heads")            \
    X(HEAD_DAY, "head_day", "签名行的日期不是那一条的日期",                                        \
      "the day of the signed head is not that of its entry")                                       \
    X(HEAD_KEY, "head_key", "签名所用的密钥当时并不有效",                                          \
      "the head is signed by a key that was not in force")                                         \
    X(HEAD_SIGNATURE, "head_signature", "签名不成立", "the signature does not hold")               \
    X(KEY_FORM, "key_form", "密钥记录的内容不合规定", "the entry of a key is not as it must be")   \
    X(KEY_PREVIOUS, "key_previous", "密钥记录没有写明此前的密钥",                                  \
      "the entry of a key does not name the key before it")                                        \
    X(KEY_VOUCH, "key_vouch", "旧密钥对新密钥的签名不成立",                                        \
      "the key before does not vouch for this one: its signature does not hold")                   \
    X(KEY_UNVOUCHED, "key_unvouched", "此处换了密钥，旧密钥没有为新密钥签名",                      \
      "the key is a new one for which the key that you trust does not vouch")                      \
    X(KEY_UNSIGNED, "key_unsigned", "所给的公钥（以及由它签名的新密钥）没有签过这份日志",          \
      "nothing in the journal is signed by the public key that was given, or one it vouches for")  \
    X(DAYS_UNSIGNED, "days_unsigned", "有 {a} 天结束时没有签名（第 {b} 条至第 {c} 条）",           \
      "{a} day(s) ended without a signed head (entries {b} to {c})")                               \
    X(TAIL_UNSIGNED, "tail_unsigned", "第 {a} 条之后没有签名，而其中有 {b} 天已经结束",            \
      "nothing is signed behind entry {a}, though {b} day(s) have ended since")                    \
    X(KEY_EXPECTED, "key_expected", "日志从未使用过所给的公钥",                                    \
      "the journal never had the public key that was given")                                       \
    X(HEAD_EXPECTED, "head_expected", "日志中没有所给的摘要",                                      \
      "the journal never had the head that was given")                                             \
    X(POST_FORM, "post_form", "第 {a} 笔过账（{t}）的内容不合规定",                                \
      "post {a} ({t}) is not as it must be")                                                       \
    X(POST_LOGIN, "post_login", "第 {a} 笔过账（{t}）写的用户不是本条的用户",                      \
      "post {a} ({t}) names a login who is not the one of its entry")                              \
    X(POST_DAY, "post_day", "第 {a} 笔过账（{t}）的日期不是一天，或在本条之后",                    \
      "post {a} ({t}) names a day that is none, or is later than its entry")                       \
    X(POST_TOLD, "post_told", "第 {a} 笔过账（{t}）与本条正文写的不一样",                          \
      "post {a} ({t}) is not as the body of its entry tells it")                                   \
    X(POST_SUBJECT, "post_subject", "第 {a} 笔过账（{t}）说的不是这一条所写的那笔交易",            \
      "post {a} ({t}) is not about the deal that the entry says it is about")                      \
    X(POST_PLACE, "post_place", "第 {a} 笔过账（{t}）不该出现在这种记录里",                        \
      "post {a} ({t}) has no place in an entry of this kind")                                      \
    X(POST_AGAIN, "post_again", "第 {a} 笔过账（{t}）的编号已经用过",                              \
      "post {a} ({t}) has an id that was given before")                                            \
    X(UNITS_ELSEWHERE, "units_elsewhere", "第 {a} 笔过账：签发 {b} 的第 {c} 号不在所说的地方",     \
      "post {a}: serial {c} of issuance {b} does not stand where it is taken from")                \
    X(UNITS_GAP, "units_gap", "第 {a} 笔过账：签发 {b} 的新编号没有接着第 {c} 号",                 \
      "post {a}: the fresh serials of issuance {b} do not follow number {c}")                      \
    X(UNITS_AGAIN, "units_again", "第 {a} 笔过账：签发 {b} 在第 {c} 条已经签发过",                 \
      "post {a}: issuance {b} was issued before, by entry {c}")                                    \
    X(UNITS_ENDED, "units_ended", "第 {a} 笔过账：动用了已经注销或取消的单位",                     \
      "post {a}: units that were retired or cancelled are moved")                                  \
    X(UNITS_ISSUE, "units_issue", "第 {a} 笔过账：只有签发核证包时才能产生新单位",                 \
      "post {a}: units are made where no package is issued")                                       \
    X(UNITS_VINTAGE, "units_vintage", "签发 {b}：写明的吨数与过账的不同",                          \
      "issuance {b}: the tonnes of the vintage are not those of the posts")                        \
    X(UNITS_MASS, "units_mass", "签发 {b}：吨数多于核定的公斤数",                                  \
      "issuance {b}: more tonnes than its kilograms allow")                                        \
    X(UNITS_PREFIX, "units_prefix", "编号前缀 {t} 用了两次",                                       \
      "the prefix {t} of serials was used before")                                                 \
    X(UNITS_UNAPPROVED, "units_unapproved", "第 {a} 笔过账：单位易主或注销，却没有批准的交易",     \
      "post {a}: units change hands or end without a trade that was approved")                     \
    X(UNITS_TOO_MANY, "units_too_many", "交易 {a} 交付了 {b} 吨，超过约定的 {c} 吨",               \
      "trade {a} moved {b} tonnes, more than the {c} agreed")                                      \
    X(UNITS_TOO_FEW, "units_too_few", "交易 {a} 只交付了 {b} 吨，约定的是 {c} 吨",                 \
      "trade {a} moved {b} tonnes, fewer than the {c} agreed")                                     \
    X(UNITS_PLACE, "units_place", "第 {a} 笔过账：交易 {b} 不能从那里取单位，或不能放到那里",      \
      "post {a}: trade {b} does not take units from there, or not to there")                       \
    X(UNITS_LINES, "units_lines", "交易 {a} 动用的单位，与它各行写明的不是同一方、同一包、同一池", \
      "trade {a} moves units that are not of the parties, packages and pools of its lines")        \
    X(UNITS_BUFFER, "units_buffer", "第 {a} 笔过账：缓冲单位在交易 {b} 中动用，而它不是逆转",      \
      "post {a}: buffer ends under trade {b}, which is no reversal")                               \
    X(REVERSAL_SUM, "reversal_sum", "逆转 {a}：注销的 {b} 吨加上所欠，不等于 {c} 吨",              \
      "reversal {a}: {b} tonnes cancelled and what is owed are not {c}")                           \
    X(REVERSAL_LOSS, "reversal_loss", "逆转 {a}：各年份损失的公斤数折合 {b} 吨，写的是 {c} 吨",    \
      "reversal {a}: the kilograms lost make {b} tonnes, not {c}")                                 \
    X(REVERSAL_DEBT, "reversal_debt",                                                              \
      "逆转 {a}：主体 {b} 欠 {c} 吨，多于它损失的，或者它还有缓冲",                                \
      "reversal {a}: party {b} owes {c} tonnes, more than it lost, or while it has buffer left")   \
    X(UNITS_SUM, "units_sum", "各处单位之和与签发总数不等（{a}，{b}）",                            \
      "units at all places do not sum to the units issued ({a}, {b})")                             \
    X(MONEY_BALANCE, "money_balance", "{t} 科目的各笔相加为 {a} 分，不是零",                       \
      "the legs of the account {t} sum to {a} fen, not to zero")                                   \
    X(MONEY_RANGE, "money_range", "金额超出可以表示的范围",                                        \
      "an amount is beyond what 64 bits hold")                                                     \
    X(TRADE_AGAIN, "trade_again", "交易 {a} 提了两次", "trade {a} is proposed twice")              \
    X(TRADE_UNKNOWN, "trade_unknown", "提到的交易 {a} 并不存在", "trade {a} is not known")         \
    X(TRADE_DECIDED, "trade_decided", "交易 {a} 已经有了决定", "trade {a} was decided before")     \
    X(RIGHT_ENDED, "right_ended",                                                                  \
      "交易 {a} 及时行使了权利，退回它的 {t} 不是提出的一方，也不是权利人",                        \
      "trade {a} uses a right in time; {t}, who ends it, is of another side")                      \
    X(RIGHT_LIMITED, "right_limited", "交易 {a} 由权利人及时提出，却写有失效日",                   \
      "trade {a} uses its proposer's right in time, and yet has a last day")                       \
    X(TRADE_SELF, "trade_self", "交易 {a} 由同一人（{t}）提出和批准",                              \
      "trade {a} is proposed and approved by one person ({t})")                                    \
    X(TRADE_STAND_IN, "trade_stand_in",                                                            \
      "交易 {a} 由县主管（{t}）代一个有登录账号的一方提出或批准",                                  \
      "trade {a}: an officer ({t}) stands in for a side that has a login")                         \
    X(TRADE_LATE, "trade_late", "交易 {a} 在最后期限之后才批准",                                   \
      "trade {a} is approved after its last day")                                                  \
    X(TRADE_RESTS, "trade_rests", "交易 {a} 所依据的交易 {b} 没有批准、已经撤销，或者种类不对",    \
      "trade {a} acts upon trade {b}, which is not approved, was taken back or is of no such "     \
      "kind")                                                                                      \
    X(TRADE_OPEN, "trade_open", "交易 {a} 最后期限未过就记为过期",                                 \
      "trade {a} is ended as expired before its last day has passed")                              \
    X(TRADE_BEFORE, "trade_before", "交易 {a} 的批准早于成交日",                                   \
      "trade {a} is approved as of a day before the deal")                                         \
    X(TRADE_EARLY, "trade_early", "交易 {a} 早于它所依据的交易 {b}",                               \
      "trade {a} is dated before trade {b}, upon which it acts")                                   \
    X(TRADE_DAYS, "trade_days", "交易 {a} 不在交易 {b} 约定的日期之内",                            \
      "trade {a} is outside the days that were agreed in trade {b}")                               \
    X(TRADE_PRICE, "trade_price", "交易 {a} 的 {b} 分不是按交易 {c} 约定的价格算的",               \
      "trade {a}: {b} fen are not what the price agreed in trade {c} makes")                       \
    X(TRADE_TAX, "trade_tax", "交易 {a} 的税 {b} 分不是按税率算的（{c} 分）",                      \
      "trade {a}: its tax of {b} fen is not the {c} that its rate makes")                          \
    X(TRADE_RATE, "trade_rate", "交易 {a} 的税率不是交易 {b} 约定的",                              \
      "trade {a} has another rate of tax than trade {b}, upon which it acts")                      \
    X(TRADE_PARTS, "trade_parts", "交易 {a} 各期共 {b} 分，而约定的是 {c} 分",                     \
      "trade {a}: the parts in which it is due come to {b} fen, not to the {c} agreed")            \
    X(BENEFICIARY_NEW, "beneficiary_new", "交易 {a} 为一个没有审核通过的受益人注销",               \
      "trade {a} retires units for a beneficiary whose name nobody accepted")                      \
    X(BENEFICIARY_SELF, "beneficiary_self", "受益人 {t} 的审核人自己正提出为它注销",               \
      "the name of the beneficiary {t} is reviewed by one who proposes to retire units for it")    \
    X(PROMISE_TONNES, "promise_tonnes", "承诺 {a} 交付和退还 {b} 吨，多于约定的 {c} 吨",           \
      "promise {a}: {b} tonnes are delivered or given up, more than its {c}")                      \
    X(RECEIPT_AGAIN, "receipt_again", "收款 {a} 记了两次，或撤销了两次",                           \
      "receipt {a} stands twice, or is taken back twice")                                          \
    X(RECEIPT_EARLY, "receipt_early", "交易 {a} 的收款早于成交日",                                 \
      "trade {a}: a receipt is dated before the deal")                                             \
    X(RECEIPT_EXCESS, "receipt_excess", "交易 {a} 收款 {b} 分，超过约定的 {c} 分",                 \
      "trade {a} received {b} fen, more than the {c} agreed")                                      \
    X(RECEIPT_SELF, "receipt_self", "收款 {a} 由同一人（{t}）确认和撤销",                          \
      "receipt {a} is confirmed and taken back by one person ({t})")                               \
    X(RECEIPT_USED, "receipt_used", "收款 {a} 的钱已经用于别处，却撤销了",                         \
      "receipt {a} is taken back though its money was used")                                       \
    X(MONEY_CLAIM, "money_claim", "交易 {a}：记给主体 {b} 的债权与应当记的相差 {c} 分",            \
      "trade {a}: the claim posted for party {b} is off what it should be by {c} fen")             \
    X(MONEY_CASH, "money_cash", "交易 {a}：记给主体 {b} 的现金与应当记的相差 {c} 分",              \
      "trade {a}: the cash posted for party {b} is off what it should be by {c} fen")              \
    X(MONEY_LINES, "money_lines", "交易 {a}：一行 {b} 分与它的 {c} 吨不相称",                      \
      "trade {a}: a line of {b} fen is not in proportion to its {c} tonnes")                       \
    X(MONEY_SUM, "money_sum", "交易 {a} 各行共 {b} 分，而约定的是 {c} 分",                         \
      "trade {a}: its lines come to {b} fen, not to the {c} agreed")                               \
    X(MONEY_UNOWED, "money_unowed", "交易 {a} 收或退 {b} 分，而当时未结的是 {c} 分",               \
      "trade {a}: {b} fen are received or given back where {c} are open")                          \
    X(MONEY_REFUND, "money_refund", "交易 {a} 退还 {b} 分，按预付和尚待交付的吨数应为 {c} 分",     \
      "trade {a}: {b} fen are owed back, where prepayment and tonnes to come leave {c}")           \
    X(LOAN_PLEDGE, "loan_pledge", "贷款记在交易 {a} 上，而它不是已批准的质押",                     \
      "a loan is paid under trade {a}, which is no approved pledge")                               \
    X(LOAN_SUM, "loan_sum", "质押 {a}：贷款收付 {b} 分，多于本金、已放款、利率或处置所得允许的",   \
      "pledge {a}: {b} fen of its loan are more than principal, payouts, rate or sale allow")      \
    X(LOAN_TWICE, "loan_twice", "贷款收付 {a} 记了两次，或撤销了两次",                             \
      "loan payment {a} stands twice, or is taken back twice")                                     \
    X(LOAN_SELF, "loan_self", "贷款收付 {a} 由同一人（{t}）记录和撤销",                            \
      "loan payment {a} is recorded and taken back by one person ({t})")                           \
    X(LOAN_SALE, "loan_sale", "贷款收付 {a} 是处置清偿的，却单独撤销了",                           \
      "loan payment {a}, which a sale of pledged units paid, is taken back alone")                 \
    X(PAYMENT_STATE, "payment_state", "分配 {a} 付给主体 {b} 的第 {c} 次支付当时不能这样记",       \
      "run {a}: attempt {c} of the payment to party {b} cannot be made, returned or sent then")    \
    X(PAYMENT_EARLY, "payment_early", "分配 {a} 付给主体 {b} 的第 {c} 次支付早于它的前一步",       \
      "run {a}: attempt {c} of the payment to party {b} is dated before the step that it follows") \
    X(PAYMENT_SUM, "payment_sum", "分配 {a} 付给主体 {b} {c} 分，不是分配给它的数",                \
      "run {a}: party {b} is paid {c} fen, which are not what the run gives it")                   \
    X(ORDER_MESSAGE, "order_message", "消息 {a} 没有做过，已经撤回，或者不是一次做成、写明的",     \
      "message {a} was never made, is withdrawn already, or was not made at once and told")        \
    X(ORDER_AGAIN, "order_again", "消息 {a} 撤回、由 {b} 代替，而应付的并没有变",                  \
      "message {a} is withdrawn and {b} takes its place, though nothing changed in what is owed")  \
    X(ORDER_STATE, "order_state", "消息 {a} 对付给主体 {b} 的第 {c} 次支付说的，与当时的应付不符", \
      "message {a}: what it says of attempt {c} to pay party {b} is not what is owed then")        \
    X(ORDER_TWICE, "order_twice", "消息 {a} 又让付给主体 {b} 第 {c} 次支付，前一条并未撤回",       \
      "message {a} orders attempt {c} to pay party {b}, which a message in force orders already")  \
    X(ORDER_ACCOUNT, "order_account", "消息 {a} 让付给主体 {b} 的账户 {c} 不是它最后确认的账户",   \
      "message {a} pays party {b} to account {c}, not to the one confirmed last for it")           \
    X(PACKAGE_SELF, "package_self", "核证包 {a} 由同一人（{t}）经手了必须分开的两步",              \
      "package {a}: one person ({t}) took two steps that need two persons")                        \
    X(PACKAGE_SIDE, "package_side", "核证包 {a} 由持有人一方的用户（{t}）核证",                    \
      "package {a} is verified by somebody of its holder ({t})")                                   \
    X(PACKAGE_AGAIN, "package_again", "核证包 {a} 签发了两次", "package {a} is issued twice")      \
    X(PACKAGE_STEP, "package_step", "核证包 {a} 当时不能走到这一步（{t}）",                        \
      "package {a} is not at the step that this one follows ({t})")                                \
    X(PACKAGE_HOLDER, "package_holder", "第 {a} 笔过账：新单位不归核证包的持有人",                 \
      "post {a}: fresh units go to somebody who does not hold the package")                        \
    X(PACKAGE_MASS, "package_mass", "核证包 {a} 签发 {b} 公斤，多于核证的 {c} 公斤",               \
      "package {a}: {b} kilograms are issued, more than the {c} that were verified")               \
    X(PACKAGE_VERIFIED, "package_verified", "核证包 {a} 核证 {b} 公斤，多于提交的 {c} 公斤",       \
      "package {a}: {b} kilograms are verified, more than the {c} that were submitted")            \
    X(PACKAGE_YEAR, "package_year", "核证包 {a}：各年份不是它起止之间的每一年（{b}）",             \
      "package {a}: its vintages are not each of its years ({b})")                                 \
    X(PACKAGE_SUM, "package_sum", "核证包 {a} 的合计与各年份的不符（{t}）",                        \
      "package {a}: a sum is not that of its vintages ({t})")                                      \
    X(PACKAGE_GROUND, "package_ground",                                                            \
      "核证包 {a}：地块 {b} 的这些年份或更晚的年份已由核证包 {c} 签发，或那是在提交之后签发的",    \
      "package {a}: parcel {b} was issued by package {c} for these or later years, or since it "   \
      "was submitted")                                                                             \
    X(PACKAGE_OPENING, "package_opening", "核证包 {a}：地块 {b} 此前所欠的与以前签发留下的不符",   \
      "package {a}: what parcel {b} owes from before is not what it was left owing")               \
    X(PACKAGE_DEBT, "package_debt", "核证包 {a}：各地块共欠 {b} 公斤，而各年份最后余 {c} 公斤",    \
      "package {a}: its parcels are left owing {b} kilograms, its vintages end with {c}")          \
    X(PARTY_UNKNOWN, "party_unknown", "从未添加过主体 {a}", "party {a} was never added")           \
    X(PARTY_AGAIN, "party_again", "主体 {a} 添加了两次", "party {a} is added twice")               \
    X(LOGIN_UNKNOWN, "login_unknown", "从未添加过用户 {t}", "the login {t} was never added")       \
    X(LOGIN_AGAIN, "login_again", "用户 {t} 添加了两次", "the login {t} is added twice")           \
    X(LOGIN_ENDED, "login_ended", "用户 {t} 此前已停用", "the login {t} had ended before")         \
    X(LOGIN_LAST, "login_last", "用户 {t} 停用后没有管理员了",                                     \
      "no admin is left when the login {t} ends")                                                  \
    X(LOGIN_ROLE, "login_role", "用户 {t} 的角色不能做这件事",                                     \
      "the role of the login {t} does not permit this")                                            \
    X(ACCOUNT_SELF, "account_self", "收款账户 {a} 由同一人（{t}）提出和确认",                      \
      "account {a} is proposed and confirmed by one person ({t})")                                 \
    X(ACCOUNT_STEP, "account_step", "收款账户 {a} 没有提出过，或者提了、定了两次",                 \
      "account {a} was never proposed, or is proposed or decided twice")                           \
    X(ACCOUNT_ROW, "account_row", "收款账户 {a} 的过账与本条写明的不符",                           \
      "account {a} is not as its entry tells it")                                                  \
    X(POOL_SUM, "pool_sum", "池 {a} 共 {b} 吨、成本 {c} 分，与取得它的交易不符",                   \
      "pool {a}: {b} tonnes that cost {c} fen are not those of the deal that brought them")        \
    X(POOL_DRAW, "pool_draw", "池 {a}、核证包 {b}：取用多于买入，或成本与买入时不相称",            \
      "pool {a}, package {b}: more is drawn than was bought, or at another cost")                  \
    X(LOCK_STOCK, "lock_stock", "交易 {a} 的锁：登记的比锁着的多 {b} 吨",                          \
      "the lock of trade {a}: {b} tonnes more are told than lie there")                            \
    X(POOL_STOCK, "pool_stock", "池 {a}、核证包 {b}：名下持有的不等于买入减去卖出和用去的",        \
      "pool {a}, package {b}: what is held of it is not what was bought and neither sold nor "     \
      "used")                                                                                      \
    X(LINE_COST, "line_cost", "交易 {a}：一行的成本 {b} 分与池 {c} 买入时的不相称",                \
      "trade {a}: the cost of a line, {b} fen, is not what its units cost in pool {c}")            \
    X(LINE_POOL, "line_pool", "交易 {a}：一行有成本 {b} 分，却不出自任何一池",                     \
      "trade {a}: a line has a cost of {b} fen and is of no pool")                                 \
    X(FORECAST_UNKNOWN, "forecast_unknown", "提到的预计 {a} 并不存在",                             \
      "forecast {a} is not known")                                                                 \
    X(FORECAST_SELF, "forecast_self", "预计 {a} 由登记或更正它的同一人（{t}）更正",                \
      "forecast {a} is corrected by whose word it was ({t})")                                      \
    X(FORECAST_TONNES, "forecast_tonnes", "预计 {a} 由 {b} 吨改为 {c} 吨，与它的更正不符",         \
      "forecast {a}: {b} t become {c} t, which is not what its correction tells")                  \
    X(TERM_UNKNOWN, "term_unknown", "提到的分配条款 {a} 并不存在", "term {a} is not known")        \
    X(TERM_SPLITS, "term_splits", "分配条款 {a} 的各份加起来不是一，或者后来又添了一份",           \
      "term {a}: its shares do not make a whole, or one was added later")                          \
    X(RUN_TERM, "run_term", "交易 {a} 按条款 {b} 分配，而它成交那天适用的不是这一条",              \
      "trade {a} is shared by term {b}, which is not the one that held for it on its day")         \
    X(COST_TWICE, "cost_twice", "扣除 {a} 记了两次，或撤销了两次",                                 \
      "deduction {a} stands twice, or is taken back twice")                                        \
    X(COST_SELF, "cost_self", "扣除 {a} 由同一人（{t}）登记和撤销",                                \
      "deduction {a} is listed and taken back by one person ({t})")                                \
    X(RESERVE_TWICE, "reserve_twice", "交易 {a} 的准备金结清了两次，或撤销了两次",                 \
      "the reserve of trade {a} is settled twice, or that is taken back twice")                    \
    X(COST_SHARED, "cost_shared", "交易 {a} 的费用或准备金的结清已有分配按它算过，却撤销了",       \
      "a cost of trade {a}, or what its reserve came to, is taken back though a run took it off")  \
    X(RESERVE_SELF, "reserve_self", "交易 {a} 的准备金由同一人（{t}）结清和撤销",                  \
      "the reserve of trade {a} is settled and that taken back by one person ({t})")               \
    X(RESERVE_EXCEEDED, "reserve_exceeded", "交易 {a} 的准备金按 {b} 分结清，预留的只有 {c} 分",   \
      "the reserve of trade {a} is settled at {b} fen, and {c} were set aside")                    \
    X(COST_APPROVED, "cost_approved", "分配 {a} 由登记或撤销过其中费用的人（{t}）批准",            \
      "run {a} is approved by one who listed or took back a cost in it ({t})")                     \
    X(RUN_TAKEN_BACK, "run_taken_back", "分配 {a} 分了交易 {b} 的款，而它没有批准，或者已经更正",  \
      "run {a} shares what trade {b} brought, which was not approved or is taken back")            \
    X(RUN_UNKNOWN, "run_unknown", "提到的分配 {a} 并不存在", "run {a} is not known")               \
    X(RUN_AGAIN, "run_again", "分配 {a} 记了两次", "run {a} stands twice")                         \
    X(RUN_DECIDED, "run_decided", "分配 {a} 已经有了决定", "run {a} was decided before")           \
    X(RUN_SELF, "run_self", "分配 {a} 由同一人（{t}）提出和批准",                                  \
      "run {a} is proposed and approved by one person ({t})")                                      \
    X(RUN_EARLY, "run_early", "分配 {a} 的批准早于它算到的那一天",                                 \
      "run {a} is approved as of a day before the one through which it reckons")                   \
    X(RUN_SUM, "run_sum", "交易 {a} 的分配各项对不上（{t}）",                                      \
      "the sums of the revenue of trade {a} do not agree ({t})")                                   \
    X(RUN_RECKONED, "run_reckoned", "交易 {a} 的分配不是按到账、成本和条款算出来的（{t}）",        \
      "the revenue of trade {a} is not what receipts, costs and the term make it ({t})")           \
    X(RUN_PAYEE, "run_payee", "交易 {a} 付给主体 {b} {c} 分，与条款和各方贡献的吨数不符",          \
      "trade {a}: party {b} is paid {c} fen, which term and contributed tonnes do not give it")    \
    X(RUN_OFF, "run_off", "分配 {a}：主体 {b} 与各笔交易的精确份额之和相差 {c} 分",                \
      "run {a}: party {b} is off the sum of its exact shares of all sales by {c} fen")             \
    X(RUN_CLAIM, "run_claim", "分配 {a}：记给主体 {b} 的与分配的相差 {c} 分",                      \
      "run {a}: what is posted for party {b} is off its payments by {c} fen")                      \
    X(KEY_USED, "key_used", "防重复编号 {t} 起了两次作用", "the idempotency key {t} acted twice")

#define TH_FAULT_NAME(symbol, name, zh, en) TH_FAULT_##symbol,
enum th_fault_code { TH_FAULTS(TH_FAULT_NAME) TH_FAULT_CODES };
#undef TH_FAULT_NAME

enum { TH_FAULT_TEXT_SIZE = 96, TH_FAULTS_KEPT = 1000 };

struct th_fault {
    enum th_fault_code code;
    int64_t line; // of the file, from 1; 0: of none
    int64_t seq;  // entry that stands there or before it; 0: none
    int64_t a, b, c;
    char text[TH_FAULT_TEXT_SIZE]; // cut where it is longer
};

struct th_faults {
    int64_t line; // where what is added now is found
    int64_t seq;
    int64_t n;
    struct th_fault kept[TH_FAULTS_KEPT];
};

void th_fault_add(struct th_faults *faults, enum th_fault_code code, int64_t a, int64_t b,
                  int64_t c);
void th_fault_add_text(struct th_faults *faults, enum th_fault_code code, struct th_text text,
                       int64_t a);

const char *th_fault_name(enum th_fault_code code);
// The sentence in one of the languages.
enum { TH_FAULT_SENTENCE_SIZE = 512 };
void th_fault_sentence(const struct th_fault *fault, bool chinese,
                       char buf[TH_FAULT_SENTENCE_SIZE]);

#endif
