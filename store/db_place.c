#include "store/db_place.h"

#include <errno.h>
#include <limits.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>
#include <unistd.h>

enum { HEADER_BYTES = 108 }; /* of the file, then of its first page */

/* ---------------------------------------------------------------- the header */

static uint32_t big32(const unsigned char *at)
{
	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static bool not_a_store(const char *path, struct err *err)
{
	return err_set(err, ERR_STORE, NULL, "%s is not a spoor store: name another with --store or $SPOOR_STORE",
	               path);
}

/* A cut file is found by its own page count, valid while the change counter says so. With a log the count may be old. */
static bool is_whole(const struct db_place *place, const unsigned char *h, const char *path, off_t size,
                     struct err *err)
{
	uint32_t page = (uint32_t)h[16] << 8 | h[17];
	page = page == 1 ? 65536 : page;
	uint64_t said = (uint64_t)big32(h + 28) * page;
	if (place->hot || big32(h + 24) != big32(h + 92) || (uint64_t)size >= said)
		return true;
	return err_set(
	    err, ERR_STORE, NULL,
	    "store %s is cut off: %lld of %llu bytes are there; put a backup in its place, or move it away and"
	    " import again",
	    path, (long long)size, (unsigned long long)said);
}

static bool read_header(struct db_place *place, const char *path, const unsigned char *h, int64_t size, int64_t newest,
                        struct err *err)
{
	/* After a power cut in the middle of copying the log the first page may be torn: the log has it whole, and SQLite takes it. */
	if (size < HEADER_BYTES || memcmp(h, "SQLite format 3", 16) != 0)
		return place->hot || not_a_store(path, err);
	uint32_t application = big32(h + 68), version = big32(h + 60);
	/* A store just made: its tables are still in the log, or its maker was killed before it had any. */
	if (application == 0 && (place->hot || (version == 0 && h[100] == 0x0d && h[103] == 0 && h[104] == 0)))
		return true;
	if (application != APPLICATION_ID)
		return is_whole(place, h, path, size, err) &&
		       err_set(err, ERR_STORE, NULL,
		               "%s is a database of another program (application id 0x%08x), not a spoor store: name"
		               " another with --store or $SPOOR_STORE",
		               path, (unsigned)application);
	if (version > newest)
		return err_set(err, ERR_STORE, NULL,
		               "store %s was written by a newer spoor (schema %u, this one knows %lld): update spoor;"
		               " nothing was changed",
		               path, (unsigned)version, (long long)newest);
	place->version = place->hot ? 0 : (int64_t)version;
	return is_whole(place, h, path, size, err);
}

/* ---------------------------------------------------------------- the file system */

static int64_t size_of(const char *path, const char *suffix)
{
	struct buf name = BUF_INIT;
	struct stat st;
	buf_printf(&name, "%s%s", path, suffix);
	int64_t size = stat(buf_cstr(&name), &st) == 0 ? (int64_t)st.st_size : -1;
	buf_done(&name);
	return size;
}

/* WAL needs memory shared by all who open the store (sqlite.org/wal.html): not there over a network. Numbers: linux/magic.h, and
 * for SMB and FUSE fs/smb/client/cifsfs.h and fs/fuse/inode.c. */
static bool lacks_shared_memory(const char *dir)
{
	static const unsigned long kinds[] = {
	    0x6969,     /* NFS */
	    0x517b,     /* SMB */
	    0xff534d42, /* CIFS */
	    0xfe534d42, /* SMB2 */
	    0x564c,     /* NCP */
	    0x5346414f, /* AFS */
	    0x73757245, /* CODA */
	    0x01021997, /* 9P: the host's disks in WSL and virtual machines */
	    0x00c36400, /* CEPH */
	    0x65735546, /* FUSE: sshfs and its like */
	};
	struct statfs fs;
	const char *set = getenv("SPOOR_NO_SHM");
	if (set && *set)
		return true;
	if (statfs(dir, &fs) != 0)
		return false;
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (((unsigned long)fs.f_type & 0xffffffff) == kinds[i])
			return true;
	return false;
}

static void forbid(struct db_place *place, const char *why)
{
	if (!place->read_only)
		snprintf(place->why, sizeof place->why, "%s", why);
	place->read_only = true;
}

static void look_round(struct db_place *place, const char *path)
{
	const char *slash = strrchr(path, '/');
	BUG_ON(slash == NULL); /* file_absolute made it */
	char *dir = slash != path ? xstrndup((struct str){path, (size_t)(slash - path)}) : xstrdup("/");
	struct statvfs fs;
	place->no_shared = lacks_shared_memory(dir);
	if (statvfs(dir, &fs) == 0 && (fs.f_flag & ST_RDONLY))
		forbid(place, "its file system is mounted read-only");
	else if (access(dir, W_OK) != 0)
		forbid(place, "its directory cannot be written");
	if (place->exists && access(path, W_OK) != 0)
		forbid(place, "the file cannot be written");
	place->hot = size_of(path, "-wal") > 0 || size_of(path, "-journal") > 0; /* the latter of a store being made */
	place->still = place->read_only && access(dir, W_OK) != 0 && !place->hot;
	free(dir);
}

/* ---------------------------------------------------------------- the look */

static bool is_link(const char *path, struct err *err)
{
	char to[PATH_MAX];
	ssize_t n = readlink(path, to, sizeof to - 1);
	to[n > 0 ? n : 0] = '\0';
	return err_set(
	    err, ERR_STORE, NULL,
	    "store %s is a symbolic link, which is not followed: name the file itself (%.200s) with --store or"
	    " $SPOOR_STORE",
	    path, to);
}

/* By SQLite's own means: a descriptor of ours, when it is closed, would take away every lock that this process has on the file (POSIX), also those
 * of the connections that are open already; then whoever else closes the store last removes its log under them. */
static bool open_and_read(struct db_place *place, const char *path, int64_t newest, struct err *err)
{
	enum { FLAGS = SQLITE_OPEN_READONLY | SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_NOFOLLOW };
	unsigned char h[HEADER_BYTES] = {0};
	sqlite3_int64 size = 0;
	int given;
	if (access(path, R_OK) != 0)
		return err_set(err, ERR_STORE, NULL, "cannot read store %s: %s", path, strerror(errno));
	sqlite3_vfs *vfs = sqlite3_vfs_find(NULL);
	if (!vfs) /* it starts SQLite, which takes memory */
		return err_set(err, ERR_MEMORY, NULL, "out of memory (opening)");
	const char *name = sqlite3_create_filename(path, "", "", 0, NULL);
	sqlite3_file *file = xcalloc(1, (size_t)vfs->szOsFile);
	errno = 0;
	bool ok = name && vfs->xOpen(vfs, name, file, FLAGS, &given) == SQLITE_OK;
	ok = ok && file->pMethods->xFileSize(file, &size) == SQLITE_OK;
	int rc = ok && size ? file->pMethods->xRead(file, h, sizeof h, 0) : SQLITE_OK;
	ok = ok && (rc == SQLITE_OK || rc == SQLITE_IOERR_SHORT_READ);
	if (!ok)
		err_set(err, ERR_STORE, NULL, "cannot read store %s: %s", path,
		        errno ? strerror(errno) : "the system gave no reason");
	if (file->pMethods)
		file->pMethods->xClose(file);
	sqlite3_free_filename(name);
	free(file);
	place->empty = ok && size == 0;
	return ok && (place->empty || read_header(place, path, h, size, newest, err));
}

bool db_place_look(struct db_place *place, const char *path, int64_t newest, struct err *err)
{
	struct stat st;
	*place = (struct db_place){.exists = false};
	bool found = lstat(path, &st) == 0;
	if (!found && errno != ENOENT)
		return err_set(err, ERR_STORE, NULL, "cannot open store %s: %s", path, strerror(errno));
	place->exists = found;
	place->mode = found ? (unsigned)st.st_mode & 07777 : 0;
	look_round(place, path);
	if (!found)
		return true;
	if (S_ISLNK(st.st_mode))
		return is_link(path, err);
	if (S_ISDIR(st.st_mode))
		return err_set(err, ERR_STORE, NULL, "store %s is a directory: name a file in it", path);
	if (!S_ISREG(st.st_mode))
		return err_set(err, ERR_STORE, NULL,
		               "store %s is not a regular file: name another with --store or $SPOOR_STORE", path);
	return open_and_read(place, path, newest, err);
}

bool db_place_refuse(const struct db_place *place, const char *path, struct err *err)
{
	if (!place->exists)
		return err_set(err, ERR_STORE, NULL,
		               "cannot make store %s: %s; name another place with --store or $SPOOR_STORE", path,
		               place->why);
	return err_set(err, ERR_STORE, NULL,
	               "store %s can only be read: %s; give it leave to be written, or name another with --store or"
	               " $SPOOR_STORE",
	               path, place->why);
}

void db_place_remark(const struct db_place *place, const char *path, struct buf *out)
{
	if (place->exists && (place->mode & 077))
		buf_printf(out, "others can read store %s (mode %04o), which may hold prompts and keys: chmod 600 it",
		           path, place->mode);
	if (place->no_shared)
		buf_printf(
		    out, "%sstore %s lies where processes share no memory (a network file system): one spoor at a time",
		    out->len ? "; " : "", path);
}
