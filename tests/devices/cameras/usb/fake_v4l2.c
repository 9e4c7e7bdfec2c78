/* A V4L2 camera for one process: loaded before libc, it answers what the kernel would.
 *
 * FAKE_V4L2 names a file that stands for the node. While it is there the camera is plugged
 * in; its first byte is the state: r runs, f frozen, c every picture cut in half, g every
 * fifth picture lost. A picture for which no buffer is queued is lost, as in the kernel,
 * and so is one that is due while the process is stopped, once the buffers are full.
 * Frames are FILE.0.jpg, FILE.1.jpg, ... in turn (MJPG), or a ramp (YUYV).
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/videodev2.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { WIDTH = 160, HEIGHT = 120, BUFFERS = 8, ROOM = WIDTH * HEIGHT * 2, FDS = 4096 };
#define PERIOD_NS 20000000L
#define OFFSET(i) ((i) * 0x10000)

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned char is_ours[FDS]; /* 1 open, 2 open when it was unplugged */
static int writer[FDS]; /* other end of the pipe: 8 bytes for each picture to fetch */
static unsigned char *memory[BUFFERS];
static int queue[BUFFERS], queued, granted, streaming = -1;
static int done[BUFFERS], ready;
static struct v4l2_buffer filled[BUFFERS];
static unsigned fourcc = V4L2_PIX_FMT_YUYV, sequence;
static unsigned fill(unsigned char *to);

static struct { unsigned id; int low, high, step, value; } controls[] = {
    {V4L2_CID_EXPOSURE_AUTO, 0, 3, 1, 3},
    {V4L2_CID_EXPOSURE_ABSOLUTE, 3, 2047, 1, 157},
    {V4L2_CID_GAIN, 0, 96, 1, 10},
};

static char state(void) {
    char byte = 'u';
    int fd = syscall(SYS_openat, AT_FDCWD, getenv("FAKE_V4L2"), O_RDONLY);
    if (fd < 0) return 'u';
    if (syscall(SYS_read, fd, &byte, 1) != 1) byte = 'r';
    syscall(SYS_close, fd);
    return byte;
}

/* One picture of the camera, at the time when it was due. */
static void expose(long long due_ns, char now) {
    unsigned long one = 1;
    if (streaming < 0 || now == 'f') return;
    unsigned number = sequence++;
    if (!queued || (now == 'g' && number % 5 == 4)) return;
    int i = queue[0];
    memmove(queue, queue + 1, --queued * sizeof *queue);
    filled[i].bytesused = fill(memory[i]);
    if (now == 'c') filled[i].bytesused /= 2;
    filled[i].sequence = number;
    filled[i].timestamp.tv_sec = due_ns / 1000000000LL;
    filled[i].timestamp.tv_usec = due_ns % 1000000000LL / 1000;
    done[ready++] = i;
    (void)!syscall(SYS_write, writer[streaming], &one, 8);
}

static void *tick(void *unused) {
    long long due_ns = 0;
    (void)unused;
    for (;;) {
        struct timespec period = {0, PERIOD_NS}, clock;
        clock_gettime(CLOCK_MONOTONIC, &clock);
        long long now_ns = clock.tv_sec * 1000000000LL + clock.tv_nsec;
        if (!due_ns) due_ns = now_ns;
        char now = state();
        pthread_mutex_lock(&lock);
        if (now == 'u')
            for (int fd = 0; fd < FDS; fd++) is_ours[fd] *= 2;
        for (int fd = 0; fd < FDS; fd++) is_ours[fd] = is_ours[fd] > 2 ? 2 : is_ours[fd];
        unsigned long one = 1;
        if (streaming >= 0 && now == 'u') (void)!syscall(SYS_write, writer[streaming], &one, 8);
        for (; due_ns <= now_ns; due_ns += PERIOD_NS)
            if (now != 'u') expose(due_ns, now);
        pthread_mutex_unlock(&lock);
        period.tv_nsec = due_ns - now_ns;
        nanosleep(&period, NULL);
    }
    return NULL;
}

