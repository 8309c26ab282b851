// tanhui-audit: checks a journal export without the registry and without any of its code.
#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "audit/report.h"
#include "tanhui_audit_version.h"

enum { EXIT_GOOD, EXIT_FAULTS, EXIT_USAGE = 2, EXIT_UNREADABLE = 6, EXIT_INTERNAL = 70 };
enum { LISTED_USUALLY = 100, THREADS_MOST = 16 };

static const char HELP_EN[] =
    "tanhui-audit FILE.jsonl [options]\n"
    "  checks a journal that `tanhui audit export` wrote: form, digests, signatures, where every\n"
    "  unit stands, that money balances, and that two persons acted\n"
    "\n"
    "  --head HASH     a head noted elsewhere, which the journal must have\n"
    "  --key HEX       the published public key: it, or keys it vouched for, must have signed\n"
    "                  the end of every day\n"
    "  --part          the file may begin behind entry 1; balances are then not checked\n"
    "  --limit N       list at most N faults (usually 100, at most 1000); all are counted\n"
    "  --threads N     use N threads (usually one for each core)\n"
    "  --json          one JSON object\n"
    "  --lang zh|en    language\n"
    "  --help, --version\n"
    "\n"
    "Exit status: 0 no faults, 1 faults were found, 2 wrong use, 6 the file cannot be read\n"
    "as a journal export, 70 internal error.\n"
    "A line may have 256 MiB, values may be nested 64 deep, serials go to 10^15.\n";
static const char HELP_ZH[] =
    "tanhui-audit 文件.jsonl [选项]\n"
    "  核对 tanhui audit export 导出的日志：写法、摘要、签名、每个单位的去处、\n"
    "  金额是否平衡、是否由两人经手\n"
    "\n"
    "  --head 摘要     在别处记下的摘要，日志中必须有\n"
    "  --key 公钥      公布的公钥（十六进制）：每天结束时都必须由它或由它签名的新密钥签名\n"
    "  --part          文件可以不从第 1 条开始；此时不核对余额\n"
    "  --limit N       最多列出 N 处问题（通常 100，至多 1000），全部都会计数\n"
    "  --threads N     使用 N 个线程（通常每个核一个）\n"
    "  --json          输出一个 JSON 对象\n"
    "  --lang zh|en    语言\n"
    "  --help, --version\n"
    "\n"
    "退出码：0 没有问题，1 发现问题，2 用法不对，6 文件不能当作日志导出来读，70 内部错误。\n"
    "一行至多 256 MiB，值至多嵌套 64 层，编号至多 10^15。\n";

struct call {
    const char *path;
    bool json;
    bool part;
    bool help;
    bool version;
    struct th_report_options report;
    unsigned n_threads;
    struct th_check *check;
};

// One line on stderr, or one problem object.
static int complain(const struct call *call, int code, const char *zh, const char *en,
                    const char *what)
{
    const char *text = call->report.chinese ? zh : en;
    if (call->json) {
        (void)fprintf(stderr, "{\"type\":\"urn:tanhui:problem:audit_%d\",\"title\":\"", code);
        th_report_escaped(text, stderr);
        (void)fputs("\",\"detail\":\"", stderr);
        th_report_escaped(text, stderr);
        (void)fputs(what[0] != '\0' ? ": " : "", stderr);
        th_report_escaped(what, stderr);
        (void)fprintf(stderr, "\",\"code\":\"audit_%d\"}\n", code);
    } else {
        (void)fprintf(stderr, "tanhui-audit: %s%s", text, what[0] != '\0' ? ": " : "");
        th_report_clean(what, stderr);
        (void)fputc('\n', stderr);
    }
    return code;
}

static int wrong_use(const struct call *call, const char *what)
{
    return complain(call, EXIT_USAGE, "用法不对（见 --help）", "wrong use (see --help)", what);
}

static bool environment_chinese(void)
{
    static const char *const NAMES[] = {"TANHUI_LANG", "LC_ALL", "LC_MESSAGES", "LANG"};
    for (size_t i = 0; i < sizeof(NAMES) / sizeof(NAMES[0]); i++) {
        const char *value = getenv(NAMES[i]);
        if (value && value[0] != '\0') {
            return strncmp(value, "zh", 2) == 0;
        }
    }
    return false;
}

static bool read_hex(const char *text, unsigned char bytes[TH_HASH_BYTES])
{
    size_t size = 0;
    return strlen(text) == 2 * TH_HASH_BYTES &&
           sodium_hex2bin(bytes, TH_HASH_BYTES, text, 2 * TH_HASH_BYTES, NULL, &size, NULL) == 0 &&
           size == TH_HASH_BYTES;
}

