// A ring of blocks between the reading thread and its helpers. `taken` is the oldest block that was
// not followed yet, `begun` the oldest that nobody took apart, `filled` where the next one goes;
// all three only grow.
#define _GNU_SOURCE // sched_getaffinity
#include "audit/feed.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BLOCK_SIZE = 128 * 1024, THREADS_MAX = 16, BLOCKS_MAX = 2 * THREADS_MAX + 2 };

struct block {
    char *data; // owned: whole lines, then the part of one that the next block begins with
    size_t room;
    size_t size; // of the whole lines
    size_t rest; // bytes behind them
    char *texts; // owned
    size_t texts_room;
    struct th_tape tape;
    struct th_line *lines; // owned
    size_t n_lines;
    size_t lines_room;
    bool no_memory;
    bool done;
};

struct feed {
    int fd;           // -1: bytes in memory
    const char *from; // rest of the bytes in memory
    size_t from_size;
    struct block blocks[BLOCKS_MAX];
    size_t n_blocks;
    size_t taken, begun, filled;
    pthread_mutex_t mutex;
    pthread_cond_t given;
    pthread_cond_t finished;
    bool ending;
    pthread_t threads[THREADS_MAX];
    unsigned n_threads; // that were started
    struct th_feed_result result;
};

static void block_clear(struct block *block)
{
    free(block->data);
    free(block->texts);
    free(block->lines);
    th_tape_clear(&block->tape);
    *block = (struct block){.data = NULL};
}

static bool block_reserve(struct block *block, size_t room)
{
    if (room <= block->room) {
        return true;
    }
    char *data = realloc(block->data, room + TH_SCAN_SLACK);
    if (!data) {
        return false;
    }
    memset(data + room, 0, TH_SCAN_SLACK);
    block->data = data;
    block->room = room;
    return true;
}

static struct th_line *add_line(struct block *block)
{
    if (block->n_lines == block->lines_room) {
        size_t room = block->lines_room == 0 ? 1024 : block->lines_room * 2;
        struct th_line *lines = realloc(block->lines, room * sizeof(*lines));
        if (!lines) {
            return NULL;
        }
        block->lines = lines;
        block->lines_room = room;
    }
    return &block->lines[block->n_lines++];
}

// Takes the lines of a block apart; what is found stays in the block.
static void block_work(struct block *block)
{
    const char *end = block->data + block->size;
    size_t texts_room = block->size + TH_LINE_EXTRA;
    block->n_lines = 0;
    block->tape.n = 0;
    if (texts_room > block->texts_room) {
        free(block->texts);
        block->texts = malloc(texts_room + TH_SCAN_SLACK);
        block->texts_room = block->texts ? texts_room : 0;
    }
    block->no_memory = !block->texts;
    char *out = block->texts;
    for (const char *at = block->data; at < end && !block->no_memory;) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        struct th_line *line = add_line(block);
        stop = stop ? stop : end; // the last line of a file may have no end
        block->no_memory =
            !line || !th_line_read(at, (size_t)(stop - at), &out, &block->tape, line);
        at = stop + 1;
    }
}

static void *thread_run(void *argument)
{
    struct feed *feed = argument;
    pthread_mutex_lock(&feed->mutex);
    while (!feed->ending) {
        if (feed->begun == feed->filled) {
            pthread_cond_wait(&feed->given, &feed->mutex);
            continue;
        }
        struct block *block = &feed->blocks[feed->begun++ % feed->n_blocks];
        pthread_mutex_unlock(&feed->mutex);
        block_work(block);
        pthread_mutex_lock(&feed->mutex);
        block->done = true;
        pthread_cond_signal(&feed->finished);
    }
    pthread_mutex_unlock(&feed->mutex);
    return NULL;
}

// As many bytes as there are, at most `size`; -1 when the file cannot be read.
static ssize_t read_some(struct feed *feed, char *data, size_t size)
{
    if (feed->fd < 0) {
        size_t n = feed->from_size < size ? feed->from_size : size;
        memcpy(data, feed->from, n);
        feed->from += n;
        feed->from_size -= n;
        return (ssize_t)n;
    }
    size_t sum = 0;
    while (sum < size) {
        ssize_t n = read(feed->fd, data + sum, size - sum);
        if (n < 0 && errno != EINTR) {
            return -1;
        }
        if (n == 0) {
            break;
        }
        sum += n > 0 ? (size_t)n : 0;
    }
    return (ssize_t)sum;
}

// Finds the end of the last whole line; bytes before `known` have no line feed.
static bool cut_lines(struct block *block, size_t known, size_t size)
{
    for (size_t i = size; i > known; i--) {
        if (block->data[i - 1] == '\n') {
            block->size = i;
            block->rest = size - i;
            return true;
        }
    }
    return false;
}

// Fills a block with whole lines, beginning with what the block before had too much. false at the
// end of the file, or when result.end says why there is no more.
static bool fill(struct feed *feed, struct block *block, const struct block *before)
{
    size_t size = before ? before->rest : 0;
    size_t room = BLOCK_SIZE > 2 * size ? BLOCK_SIZE : 2 * size;
    block->size = 0;
    block->rest = 0;
    block->done = false;
    if (!block_reserve(block, room)) {
        feed->result.end = TH_FEED_NO_MEMORY;
        return false;
    }
    if (size > 0) {
        memcpy(block->data, before->data + before->size, size);
    }
    for (;;) {
        ssize_t n = read_some(feed, block->data + size, block->room - size);
        if (n < 0) {
            feed->result.end = TH_FEED_NOT_READ;
            return false;
        }
        size_t known = size;
        size += (size_t)n;
        feed->result.n_bytes += n;
        if (n > 0) {
            feed->result.ends_in_line = block->data[size - 1] == '\n';
        }
        if (cut_lines(block, known, size)) {
            return true;
        }
        if (size < block->room) { // the last line, without an end
            block->size = size;
            block->data[size] = '\0';
            return size > 0;
        }
        if (size >= TH_FEED_LINE_MAX || !block_reserve(block, block->room * 2)) {
            feed->result.end = size >= TH_FEED_LINE_MAX ? TH_FEED_TOO_LONG : TH_FEED_NO_MEMORY;
            return false;
        }
    }
}

