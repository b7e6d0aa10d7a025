/* A layer before SQLite's own file layer. FAULT_VFS: the k-th call of a method fails. FAULT_POWER: every file is kept twice, as the
 * process sees it and as it is surely on the disk (what was there at the last sync); at the k-th sync or write the power goes: of the
 * writes since a file's last sync any may be lost, or hold only some of their 512-byte sectors, so a later one can be there without an
 * earlier one. The process ends with status 99; what it leaves is the disk after the cut. */
#include <fcntl.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/fault/shim.h"

enum { SECTOR = 512, STATUS_CUT = 99, PATH_BYTES = 512 };

struct change { /* a write, or the file made `size` long (bytes NULL) */
	struct change *next;
	int64_t at, n;
	unsigned char *bytes;
};

struct image {
	struct image *next;
	char path[PATH_BYTES];
	unsigned char *bytes; /* surely on the disk */
	int64_t n;
	struct change *first, **last; /* since the last sync, in order */
};

struct layer {
	sqlite3_file base;
	struct image *image; /* NULL: not followed */
	sqlite3_file *below;
};

static sqlite3_vfs *below, above;
static struct image *images;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

/* ---------------------------------------------------------------- the disk */

static void resize(struct image *d, int64_t n, unsigned char fill)
{
	if (n > d->n) {
		unsigned char *grown = realloc(d->bytes, (size_t)n);
		if (!grown)
			_exit(3);
		memset(grown + d->n, fill, (size_t)(n - d->n));
		d->bytes = grown;
	}
	d->n = n;
}

static void change(struct image *d, int64_t at, int64_t n, const void *bytes)
{
	struct change *c = calloc(1, sizeof *c);
	if (!c)
		_exit(3);
	c->at = at;
	c->n = n;
	if (bytes) {
		c->bytes = malloc((size_t)n);
		if (!c->bytes)
			_exit(3);
		memcpy(c->bytes, bytes, (size_t)n);
	}
	*d->last = c;
	d->last = &c->next;
}

static void forget(struct image *d, struct change *c)
{
	d->first = c->next;
	free(c->bytes);
	free(c);
	if (!d->first)
		d->last = &d->first;
}

static void write_whole(struct image *d, const struct change *c)
{
	if (!c->bytes) {
		resize(d, c->at, 0);
		return;
	}
	if (c->at + c->n > d->n)
		resize(d, c->at + c->n, 0);
	memcpy(d->bytes + c->at, c->bytes, (size_t)c->n);
}

/* Some of its sectors; the file may be longer all the same, with rubbish where the others would be. */
static void write_torn(struct image *d, const struct change *c)
{
	if (!c->bytes)
		return;
	if (c->at + c->n > d->n)
		resize(d, c->at + c->n, fault_random() & 1 ? 0 : 0xa5);
	for (int64_t from = 0; from < c->n;) {
		int64_t to = ((c->at + from) / SECTOR + 1) * SECTOR - c->at;
		to = to < c->n ? to : c->n;
		if (fault_random() & 1)
			memcpy(d->bytes + c->at + from, c->bytes + from, (size_t)(to - from));
		from = to;
	}
}

static void settle(struct image *d)
{
	while (d->first) {
		write_whole(d, d->first);
		forget(d, d->first);
	}
}

static void leave(const struct image *d)
{
	int fd = open(d->path, O_RDWR | O_CREAT, 0600);
	if (fd < 0 || ftruncate(fd, 0) != 0 || (d->n && pwrite(fd, d->bytes, (size_t)d->n, 0) != d->n))
		_exit(3);
	close(fd);
}

_Noreturn static void cut_power(void)
{
	unsigned lost = (unsigned)(fault_random() % 11); /* of ten: none to all */
	for (struct image *d = images; d; d = d->next) {
		while (d->first) {
			if (fault_random() % 10 >= lost)
				write_whole(d, d->first);
			else if (fault_random() & 1)
				write_torn(d, d->first);
			forget(d, d->first);
		}
		leave(d);
	}
	_exit(STATUS_CUT);
}

