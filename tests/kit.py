"""What the script tests share: checks that are counted, a folder that goes, an environment that is nobody's."""
import atexit, os, shutil, sys, tempfile

MOST_TOLD = 40
passed, failed = 0, 0


def check(ok, what):
    """Whether it is so; if not, it is told and the test goes on."""
    global passed, failed
    passed, failed = passed + bool(ok), failed + (not ok)
    if not ok and failed <= MOST_TOLD:
        print("failed: " + what, flush=True)
    return ok


def finish():
    print("%d passed, %d failed" % (passed, failed))
    sys.exit(failed > 0)


def folder(name, parent=None):
    """An empty one, until the test ends however it ends."""
    path, mine = tempfile.mkdtemp(prefix="spoor-%s-" % name, dir=parent), os.getpid()
    atexit.register(lambda: os.getpid() == mine and shutil.rmtree(path, ignore_errors=True))  # not of a child that was forked
    return path


def environment(home, **more):
    """This one's without what changes what spoor does."""
    prefixes = ("SPOOR_", "XDG_", "LESS", "LC_")
    names = ("EDITOR", "LANG", "NO_COLOR", "PAGER", "STY", "TMUX", "TZ", "VISUAL")
    env = {k: v for k, v in os.environ.items() if not k.startswith(prefixes) and k not in names}
    return env | {"HOME": home, "LC_ALL": "C.UTF-8"} | more