static int open_node(void) {
    static int started;
    pthread_t thread;
    int ends[2];
    if (pipe2(ends, O_NONBLOCK)) return -1;
    int fd = ends[0];
    pthread_mutex_lock(&lock);
    is_ours[fd] = 1;
    writer[fd] = ends[1];
    if (!started++) pthread_create(&thread, NULL, tick, NULL);
    pthread_mutex_unlock(&lock);
    return fd;
}

static int is_node(const char *path) {
    const char *node = getenv("FAKE_V4L2");
    return node && path && strcmp(path, node) == 0 && state() != 'u';
}

#define OPEN(name)                                                                   \
    int name(const char *path, int flags, ...) {                                     \
        va_list rest;                                                                \
        va_start(rest, flags);                                                       \
        int mode = va_arg(rest, int);                                                \
        va_end(rest);                                                                \
        if ((flags & O_RDWR) && !(flags & O_CREAT) && is_node(path)) return open_node(); \
        return syscall(SYS_openat, AT_FDCWD, path, flags, mode);                     \
    }
OPEN(open)
OPEN(open64)

int close(int fd) {
    if (fd >= 0 && fd < FDS && is_ours[fd]) {
        pthread_mutex_lock(&lock);
        is_ours[fd] = 0;
        syscall(SYS_close, writer[fd]);
        if (streaming == fd) streaming = -1;
        pthread_mutex_unlock(&lock);
    }
    return syscall(SYS_close, fd);
}