static struct image *image_of(const char *path)
{
	struct image *d = images;
	while (d && strcmp(d->path, path) != 0)
		d = d->next;
	if (d)
		return d;
	d = calloc(1, sizeof *d);
	if (!d || strlen(path) >= sizeof d->path)
		_exit(3);
	memcpy(d->path, path, strlen(path));
	d->last = &d->first;
	d->next = images;
	images = d;
	int fd = open(path, O_RDONLY);
	off_t size = fd < 0 ? 0 : lseek(fd, 0, SEEK_END);
	if (size > 0) {
		resize(d, size, 0);
		if (pread(fd, d->bytes, (size_t)size, 0) != size)
			_exit(3);
	}
	if (fd >= 0)
		close(fd);
	return d;
}

/* Calls that change a file go one at a time while the power may be cut. Returns with the mutex held. */
static void before(enum fault_vfs method)
{
	pthread_mutex_lock(&mutex);
	if (fault_due(FAULT_POWER, (int)method))
		cut_power();
}

static int after(int code)
{
	pthread_mutex_unlock(&mutex);
	return code;
}

/* ---------------------------------------------------------------- a file */

static struct layer *of(sqlite3_file *file)
{
	return (struct layer *)(void *)file;
}

static bool fails(enum fault_vfs method)
{
	return fault_due(FAULT_VFS, (int)method);
}

static int code_or(int otherwise)
{
	return fault_order.action == FAULT_SHORT ? otherwise : fault_order.action;
}

static int on_close(sqlite3_file *file)
{
	return of(file)->below->pMethods->xClose(of(file)->below);
}

static int on_read(sqlite3_file *file, void *to, int n, sqlite3_int64 at)
{
	sqlite3_file *f = of(file)->below;
	if (!fails(VFS_READ))
		return f->pMethods->xRead(f, to, n, at);
	if (fault_order.action != FAULT_SHORT)
		return fault_order.action;
	int half = n / 2, code = f->pMethods->xRead(f, to, half, at);
	memset((char *)to + half, 0, (size_t)(n - half));
	return code == SQLITE_OK ? SQLITE_IOERR_SHORT_READ : code;
}

static int on_write(sqlite3_file *file, const void *from, int n, sqlite3_int64 at)
{
	struct layer *l = of(file);
	if (fails(VFS_WRITE)) {
		l->below->pMethods->xWrite(l->below, from, n / 2, at);
		return code_or(SQLITE_IOERR_WRITE);
	}
	if (!l->image)
		return l->below->pMethods->xWrite(l->below, from, n, at);
	before(VFS_WRITE);
	change(l->image, at, n, from);
	return after(l->below->pMethods->xWrite(l->below, from, n, at));
}

static int on_truncate(sqlite3_file *file, sqlite3_int64 size)
{
	struct layer *l = of(file);
	if (fails(VFS_TRUNCATE))
		return code_or(SQLITE_IOERR_TRUNCATE);
	if (!l->image)
		return l->below->pMethods->xTruncate(l->below, size);
	before(VFS_TRUNCATE);
	change(l->image, size, 0, NULL);
	return after(l->below->pMethods->xTruncate(l->below, size));
}

static int on_sync(sqlite3_file *file, int flags)
{
	struct layer *l = of(file);
	if (fails(VFS_SYNC))
		return code_or(SQLITE_IOERR_FSYNC);
	if (!l->image)
		return l->below->pMethods->xSync(l->below, flags);
	before(VFS_SYNC);
	settle(l->image);
	return after(SQLITE_OK);
}

static int on_size(sqlite3_file *file, sqlite3_int64 *size)
{
	return of(file)->below->pMethods->xFileSize(of(file)->below, size);
}

static int on_lock(sqlite3_file *file, int how)
{
	return fails(VFS_LOCK) ? code_or(SQLITE_IOERR_LOCK) : of(file)->below->pMethods->xLock(of(file)->below, how);
}

static int on_unlock(sqlite3_file *file, int how)
{
	return of(file)->below->pMethods->xUnlock(of(file)->below, how);
}

