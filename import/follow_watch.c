#include "import/follow_watch.h"

#include <unistd.h>

#include "store/base/str.h"

#ifdef __linux__
#include <sys/inotify.h>
#include <sys/vfs.h>
#endif

struct watch {
	int fd;
};

struct watch *watch_open(bool poll_only)
{
	struct watch *w = xcalloc(1, sizeof *w);
	w->fd = -1;
#ifdef __linux__
	if (!poll_only)
		w->fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
#else
	(void)poll_only;
#endif
	return w;
}

void watch_close(struct watch *w)
{
	if (!w)
		return;
	if (w->fd >= 0)
		close(w->fd);
	free(w);
}

int watch_fd(const struct watch *w)
{
	return w->fd;
}

#ifdef __linux__

/* Where others write without this kernel's knowledge: the numbers of statfs(2) and linux/magic.h. */
static bool is_foreign(const char *path)
{
	static const unsigned long types[] = {
	    0x6969,     /* NFS */
	    0x517B,     /* SMB */
	    0xFE534D42, /* SMB2 */
	    0xFF534D42, /* CIFS */
	    0x01021997, /* 9P */
	    0x65735546, /* FUSE */
	    0x00C36400, /* Ceph */
	    0x5346414F, /* AFS */
	    0x73757245, /* Coda */
	    0x786F4256, /* VirtualBox's shared folders */
	    0x9FA0,     /* proc */
	};
	struct statfs fs;
	if (statfs(path, &fs) != 0)
		return true;
	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		if (((unsigned long)fs.f_type & 0xFFFFFFFF) == types[i])
			return true;
	return false;
}

static int add(struct watch *w, const char *path, uint32_t mask)
{
	if (w->fd < 0 || is_foreign(path))
		return WATCH_NONE;
	int id = inotify_add_watch(w->fd, path, mask);
	return id < 0 ? WATCH_NONE : id;
}

int watch_file(struct watch *w, const char *path)
{
	return add(w, path, IN_MODIFY | IN_ATTRIB | IN_MOVE_SELF | IN_DELETE_SELF);
}

int watch_folder(struct watch *w, const char *path)
{
	return add(w, path,
	           IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR);
}

void watch_drop(struct watch *w, int id)
{
	if (w->fd >= 0 && id != WATCH_NONE)
		inotify_rm_watch(w->fd, id);
}

void watch_take(struct watch *w, void (*changed)(void *context, int id), void *context)
{
	_Alignas(struct inotify_event) char bytes[16 << 10];
	ssize_t n;
	while (w->fd >= 0 && (n = read(w->fd, bytes, sizeof bytes)) > 0)
		for (ssize_t at = 0; at < n;) {
			const struct inotify_event *e = (const void *)(bytes + at);
			at += (ssize_t)(sizeof *e + e->len);
			changed(context, e->mask & IN_Q_OVERFLOW ? WATCH_NONE : e->wd);
		}
}

#else

int watch_file(struct watch *w, const char *path)
{
	(void)w, (void)path;
	return WATCH_NONE;
}

int watch_folder(struct watch *w, const char *path)
{
	(void)w, (void)path;
	return WATCH_NONE;
}

void watch_drop(struct watch *w, int id)
{
	(void)w, (void)id;
}

void watch_take(struct watch *w, void (*changed)(void *context, int id), void *context)
{
	(void)w, (void)changed, (void)context;
}

#endif
