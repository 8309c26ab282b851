// hash_file FILE: reads a file and hashes it with BLAKE2b, with nothing between: what the speed of
// a verification is compared with. Prints the seconds that it took.
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { CHUNK = 1024 * 1024 };

static double now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
    int fd = argc == 2 && sodium_init() >= 0 ? open(argv[1], O_RDONLY) : -1;
    crypto_generichash_state *state = aligned_alloc(64, sizeof(*state));
    unsigned char *chunk = malloc(CHUNK);
    unsigned char hash[32];
    ssize_t n = 0;
    double bytes = 0;
    if (fd < 0 || !state || !chunk) {
        (void)fprintf(stderr, "usage: hash_file FILE\n");
        free(chunk);
        free(state);
        return 2;
    }
    double begin_s = now_s();
    crypto_generichash_init(state, NULL, 0, sizeof(hash));
    while ((n = read(fd, chunk, CHUNK)) > 0) {
        crypto_generichash_update(state, chunk, (unsigned long long)n);
        bytes += (double)n;
    }
    crypto_generichash_final(state, hash, sizeof(hash));
    double s = now_s() - begin_s;
    printf("%.3f s, %.0f MB/s\n", s, bytes / 1e6 / s);
    free(chunk);
    free(state);
    close(fd);
    return n < 0;
}
