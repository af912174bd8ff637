/* Every clock that a program reads shows the CPU seconds it has used, together with the processes it has started.

   Preloaded (LD_PRELOAD) into an engine, it turns whatever time limit the engine knows into a limit of CPU time: a
   loaded machine then costs it nothing, and a second process or thread wins it nothing. The file named by
   ROUNDS_CPU_CLOCK is shared by the whole family of processes; each adds what it has used when it looks at a clock. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define SECOND 1000000000LL

struct family {
    atomic_llong used;      /* nanoseconds of CPU, all processes */
    atomic_llong realtime;  /* where the two clocks stood at the beginning */
    atomic_llong monotonic;
};

static struct family alone, *family = &alone;
static atomic_llong counted; /* what this process has added to `used` */

static long long kernel(clockid_t clock) {
    struct timespec now;
    syscall(SYS_clock_gettime, clock, &now);
    return now.tv_sec * SECOND + now.tv_nsec;
}

static long long used(void) {
    long long now = kernel(CLOCK_PROCESS_CPUTIME_ID), before = atomic_load(&counted);
    while (now > before)
        if (atomic_compare_exchange_weak(&counted, &before, now))
            return atomic_fetch_add(&family->used, now - before) + now - before;
    return atomic_load(&family->used);
}

static void forked(void) { atomic_store(&counted, 0); } /* a child's own CPU clock begins at zero */

__attribute__((constructor)) static void begin(void) {
    const char *path = getenv("ROUNDS_CPU_CLOCK");
    int file = path ? open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600) : -1;
    if (file >= 0 && ftruncate(file, sizeof alone) == 0) {
        void *page = mmap(0, sizeof alone, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
        if (page != MAP_FAILED) family = page;
    }
    if (file >= 0) close(file);
    if (atomic_load(&family->realtime) == 0) {
        atomic_store(&family->realtime, kernel(CLOCK_REALTIME));
        atomic_store(&family->monotonic, kernel(CLOCK_MONOTONIC));
    }
    pthread_atfork(0, 0, forked);
}

__attribute__((destructor)) static void end(void) { used(); }

static long long shown(clockid_t clock) {
    switch (clock) {
        case CLOCK_REALTIME:
        case CLOCK_REALTIME_COARSE:
            return atomic_load(&family->realtime) + used();
        case CLOCK_MONOTONIC:
        case CLOCK_MONOTONIC_COARSE:
        case CLOCK_MONOTONIC_RAW:
        case CLOCK_BOOTTIME:
            return atomic_load(&family->monotonic) + used();
        default:
            return kernel(clock);
    }
}

int clock_gettime(clockid_t clock, struct timespec *now) {
    long long instant = shown(clock);
    now->tv_sec = instant / SECOND;
    now->tv_nsec = instant % SECOND;
    return 0;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
    long long instant = shown(CLOCK_REALTIME);
    (void)zone;
    now->tv_sec = instant / SECOND;
    now->tv_usec = instant % SECOND / 1000;
    return 0;
}

time_t time(time_t *now) {
    time_t instant = shown(CLOCK_REALTIME) / SECOND;
    if (now) *now = instant;
    return instant;
}

/* The kernel waits by its own clock: a deadline read off ours would be long past, and whoever waits would spin. */
static struct timespec real_deadline(clockid_t clock, const struct timespec *deadline) {
    long long instant = deadline->tv_sec * SECOND + deadline->tv_nsec + kernel(clock) - shown(clock);
    return (struct timespec){instant / SECOND, instant % SECOND};
}

/* Python's locks wait here, */
int sem_clockwait(sem_t *sem, clockid_t clock, const struct timespec *deadline) {
    static int (*wait)(sem_t *, clockid_t, const struct timespec *);
    if (!wait) wait = (int (*)(sem_t *, clockid_t, const struct timespec *))dlsym(RTLD_NEXT, "sem_clockwait");
    struct timespec real = real_deadline(clock, deadline);
    return wait(sem, clock, &real);
}

/* C++ here, */
int pthread_cond_clockwait(pthread_cond_t *cond, pthread_mutex_t *mutex, clockid_t clock, const struct timespec *deadline) {
    static int (*wait)(pthread_cond_t *, pthread_mutex_t *, clockid_t, const struct timespec *);
    if (!wait)
        wait = (int (*)(pthread_cond_t *, pthread_mutex_t *, clockid_t, const struct timespec *))dlsym(
            RTLD_NEXT, "pthread_cond_clockwait");
    struct timespec real = real_deadline(clock, deadline);
    return wait(cond, mutex, clock, &real);
}

/* and a thread that waits for Python's interpreter lock here. Which clock a condition waits by cannot be asked; a
   deadline nearer to the time of day than to the time since boot is one of the former. */
int pthread_cond_timedwait(pthread_cond_t *restrict cond, pthread_mutex_t *restrict mutex,
                           const struct timespec *restrict deadline) {
    static int (*wait)(pthread_cond_t *, pthread_mutex_t *, const struct timespec *);
    if (!wait) {
        /* The plain name may lead to the condition variables of 2002, which are laid out otherwise. */
        void *found = dlvsym(RTLD_NEXT, "pthread_cond_timedwait", "GLIBC_2.3.2");
        if (!found) found = dlsym(RTLD_NEXT, "pthread_cond_timedwait");
        wait = (int (*)(pthread_cond_t *, pthread_mutex_t *, const struct timespec *))found;
    }
    int is_of_day = deadline->tv_sec > (kernel(CLOCK_REALTIME) + kernel(CLOCK_MONOTONIC)) / 2 / SECOND;
    struct timespec real = real_deadline(is_of_day ? CLOCK_REALTIME : CLOCK_MONOTONIC, deadline);
    return wait(cond, mutex, &real);
}
