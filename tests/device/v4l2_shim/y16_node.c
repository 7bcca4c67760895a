/* A V4L2 capture node for the real cv2.VideoCapture, where the kernel offers none.
 *
 * Loaded with LD_PRELOAD. The node is a FIFO that carries raw frames of little-endian 16-bit
 * pixels, one after the other: opening it (its path is in FAKE_Y16_NODE, its size in
 * FAKE_Y16_WIDTH and FAKE_Y16_HEIGHT) looks like opening /dev/videoN. There is no clock in here:
 *
 *   a frame written to the FIFO    the node has a frame: poll() says so, VIDIOC_DQBUF hands it out
 *   nothing written                a stall
 *   the writer closes the FIFO     an unplug: POLLHUP, and VIDIOC_DQBUF fails with ENODEV
 *
 * A requested format or size is coerced to what the node has, as UVC cameras do.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/videodev2.h>
#include <poll.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define MAX_BUFFERS 8

static struct {
    int fd, gone, count, head, queued;
    unsigned width, height;
    unsigned char *memory[MAX_BUFFERS];
    int order[MAX_BUFFERS]; /* ring of queued buffer indices, oldest first */
} node = {.fd = -1};

static size_t frame_bytes(void) { return (size_t)node.width * node.height * 2; }

static int open_node(const char *path) {
    const char *fake = getenv("FAKE_Y16_NODE");
    if (fake == NULL || path == NULL || strcmp(path, fake) != 0)
        return -2;
    int (*real_open)(const char *, int, ...) = dlsym(RTLD_NEXT, "open");
    /* Open to write as well, as a device is, there is no unplugging: the pipe has a writer. */
    int access = getenv("FAKE_Y16_DEVICE") ? O_RDWR : O_RDONLY;
    node.fd = real_open(path, access | O_NONBLOCK | O_CLOEXEC);
    node.gone = node.count = node.queued = node.head = 0;
    node.width = (unsigned)atoi(getenv("FAKE_Y16_WIDTH"));
    node.height = (unsigned)atoi(getenv("FAKE_Y16_HEIGHT"));
    return node.fd;
}