void *mmap64(void *at, size_t length, int how, int flags, int fd, off64_t offset) {
    if (fd >= 0 && fd < FDS && is_ours[fd]) {
        int i = offset / OFFSET(1);
        memory[i] = (void *)syscall(SYS_mmap, NULL, length, PROT_READ | PROT_WRITE,
                                    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        return memory[i];
    }
    return (void *)syscall(SYS_mmap, at, length, how, flags, fd, offset);
}
void *mmap(void *at, size_t length, int how, int flags, int fd, off_t offset) {
    return mmap64(at, length, how, flags, fd, offset);
}

static unsigned fill(unsigned char *to) {
    char name[4096];
    unsigned number = sequence;
    if (fourcc == V4L2_PIX_FMT_MJPEG)
        for (int tries = 0; tries < 2; tries++, number = 0) {
            snprintf(name, sizeof name, "%s.%u.jpg", getenv("FAKE_V4L2"), number % 4);
            int fd = syscall(SYS_openat, AT_FDCWD, name, O_RDONLY);
            if (fd < 0) continue;
            long got = syscall(SYS_read, fd, to, ROOM);
            syscall(SYS_close, fd);
            return got > 0 ? got : 0;
        }
    for (int i = 0; i < ROOM; i++) to[i] = i % 2 ? 128 : (i / 2 + 5 * sequence) % 200;
    return ROOM;
}

static void describe(struct v4l2_format *format) {
    struct v4l2_pix_format *pix = &format->fmt.pix;
    memset(pix, 0, sizeof *pix);
    pix->width = WIDTH, pix->height = HEIGHT, pix->pixelformat = fourcc;
    pix->field = V4L2_FIELD_NONE, pix->sizeimage = ROOM;
    pix->bytesperline = fourcc == V4L2_PIX_FMT_YUYV ? 2 * WIDTH : 0;
}

static int dequeue(int fd, struct v4l2_buffer *buffer) {
    unsigned long count;
    if (streaming != fd) return EINVAL;
    if (syscall(SYS_read, fd, &count, 8) != 8 || !ready) return EAGAIN;
    int i = done[0];
    memmove(done, done + 1, --ready * sizeof *done);
    buffer->index = i, buffer->length = ROOM, buffer->m.offset = OFFSET(i);
    buffer->bytesused = filled[i].bytesused, buffer->sequence = filled[i].sequence;
    buffer->flags = V4L2_BUF_FLAG_MAPPED | V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC;
    buffer->timestamp = filled[i].timestamp;
    return 0;
}

static int control(unsigned code, void *data) {
    unsigned id = *(unsigned *)data;
    for (unsigned i = 0; i < sizeof controls / sizeof *controls; i++) {
        if (controls[i].id != id) continue;
        struct v4l2_control *asked = data;
        if (code == VIDIOC_QUERYCTRL) {
            struct v4l2_queryctrl *told = data;
            told->minimum = controls[i].low, told->maximum = controls[i].high;
            told->step = controls[i].step, told->flags = 0;
        } else if (code == VIDIOC_G_CTRL) {
            asked->value = controls[i].value;
        } else {
            int by_hand = controls[0].value == V4L2_EXPOSURE_MANUAL;
            if (id == V4L2_CID_EXPOSURE_ABSOLUTE && !by_hand) return EINVAL;
            if (asked->value < controls[i].low || asked->value > controls[i].high)
                return ERANGE;
            controls[i].value = asked->value;
        }
        return 0;
    }
    return EINVAL;
}

static int answer(int fd, unsigned code, void *data) {
    struct v4l2_buffer *buffer = data;
    struct v4l2_format *format = data;
    switch (code) {
    case VIDIOC_QUERYCAP: {
        struct v4l2_capability *told = data;
        memset(told, 0, sizeof *told);
        strcpy((char *)told->driver, "uvcvideo");
        strcpy((char *)told->card, "Stand-in");
        told->device_caps = V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_STREAMING;
        told->capabilities = told->device_caps | V4L2_CAP_DEVICE_CAPS;
        return 0;
    }
    case VIDIOC_G_INPUT: *(int *)data = 0; return 0;
    case VIDIOC_S_INPUT: return *(int *)data ? EINVAL : 0;
    case VIDIOC_S_FMT:
        if (streaming >= 0) return EBUSY;
        if (format->fmt.pix.pixelformat == V4L2_PIX_FMT_MJPEG ||
            format->fmt.pix.pixelformat == V4L2_PIX_FMT_YUYV)
            fourcc = format->fmt.pix.pixelformat; /* else: as a camera does, the last */
        describe(format);
        return 0;
    case VIDIOC_G_FMT: describe(format); return 0;
    case VIDIOC_G_PARM:
    case VIDIOC_S_PARM: {
        struct v4l2_streamparm *told = data;
        memset(&told->parm, 0, sizeof told->parm);
        told->parm.capture.capability = V4L2_CAP_TIMEPERFRAME;
        told->parm.capture.timeperframe.numerator = 1;
        told->parm.capture.timeperframe.denominator = 1000000000L / PERIOD_NS;
        return 0;
    }
    case VIDIOC_REQBUFS: {
        struct v4l2_requestbuffers *asked = data;
        granted = asked->count = asked->count > BUFFERS ? BUFFERS : asked->count;
        queued = ready = 0;
        return 0;
    }
    case VIDIOC_QUERYBUF:
        if ((int)buffer->index >= granted) return EINVAL;
        buffer->length = ROOM, buffer->m.offset = OFFSET(buffer->index);
        buffer->flags = 0;
        return 0;
    case VIDIOC_QBUF:
        if ((int)buffer->index >= granted || queued >= BUFFERS) return EINVAL;
        queue[queued++] = buffer->index;
        return 0;
    case VIDIOC_DQBUF: return dequeue(fd, buffer);
    case VIDIOC_STREAMON: streaming = fd; return 0;
    case VIDIOC_STREAMOFF: streaming = -1, queued = ready = 0; return 0;
    case VIDIOC_QUERYCTRL:
    case VIDIOC_G_CTRL:
    case VIDIOC_S_CTRL: return control(code, data);
    }
    return ENOTTY;
}

int ioctl(int fd, unsigned long code, ...) {
    va_list rest;
    va_start(rest, code);
    void *data = va_arg(rest, void *);
    va_end(rest);
    if (fd < 0 || fd >= FDS || !is_ours[fd]) return syscall(SYS_ioctl, fd, code, data);
    pthread_mutex_lock(&lock);
    int error = is_ours[fd] == 2 || state() == 'u' ? ENODEV : answer(fd, code, data);
    pthread_mutex_unlock(&lock);
    errno = error;
    return error ? -1 : 0;
}