static void give(struct feed *feed)
{
    struct block *block = &feed->blocks[feed->filled % feed->n_blocks];
    if (feed->n_threads == 0) {
        block_work(block);
        block->done = true;
    }
    pthread_mutex_lock(&feed->mutex);
    feed->filled++;
    pthread_cond_signal(&feed->given);
    pthread_mutex_unlock(&feed->mutex);
}

// Follows the lines of the oldest block. false to stop.
static bool follow(struct feed *feed, const struct th_feed_options *options)
{
    struct block *block = &feed->blocks[feed->taken % feed->n_blocks];
    pthread_mutex_lock(&feed->mutex);
    while (!block->done) {
        pthread_cond_wait(&feed->finished, &feed->mutex);
    }
    pthread_mutex_unlock(&feed->mutex);
    feed->taken++;
    if (block->no_memory) {
        feed->result.end = TH_FEED_NO_MEMORY;
        return false;
    }
    for (size_t i = 0; i < block->n_lines; i++) {
        const struct th_line *line = &block->lines[i];
        if (!options->visit(options->context, line, block->tape.nodes)) {
            feed->result.end = TH_FEED_STOPPED;
            return false;
        }
    }
    return true;
}

static void run(struct feed *feed, const struct th_feed_options *options)
{
    const struct block *before = NULL;
    bool more = true;
    bool go_on = true;
    while (go_on) {
        // The block before the one that is filled is still there: one is always left free.
        while (more && feed->filled - feed->taken + 1 < feed->n_blocks) {
            struct block *block = &feed->blocks[feed->filled % feed->n_blocks];
            more = fill(feed, block, before);
            before = block;
            if (more) {
                give(feed);
            }
        }
        if (feed->taken == feed->filled) {
            break;
        }
        go_on = follow(feed, options);
    }
}

static unsigned core_count(void)
{
    cpu_set_t cores;
    CPU_ZERO(&cores);
    int n = sched_getaffinity(0, sizeof(cores), &cores) == 0 ? CPU_COUNT(&cores) : 1;
    return n < 1 ? 1 : n > THREADS_MAX ? THREADS_MAX : (unsigned)n;
}

static struct th_feed_result feed_run(struct feed *feed, unsigned n_threads,
                                      const struct th_feed_options *options)
{
    feed->n_blocks = n_threads > 1 ? 2 * (size_t)n_threads + 2 : 3;
    (void)pthread_mutex_init(&feed->mutex, NULL);
    (void)pthread_cond_init(&feed->given, NULL);
    (void)pthread_cond_init(&feed->finished, NULL);
    for (unsigned i = 0; n_threads > 1 && i < n_threads; i++) {
        if (pthread_create(&feed->threads[feed->n_threads], NULL, thread_run, feed) == 0) {
            feed->n_threads++;
        }
    }
    run(feed, options);
    pthread_mutex_lock(&feed->mutex);
    feed->ending = true;
    pthread_cond_broadcast(&feed->given);
    pthread_mutex_unlock(&feed->mutex);
    for (unsigned i = 0; i < feed->n_threads; i++) {
        (void)pthread_join(feed->threads[i], NULL);
    }
    for (size_t i = 0; i < feed->n_blocks; i++) {
        block_clear(&feed->blocks[i]);
    }
    (void)pthread_cond_destroy(&feed->finished);
    (void)pthread_cond_destroy(&feed->given);
    (void)pthread_mutex_destroy(&feed->mutex);
    return feed->result;
}

struct th_feed_result th_feed_file(const char *path, const struct th_feed_options *options)
{
    struct th_feed_result result = {.end = TH_FEED_NOT_READ};
    struct stat info;
    struct feed *feed = calloc(1, sizeof(*feed));
    if (!feed) {
        result.end = TH_FEED_NO_MEMORY;
        return result;
    }
    feed->fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (feed->fd >= 0 && fstat(feed->fd, &info) == 0 && S_ISDIR(info.st_mode)) {
        errno = EISDIR;
    } else if (feed->fd >= 0) {
        unsigned n_threads = options->n_threads > 0 ? options->n_threads : core_count();
        result = feed_run(feed, n_threads > THREADS_MAX ? THREADS_MAX : n_threads, options);
    }
    int code = errno;
    if (feed->fd >= 0) {
        close(feed->fd);
    }
    free(feed);
    errno = code;
    return result;
}

struct th_feed_result th_feed_bytes(const void *data, size_t size,
                                    const struct th_feed_options *options)
{
    struct th_feed_result result = {.end = TH_FEED_NO_MEMORY};
    struct feed *feed = calloc(1, sizeof(*feed));
    if (feed) {
        feed->fd = -1;
        feed->from = data;
        feed->from_size = size;
        result = feed_run(feed, 1, options);
        free(feed);
    }
    return result;
}
