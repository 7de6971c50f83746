#include "faults.h"

#include <errno.h>
#include <pthread.h>
#include <sqlite3.h>
#include <string.h>

#include "base/util.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct faults faults;
static sqlite3_vfs *real;
static sqlite3_vfs vfs;

/* Counts one thing that is done; its error when it shall fail. */
static int step(void)
{
    int r = 0;

    pthread_mutex_lock(&lock);
    faults.n++;
    if (faults.at > 0 && (faults.n == faults.at || (faults.sticky && faults.n > faults.at))) {
        faults.reached = true;
        r = faults.error;
    }
    pthread_mutex_unlock(&lock);
    return r;
}

void faults_arm(unsigned at, bool sticky, int error)
{
    pthread_mutex_lock(&lock);
    faults.at = at;
    faults.sticky = sticky;
    faults.error = error;
    faults.n = 0;
    faults.reached = false;
    pthread_mutex_unlock(&lock);
}

void faults_disarm(void)
{
    pthread_mutex_lock(&lock);
    faults.at = 0;
    pthread_mutex_unlock(&lock);
}

bool faults_reached(void)
{
    bool reached;

    pthread_mutex_lock(&lock);
    reached = faults.reached;
    pthread_mutex_unlock(&lock);
    return reached;
}

/* --- files ------------------------------------------------------------------------------------ */

static int f_create(void *ctx, int dir, const char *name)
{
    int r = step();

    return r < 0 ? r : files_ops_system.create(NULL, dir, name);
}

/* A full disk takes a part first. */
static ssize_t f_write(void *ctx, int fd, const void *bytes, size_t n)
{
    int r = step();

    if (r < 0 && n > 1)
        files_ops_system.write(NULL, fd, bytes, n / 2);
    return r < 0 ? r : files_ops_system.write(NULL, fd, bytes, n);
}

static int f_fsync(void *ctx, int fd)
{
    return step();
}

static int f_syncfs(void *ctx, int fd)
{
    return step();
}

static int f_rename(void *ctx, int dir, const char *from, const char *to)
{
    int r = step();

    return r < 0 ? r : files_ops_system.rename(NULL, dir, from, to);
}

/* Removing works on a full disk, and on many a broken one. */
static int f_unlink(void *ctx, int dir, const char *name)
{
    int r = step();

    return r == -EIO ? r : files_ops_system.unlink(NULL, dir, name);
}

static int f_mkdir(void *ctx, int dir, const char *name)
{
    int r = step();

    return r < 0 ? r : files_ops_system.mkdir(NULL, dir, name);
}

/* --- SQLite ----------------------------------------------------------------------------------- */

struct file {
    sqlite3_file base;
    sqlite3_file *real; /* behind this struct */
};

static sqlite3_file *real_of(sqlite3_file *f)
{
    return ((struct file *)f)->real;
}

static int sqlite_error(int r, int otherwise)
{
    return r == -ENOSPC ? SQLITE_FULL : otherwise;
}

static int v_close(sqlite3_file *f)
{
    return real_of(f)->pMethods->xClose(real_of(f));
}

static int v_read(sqlite3_file *f, void *to, int n, sqlite3_int64 at)
{
    return real_of(f)->pMethods->xRead(real_of(f), to, n, at);
}

static int v_write(sqlite3_file *f, const void *from, int n, sqlite3_int64 at)
{
    int r = step();

    return r < 0 ? sqlite_error(r, SQLITE_IOERR_WRITE)
                 : real_of(f)->pMethods->xWrite(real_of(f), from, n, at);
}

static int v_truncate(sqlite3_file *f, sqlite3_int64 n)
{
    return real_of(f)->pMethods->xTruncate(real_of(f), n);
}

static int v_sync(sqlite3_file *f, int flags)
{
    int r = step();

    return r < 0 ? sqlite_error(r, SQLITE_IOERR_FSYNC) : SQLITE_OK;
}

static int v_size(sqlite3_file *f, sqlite3_int64 *ret)
{
    return real_of(f)->pMethods->xFileSize(real_of(f), ret);
}

static int v_lock(sqlite3_file *f, int level)
{
    return real_of(f)->pMethods->xLock(real_of(f), level);
}

static int v_unlock(sqlite3_file *f, int level)
{
    return real_of(f)->pMethods->xUnlock(real_of(f), level);
}

static int v_reserved(sqlite3_file *f, int *ret)
{
    return real_of(f)->pMethods->xCheckReservedLock(real_of(f), ret);
}

static int v_control(sqlite3_file *f, int op, void *arg)
{
    return real_of(f)->pMethods->xFileControl(real_of(f), op, arg);
}

static int v_sector(sqlite3_file *f)
{
    return real_of(f)->pMethods->xSectorSize(real_of(f));
}

static int v_device(sqlite3_file *f)
{
    return real_of(f)->pMethods->xDeviceCharacteristics(real_of(f));
}

static int v_shm_map(sqlite3_file *f, int page, int size, int extend, void volatile **ret)
{
    return real_of(f)->pMethods->xShmMap(real_of(f), page, size, extend, ret);
}

static int v_shm_lock(sqlite3_file *f, int offset, int n, int flags)
{
    return real_of(f)->pMethods->xShmLock(real_of(f), offset, n, flags);
}

static void v_shm_barrier(sqlite3_file *f)
{
    real_of(f)->pMethods->xShmBarrier(real_of(f));
}

static int v_shm_unmap(sqlite3_file *f, int drop)
{
    return real_of(f)->pMethods->xShmUnmap(real_of(f), drop);
}

static const sqlite3_io_methods METHODS = {
    .iVersion = 2,
    .xClose = v_close,
    .xRead = v_read,
    .xWrite = v_write,
    .xTruncate = v_truncate,
    .xSync = v_sync,
    .xFileSize = v_size,
    .xLock = v_lock,
    .xUnlock = v_unlock,
    .xCheckReservedLock = v_reserved,
    .xFileControl = v_control,
    .xSectorSize = v_sector,
    .xDeviceCharacteristics = v_device,
    .xShmMap = v_shm_map,
    .xShmLock = v_shm_lock,
    .xShmBarrier = v_shm_barrier,
    .xShmUnmap = v_shm_unmap,
};

static int v_open(sqlite3_vfs *v, const char *name, sqlite3_file *f, int flags, int *ret_flags)
{
    struct file *file = (struct file *)f;
    int r;

    file->real = (sqlite3_file *)(file + 1);
    file->base.pMethods = NULL;
    r = real->xOpen(real, name, file->real, flags, ret_flags);
    if (file->real->pMethods)
        file->base.pMethods = &METHODS;
    return r;
}

struct faults *faults_begin(void)
{
    if (!real) {
        real = sqlite3_vfs_find(NULL);
        vfs = *real; /* all else is the real one's, and looks at nothing of its own */
        vfs.pNext = NULL;
        vfs.zName = "faulty";
        vfs.szOsFile = (int)sizeof(struct file) + real->szOsFile;
        vfs.xOpen = v_open;
        sqlite3_vfs_register(&vfs, 0);
    }
    faults = (struct faults){.ops = {
                                 .create = f_create,
                                 .write = f_write,
                                 .fsync = f_fsync,
                                 .syncfs = f_syncfs,
                                 .rename = f_rename,
                                 .unlink = f_unlink,
                                 .mkdir = f_mkdir,
                                 .vfs = "faulty",
                             }};
    return &faults;
}
