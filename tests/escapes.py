# ruff: noqa: E501 - a command is read best in one piece
"""Ways out of the sandbox that have been published or are plain, as commands; what a success leaves is seen outside."""

from typing import NamedTuple


class Escape(NamedTuple):
    """One command; `needs` names a program without which it cannot be tried; `backends` those that must stop it."""

    name: str
    command: str
    needs: str = ""
    backends: tuple[str, ...] = ("bwrap", "landlock")


_CONNECT = "python3 - <<'E'\nimport socket, os\n{}\nE"
LEAK = 'echo "$(cat {} 2>/dev/null)" > $ROOT/leak'
_KNOBS = """
for top in ('/proc', '/sys', '/dev'):
    for folder, folders, names in os.walk(top):
        folders[:] = [name for name in folders if not (top == '/proc' and (name.isdecimal() or 'self' in name))]
        for path in (os.path.join(folder, name) for name in names):
            if os.path.islink(path) or path in ('/dev/null', '/dev/zero', '/dev/full', '/dev/random', '/dev/urandom', '/dev/tty', '/dev/ptmx') or path.startswith(('/dev/shm/', '/dev/pts/')):
                continue
            try:
                os.close(os.open(path, os.O_WRONLY | os.O_NONBLOCK))
            except OSError:
                continue
            open(os.environ['ROOT'] + '/leak', 'w').write(os.environ['WORD'] + path)
            raise SystemExit"""