static bool read_number(const char *text, long least, long most, long *ret_value)
{
    char *end = NULL;
    errno = 0;
    long value = strtol(text, &end, 10);
    if (text[0] < '0' || text[0] > '9' || *end != '\0' || errno != 0 || value < least ||
        value > most) {
        return false;
    }
    *ret_value = value;
    return true;
}

// An option with a value; false when it is not one of these, or the value is none of its.
static bool read_option(struct call *call, const char *name, const char *value)
{
    long number = 0;
    struct th_check_options *options = &call->check->options;
    if (strcmp(name, "--head") == 0) {
        options->has_head = true;
        return read_hex(value, options->head);
    }
    if (strcmp(name, "--key") == 0) {
        options->has_key = true;
        return read_hex(value, options->key);
    }
    if (strcmp(name, "--limit") == 0 && read_number(value, 0, TH_FAULTS_KEPT, &number)) {
        call->report.n_listed = number;
        return true;
    }
    if (strcmp(name, "--threads") == 0 && read_number(value, 1, THREADS_MOST, &number)) {
        call->n_threads = (unsigned)number;
        return true;
    }
    if (strcmp(name, "--lang") == 0 && (strcmp(value, "zh") == 0 || strcmp(value, "en") == 0)) {
        call->report.chinese = strcmp(value, "zh") == 0;
        return true;
    }
    return false;
}

static bool read_flag(struct call *call, const char *name)
{
    struct {
        const char *name;
        bool *flag;
    } const FLAGS[] = {{"--json", &call->json},
                       {"--part", &call->part},
                       {"--help", &call->help},
                       {"--version", &call->version}};
    for (size_t i = 0; i < sizeof(FLAGS) / sizeof(FLAGS[0]); i++) {
        if (strcmp(FLAGS[i].name, name) == 0) {
            *FLAGS[i].flag = true;
            return true;
        }
    }
    return false;
}

// The argument that cannot be understood, or NULL.
static const char *parse(struct call *call, int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (strncmp(argv[i], "--", 2) != 0) {
            if (call->path) {
                return argv[i];
            }
            call->path = argv[i];
        } else if (!read_flag(call, argv[i])) {
            if (i + 1 == argc || !read_option(call, argv[i], argv[i + 1])) {
                return argv[i];
            }
            i++;
        }
    }
    return NULL;
}

static int audit(struct call *call)
{
    struct th_check *check = call->check;
    struct th_feed_options options = {
        .n_threads = call->n_threads, .visit = th_check_line, .context = check};
    check->options.part = call->part;
    struct th_feed_result result = th_feed_file(call->path, &options);
    int code = errno;
    if (check->books.no_memory || result.end == TH_FEED_NO_MEMORY) {
        return complain(call, EXIT_INTERNAL, "内存不足", "out of memory", "");
    }
    if (result.end == TH_FEED_NOT_READ) {
        char reason[256];
        if (strerror_r(code, reason, sizeof(reason)) != 0) {
            reason[0] = '\0';
        }
        (void)complain(call, EXIT_UNREADABLE, "读不了这个文件", "the file cannot be read", reason);
        return EXIT_UNREADABLE;
    }
    if (result.end == TH_FEED_TOO_LONG) {
        return complain(call, EXIT_UNREADABLE, "有一行超过 256 MiB",
                        "a line is longer than 256 MiB", call->path);
    }
    th_check_end(check, result.ends_in_line);
    if (check->not_ours) {
        return complain(call, EXIT_UNREADABLE, "不是日志导出文件",
                        "this is not the export of a journal", call->path);
    }
    call->report.n_bytes = result.n_bytes;
    bool told = call->json ? th_report_json(check, &call->report, stdout)
                           : th_report_text(check, &call->report, stdout);
    if (!told || fflush(stdout) != 0 || ferror(stdout)) {
        return complain(call, EXIT_INTERNAL, "结果没有写出来", "the answer could not be written",
                        "");
    }
    return check->faults.n == 0 ? EXIT_GOOD : EXIT_FAULTS;
}

int main(int argc, char **argv)
{
    struct call call = {.report = {.chinese = environment_chinese(), .n_listed = LISTED_USUALLY}};
    int code = EXIT_GOOD;
    call.check = calloc(1, sizeof(*call.check));
    if (!call.check || sodium_init() < 0) {
        free(call.check);
        return complain(&call, EXIT_INTERNAL, "内存不足", "out of memory", "");
    }
    const char *wrong = parse(&call, argc, argv);
    if (wrong) {
        code = wrong_use(&call, wrong);
    } else if (call.version) {
        (void)puts("tanhui-audit " TANHUI_AUDIT_VERSION);
    } else if (call.help) {
        (void)fputs(call.report.chinese ? HELP_ZH : HELP_EN, stdout);
    } else if (!call.path) {
        code = wrong_use(&call, "");
    } else {
        code = audit(&call);
    }
    th_check_clear(call.check);
    free(call.check);
    return code;
}