static int on_reserved(sqlite3_file *file, int *out)
{
	return of(file)->below->pMethods->xCheckReservedLock(of(file)->below, out);
}

static int on_control(sqlite3_file *file, int op, void *arg)
{
	return of(file)->below->pMethods->xFileControl(of(file)->below, op, arg);
}

static int on_sector(sqlite3_file *file)
{
	return of(file)->below->pMethods->xSectorSize(of(file)->below);
}

/* What the layer below promises of its disk (say, that a write never damages its neighbours) this one does not. */
static int on_traits(sqlite3_file *file)
{
	int traits = of(file)->below->pMethods->xDeviceCharacteristics(of(file)->below);
	return fault_order.kind == FAULT_POWER ? traits & ~(SQLITE_IOCAP_SEQUENTIAL | SQLITE_IOCAP_SAFE_APPEND)
	                                       : traits;
}

static int on_shm_map(sqlite3_file *file, int page, int n, int extend, void volatile **out)
{
	if (fails(VFS_SHM_MAP))
		return code_or(SQLITE_IOERR_SHMMAP);
	return of(file)->below->pMethods->xShmMap(of(file)->below, page, n, extend, out);
}

static int on_shm_lock(sqlite3_file *file, int offset, int n, int flags)
{
	if (flags & SQLITE_SHM_LOCK && fails(VFS_LOCK))
		return code_or(SQLITE_IOERR_SHMLOCK);
	return of(file)->below->pMethods->xShmLock(of(file)->below, offset, n, flags);
}

static void on_shm_barrier(sqlite3_file *file)
{
	of(file)->below->pMethods->xShmBarrier(of(file)->below);
}

static int on_shm_unmap(sqlite3_file *file, int delete_it)
{
	return of(file)->below->pMethods->xShmUnmap(of(file)->below, delete_it);
}

static const sqlite3_io_methods methods = {
    .iVersion = 2,
    .xClose = on_close,
    .xRead = on_read,
    .xWrite = on_write,
    .xTruncate = on_truncate,
    .xSync = on_sync,
    .xFileSize = on_size,
    .xLock = on_lock,
    .xUnlock = on_unlock,
    .xCheckReservedLock = on_reserved,
    .xFileControl = on_control,
    .xSectorSize = on_sector,
    .xDeviceCharacteristics = on_traits,
    .xShmMap = on_shm_map,
    .xShmLock = on_shm_lock,
    .xShmBarrier = on_shm_barrier,
    .xShmUnmap = on_shm_unmap,
};

/* ---------------------------------------------------------------- the layer */

static int on_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *out)
{
	(void)vfs;
	struct layer *l = of(file);
	*l = (struct layer){.below = (sqlite3_file *)(void *)(l + 1)};
	l->below->pMethods = NULL;
	if (fails(VFS_OPEN))
		return code_or(SQLITE_CANTOPEN);
	int code = below->xOpen(below, name, l->below, flags, out);
	if (l->below->pMethods)
		l->base.pMethods = &methods;
	if (code == SQLITE_OK && name && fault_order.kind == FAULT_POWER) {
		pthread_mutex_lock(&mutex);
		l->image = image_of(name);
		pthread_mutex_unlock(&mutex);
	}
	return code;
}

static int on_delete(sqlite3_vfs *vfs, const char *name, int sync)
{
	(void)vfs;
	if (fails(VFS_DELETE))
		return code_or(SQLITE_IOERR_DELETE);
	if (fault_order.kind != FAULT_POWER)
		return below->xDelete(below, name, sync);
	before(VFS_DELETE);
	struct image *d = image_of(name);
	settle(d);
	d->n = 0;
	return after(below->xDelete(below, name, sync));
}

void fault_vfs_install(void)
{
	below = sqlite3_vfs_find(NULL);
	if (!below)
		_exit(3);
	above = *below;
	above.zName = "fault";
	above.pNext = NULL;
	above.szOsFile = (int)sizeof(struct layer) + below->szOsFile;
	above.xOpen = on_open;
	above.xDelete = on_delete;
	if (sqlite3_vfs_register(&above, 1) != SQLITE_OK)
		_exit(3);
}
