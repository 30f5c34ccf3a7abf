"""Starts a program (ComfyUI's main.py) so that it can't outlive Recast.

usage: python -s -u launch.py MAIN [ARGUMENT...]

Recast holds the other end of standard input and never writes to it: its end means that Recast is gone, however it went. Then the whole
process group (on Windows: the job object) is ended. On Linux the kernel is asked for the same, for the case that this thread never runs.
"""
import os
import runpy
import signal
import sys
import threading


def end_everything():
    if sys.platform == "win32":
        os._exit(1)  # the job object ends the children when its last handle closes with us
    try:
        os.killpg(0, signal.SIGKILL)
    finally:
        os._exit(1)


def watch(stream):
    try:
        while os.read(stream, 1024):
            pass
    except OSError:
        pass
    end_everything()


def die_with_parent():
    """Linux: SIGKILL when the parent's thread ends. Nothing is lost where the call is missing."""
    import ctypes

    try:
        ctypes.CDLL(None, use_errno=True).prctl(1, signal.SIGKILL)
    except (OSError, AttributeError):
        pass


def enter_job():
    """Windows: a job object that ends all its processes when its last handle closes; children are born into it."""
    import ctypes
    from ctypes import wintypes

    class Basic(ctypes.Structure):
        _fields_ = [
            ("PerProcessUserTimeLimit", ctypes.c_int64),
            ("PerJobUserTimeLimit", ctypes.c_int64),
            ("LimitFlags", wintypes.DWORD),
            ("MinimumWorkingSetSize", ctypes.c_size_t),
            ("MaximumWorkingSetSize", ctypes.c_size_t),
            ("ActiveProcessLimit", wintypes.DWORD),
            ("Affinity", ctypes.c_size_t),
            ("PriorityClass", wintypes.DWORD),
            ("SchedulingClass", wintypes.DWORD),
        ]

    class Extended(ctypes.Structure):
        _fields_ = [
            ("Basic", Basic),
            ("IoInfo", ctypes.c_uint64 * 6),
            ("ProcessMemoryLimit", ctypes.c_size_t),
            ("JobMemoryLimit", ctypes.c_size_t),
            ("PeakProcessMemoryUsed", ctypes.c_size_t),
            ("PeakJobMemoryUsed", ctypes.c_size_t),
        ]

    kernel = ctypes.WinDLL("kernel32", use_last_error=True)
    kernel.CreateJobObjectW.restype = wintypes.HANDLE
    kernel.GetCurrentProcess.restype = wintypes.HANDLE
    job = kernel.CreateJobObjectW(None, None)
    limits = Extended()
    limits.Basic.LimitFlags = 0x2000  # JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE
    kernel.SetInformationJobObject(wintypes.HANDLE(job), 9, ctypes.byref(limits), ctypes.sizeof(limits))
    kernel.AssignProcessToJobObject(wintypes.HANDLE(job), wintypes.HANDLE(kernel.GetCurrentProcess()))
    return job  # stays open for as long as this process lives


def main():
    parent_end = os.dup(0)
    if hasattr(os, "set_inheritable"):
        os.set_inheritable(parent_end, False)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)  # nobody below may read from, or hold, the line to Recast
    os.close(nothing)
    if sys.platform == "linux":
        die_with_parent()
    elif sys.platform == "win32":
        global job
        job = enter_job()
    threading.Thread(target=watch, args=(parent_end,), name="recast-watch", daemon=True).start()
    program = os.path.abspath(sys.argv[1])
    sys.argv = [program, *sys.argv[2:]]
    sys.path[0] = os.path.dirname(program)
    runpy.run_path(program, run_name="__main__")


main()