"""Opens for writing, and writes nothing."""
CONTROL = Escape("nothing: what is allowed", "echo proof-58bd07e1 > $ROOT/leak")
"""Seen as a success everywhere, so that it is known that commands ran at all."""
ESCAPES = (
    # files outside
    Escape("a file beside the folder", "echo x > $ROOT/../made"),
    Escape("a file of the home", "echo x >> $HOUSE/.bashrc"),
    Escape("through a link in the folder", "ln -s $HOUSE link; echo x > link/made"),
    Escape("a hard link to a file outside", "ln $OUT/kept hard && echo x > hard"),
    Escape("through /proc/self/root", "echo x > /proc/self/root$OUT/made"),
    Escape("through /proc/1/root", "echo x > /proc/1/root$OUT/made"),
    Escape("through the folder of another process", "for p in /proc/[0-9]*; do echo x > $p/cwd/made-by; done"),
    Escape("with an open folder from before", "for f in /proc/self/fd/*; do echo x > $f/made; done"),
    Escape("rename out of the folder", "echo x > a; mv a $OUT/made"),
    Escape("a system folder", "echo x > /usr/local/bin/droidlite-made; echo x > /etc/droidlite-made"),
    Escape("a timer", "mkdir -p /var/spool/cron/crontabs; echo '* * * * * id' > /var/spool/cron/crontabs/droidlite-made"),
    Escape("the loader's list", "echo /tmp/x.so > /etc/ld.so.preload.droidlite-made"),
    Escape("what /tmp of others holds", "echo x > /tmp/droidlite-made; echo x > /var/tmp/droidlite-made"),
    Escape("another root by the folder it is begun in (CVE-2025-59532)", "cd $OUT && echo x > made"),
    # reading
    Escape("a key in the home", LEAK.format("$HOUSE/.ssh/id_canary")),
    Escape("a key beside a tool that is shown", LEAK.format("$HOUSE/.cargo/credentials.toml")),
    Escape("droidlite's own folder", LEAK.format("$OWN/keys.toml")),
    Escape("the environment of the parent", LEAK.format("/proc/$PPID/environ | tr '\\0' ' '")),
    Escape("every environment", "cat /proc/[0-9]*/environ 2>/dev/null | tr '\\0' '\\n' > $ROOT/leak"),
    Escape("its own first process", "cat /proc/1/environ /proc/1/cmdline 2>/dev/null | tr '\\0' '\\n' > $ROOT/leak"),
    Escape("what others have open", LEAK.format("/proc/$VICTIM/fd/0")),
    # what git and droidlite start
    Escape("git's settings", "echo '[core] fsmonitor = touch made' > .git/config"),
    Escape("git's settings through a link", "ln -s .git g; echo '[core] fsmonitor = x' >> g/config"),
    Escape("a hook", "mkdir -p .git/hooks; printf '#!/bin/sh\\nid' > .git/hooks/post-checkout"),
    Escape("git's folder moved away", "mv .git away && mkdir .git && echo '[core] fsmonitor = x' > .git/config"),
    Escape("git's folder removed", "rm -rf .git; mkdir .git; echo x > .git/config"),
    Escape("a link in place of git's folder", "rm -rf .git; mkdir evil; echo x > evil/config; ln -s evil .git"),
    Escape("git's settings from elsewhere", "echo ../evil > .git/commondir"),
    Escape("git config", "git config core.fsmonitor 'touch made'", needs="git"),
    Escape("settings that were not there (CVE-2026-25725)", "mkdir .droidlite; echo 'autonomy = \"high\"' > .droidlite/config.toml"),
    Escape("a server that was not there", "echo '{}' > .mcp.json"),
    Escape("a skill that was not there", "mkdir -p .agents/skills/x; echo x > .agents/skills/x/SKILL.md"),
    Escape("a script of the check", "echo 'exit 0' > check.sh"),
    Escape("a script of the check, replaced", "echo 'exit 0' > c; chmod +x c; mv -f c check.sh"),
    # the network
    Escape("TCP", "echo x > /dev/tcp/127.0.0.1/$PORT"),
    Escape("TCP over IPv6", "echo x > /dev/tcp/::1/$PORT"),
    Escape("UDP", "echo x > /dev/udp/127.0.0.1/$PORT"),
    Escape("a socket in the file system", _CONNECT.format("s = socket.socket(socket.AF_UNIX); s.connect(os.environ['OUT'] + '/sock'); s.send(b'x')"), needs="python3"),
    Escape("a socket in the folder", _CONNECT.format("s = socket.socket(socket.AF_UNIX); s.connect(os.environ['ROOT'] + '/sock'); s.send(b'x')"), needs="python3"),
    Escape("a datagram to a socket", _CONNECT.format("s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); s.sendto(b'x', os.environ['OUT'] + '/dgram')"), needs="python3"),
    Escape("an abstract socket", _CONNECT.format("s = socket.socket(socket.AF_UNIX); s.connect('\\0droidlite-' + os.environ['PORT']); s.send(b'x')"), needs="python3"),
    Escape("io_uring, past the filter", _CONNECT.format("import ctypes; print(ctypes.CDLL(None).syscall(425, 8, bytes(120)) >= 0 and open(os.environ['ROOT'] + '/leak', 'w').write(os.environ['WORD']))"), needs="python3"),
    Escape("a proxy that is not there (CVE-2025-66479)", "curl -s -m 2 -x http://127.0.0.1:3128 http://127.0.0.1:$PORT/ || http_proxy= curl -s -m 2 http://127.0.0.1:$PORT/", needs="curl"),
    # the kernel
    Escape("a mount over what is read-only", "mount -o remount,rw / ; mount --bind $ROOT $ROOT/.git; echo x > .git/config", needs="mount"),
    Escape("namespaces of its own", "unshare -Urm sh -c 'mount -o remount,rw /; echo x > $OUT/made'", needs="unshare"),
    Escape("the namespaces of the first process", "nsenter -t 1 -a sh -c 'echo x > $OUT/made'", needs="nsenter"),
    Escape("another root", "chroot / sh -c 'echo x > $OUT/made'", needs="chroot"),
    Escape("a device", "mknod disk b 254 0 && head -c 512 disk > leak && cat $WORDFILE > leak", needs="mknod"),
    Escape("the mode of a file outside", "chmod 4777 $OUT/kept $HOUSE/.bashrc"),
    Escape("the terminals of others", "for t in /dev/pts/[0-9]* /dev/tty; do echo x > $t && cat $WORDFILE > leak; done"),
    Escape("a git folder by another name", "printf 'gitdir: %s\\n' $HOUSE/.ssh > .git2; cat $HOUSE/.ssh/id_canary > leak"),
    Escape("the kernel's pattern for cores", "echo '|/bin/touch /tmp/droidlite-made' > /proc/sys/kernel/core_pattern"),
    Escape("a program the kernel loads modules by", "echo /bin/false > /proc/sys/kernel/modprobe"),
    Escape("a format of programs (binfmt_misc)", "echo ':droidlite-made:E::droidlite-made::/bin/true:' > /proc/sys/fs/binfmt_misc/register"),
    Escape("any setting of the kernel's", _CONNECT.format(_KNOBS), needs="python3"),
    Escape("a helper of the kernel's", "echo /bin/true > /sys/kernel/uevent_helper; echo x > /sys/fs/cgroup/release_agent"),
    Escape("a handle of a file (open_by_handle_at)", _CONNECT.format("import ctypes; l = ctypes.CDLL(None, use_errno=True); r = l.syscall(304, 3, bytes(136), 0); open(os.environ['ROOT'] + '/leak', 'w').write(os.environ['WORD'] if ctypes.get_errno() not in (1, 38) else '')"), needs="python3"),
    Escape("the person's keyring", _CONNECT.format("import ctypes; l = ctypes.CDLL(None, use_errno=True); r = l.syscall(250, 0, -4, 1); open(os.environ['ROOT'] + '/leak', 'w').write(os.environ['WORD'] if r >= 0 else '')"), needs="python3"),
    Escape("a signal to somebody else", "kill -9 $VICTIM; kill -9 -1 2>/dev/null & sleep 0.1"),
    Escape("memory of somebody else", _CONNECT.format("import ctypes; l = ctypes.CDLL(None); b = ctypes.create_string_buffer(8); v = (ctypes.c_void_p * 2)(ctypes.addressof(b), 8); r = (ctypes.c_void_p * 2)(int(os.environ['AT']), 8); n = l.process_vm_readv(int(os.environ['VICTIM']), v, 1, r, 1, 0); open(os.environ['ROOT'] + '/leak', 'w').write(os.environ['WORD'] if n > 0 else '')"), needs="python3"),
    Escape("a program that gains rights", "su -c 'echo x > $OUT/made' < /dev/null; sudo -n sh -c 'echo x > $OUT/made'"),
    Escape("more capabilities", "capsh --print 2>/dev/null; grep -q '^CapEff:.0*$' /proc/self/status || cat $WORDFILE > leak"),
    Escape("another machine (vsock)", _CONNECT.format("s = socket.socket(40, socket.SOCK_STREAM); open(os.environ['ROOT'] + '/leak', 'w').write(os.environ['WORD'])"), needs="python3"),
    Escape("raw packets", _CONNECT.format("s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW); open(os.environ['ROOT'] + '/leak', 'w').write(os.environ['WORD'])"), needs="python3"),
    Escape("what outlives the session", "env -i setsid sleep 977.$TOKEN < /dev/null > /dev/null 2>&1 & disown; sleep 0.05"),
)  # fmt: skip