#define DEFINE_OPEN(NAME)                                                      \
    int NAME(const char *path, int flags, ...) {                               \
        va_list more;                                                          \
        va_start(more, flags);                                                 \
        mode_t mode = va_arg(more, mode_t);                                    \
        va_end(more);                                                          \
        int fd = open_node(path);                                              \
        if (fd != -2)                                                          \
            return fd;                                                         \
        int (*real)(const char *, int, ...) = dlsym(RTLD_NEXT, #NAME);         \
        return real(path, flags, mode);                                        \
    }
DEFINE_OPEN(open)
DEFINE_OPEN(open64)

int close(int fd) {
    if (fd == node.fd)
        node.fd = -1;
    int (*real)(int) = dlsym(RTLD_NEXT, "close");
    return real(fd);
}

/* OpenCV maps buffer i at offset i * frame_bytes: plain memory here. */
#define DEFINE_MMAP(NAME, OFFSET)                                              \
    void *NAME(void *at, size_t length, int prot, int flags, int fd, OFFSET offset) { \
        void *(*real)(void *, size_t, int, int, int, OFFSET) = dlsym(RTLD_NEXT, #NAME); \
        if (fd < 0 || fd != node.fd)                                           \
            return real(at, length, prot, flags, fd, offset);                  \
        void *mapped = real(NULL, length, PROT_READ | PROT_WRITE,              \
                            MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);               \
        node.memory[(size_t)offset / frame_bytes()] = mapped;                  \
        return mapped;                                                         \
    }
DEFINE_MMAP(mmap, off_t)
DEFINE_MMAP(mmap64, off64_t)

static int fail(int error) {
    errno = error;
    return -1;
}

static void describe(struct v4l2_format *format) {
    memset(&format->fmt.pix, 0, sizeof format->fmt.pix);
    format->fmt.pix.width = node.width;
    format->fmt.pix.height = node.height;
    format->fmt.pix.pixelformat = V4L2_PIX_FMT_Y16;
    format->fmt.pix.field = V4L2_FIELD_NONE;
    format->fmt.pix.bytesperline = node.width * 2;
    format->fmt.pix.sizeimage = (unsigned)frame_bytes();
}

/* Take one frame off the FIFO into the oldest queued buffer. */
static int dequeue(struct v4l2_buffer *buffer) {
    if (node.gone)
        return fail(ENODEV);
    if (node.queued == 0)
        return fail(EAGAIN);
    int index = node.order[node.head];
    size_t have = 0;
    while (have < frame_bytes()) {
        ssize_t got = read(node.fd, node.memory[index] + have, frame_bytes() - have);
        if (got == 0) {
            node.gone = 1;
            return fail(ENODEV);
        }
        if (got < 0 && errno == EAGAIN) {
            if (have == 0)
                return -1; /* no frame yet: the caller waits */
            struct pollfd more = {node.fd, POLLIN, 0};
            poll(&more, 1, 100);
        } else if (got < 0) {
            return -1;
        } else {
            have += (size_t)got;
        }
    }
    node.head = (node.head + 1) % MAX_BUFFERS;
    node.queued--;
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    buffer->index = (unsigned)index;
    buffer->bytesused = buffer->length = (unsigned)frame_bytes();
    buffer->m.offset = (unsigned)(index * frame_bytes());
    buffer->flags = V4L2_BUF_FLAG_MAPPED | V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC;
    buffer->timestamp.tv_sec = now.tv_sec;
    buffer->timestamp.tv_usec = now.tv_nsec / 1000;
    return 0;
}

static int answer(unsigned long request, void *argument) {
    switch (request) {
    case VIDIOC_QUERYCAP: {
        struct v4l2_capability *can = argument;
        memset(can, 0, sizeof *can);
        strcpy((char *)can->driver, "uvcvideo");
        strcpy((char *)can->card, "Y16 node of the test suite");
        can->device_caps = V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_STREAMING;
        can->capabilities = can->device_caps | V4L2_CAP_DEVICE_CAPS;
        return 0;
    }
    case VIDIOC_G_FMT:
    case VIDIOC_S_FMT:
    case VIDIOC_TRY_FMT:
        describe(argument);
        return 0;
    case VIDIOC_REQBUFS: {
        struct v4l2_requestbuffers *wanted = argument;
        if (wanted->count > MAX_BUFFERS)
            wanted->count = MAX_BUFFERS;
        node.count = (int)wanted->count;
        node.queued = node.head = 0;
        return 0;
    }
    case VIDIOC_QUERYBUF: {
        struct v4l2_buffer *buffer = argument;
        buffer->length = (unsigned)frame_bytes();
        buffer->m.offset = (unsigned)(buffer->index * frame_bytes());
        return 0;
    }
    case VIDIOC_QBUF: {
        struct v4l2_buffer *buffer = argument;
        if (node.gone)
            return fail(ENODEV);
        if (node.queued == MAX_BUFFERS)
            return fail(EINVAL);
        node.order[(node.head + node.queued++) % MAX_BUFFERS] = (int)buffer->index;
        return 0;
    }
    case VIDIOC_DQBUF:
        return dequeue(argument);
    case VIDIOC_STREAMON:
    case VIDIOC_STREAMOFF:
    case VIDIOC_G_PARM:
    case VIDIOC_S_PARM:
    case VIDIOC_G_INPUT:
    case VIDIOC_S_INPUT:
        return 0;
    case VIDIOC_ENUMINPUT:
        return ((struct v4l2_input *)argument)->index == 0 ? 0 : fail(EINVAL);
    default:
        return fail(ENOTTY);
    }
}

int ioctl(int fd, unsigned long request, ...) {
    va_list more;
    va_start(more, request);
    void *argument = va_arg(more, void *);
    va_end(more);
    if (fd >= 0 && fd == node.fd)
        return answer(request, argument);
    int (*real)(int, unsigned long, ...) = dlsym(RTLD_NEXT, "ioctl");
    return real(fd, request, argument);
}
