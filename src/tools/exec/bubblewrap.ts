import { existsSync } from 'node:fs'
import { realpath, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '../../core/clock.ts'
import { run } from './run.ts'

export interface Exposed {
  /** Absolute; seen under the same path. */
  readonly path: string
  /** Default false: read-only. */
  readonly writable?: boolean
}

/** What a command may see beside the system. */
export interface Wall {
  /** Writable, under its own path. */
  readonly workspace: string
  /** Where the command starts. */
  readonly cwd: string
  /** True shares the network of the machine, loopback included. */
  readonly network: boolean
  readonly expose: readonly Exposed[]
  /** Files and folders inside what is seen that stay empty: configuration, secrets, stores, words of others. */
  readonly hidden: readonly string[]
  /** Files and folders inside the workspace that the command may only read. One that is missing it may make. */
  readonly readOnly?: readonly string[]
  /** A folder to use as /tmp, kept between commands. Without it every command has an empty one of its own. */
  readonly temporary?: string
  /** The most processes at a time; not kept by the kernel for the superuser. */
  readonly processes: number
}

/** A program that runs others behind a wall. */
export interface Sandbox {
  /** The command line that runs `command` in a shell behind `wall`. */
  wrap(command: string, wall: Wall): Promise<readonly string[]>
}

/** Programs and libraries, and of /etc only what programs need to work. Nothing of it is secret. */
const system = [
  '/usr /bin /sbin /lib /lib32 /lib64 /libx32 /nix/store /run/current-system/sw',
  '/etc/alternatives /etc/ca-certificates /etc/ca-certificates.conf /etc/crypto-policies /etc/debian_version /etc/fonts',
  '/etc/group /etc/host.conf /etc/hosts /etc/java-17-openjdk /etc/java-21-openjdk /etc/ld.so.cache /etc/ld.so.conf',
  '/etc/ld.so.conf.d /etc/locale.alias /etc/locale.conf /etc/localtime /etc/magic /etc/mime.types /etc/nsswitch.conf',
  '/etc/os-release /etc/passwd /etc/pki/ca-trust /etc/pki/tls/certs /etc/pki/tls/cert.pem /etc/protocols',
  '/etc/resolv.conf /etc/services /etc/shells /etc/ssl/certs /etc/ssl/cert.pem /etc/ssl/openssl.cnf /etc/static',
  '/etc/terminfo /etc/timezone',
].flatMap((line) => line.split(' '))

const isolation = '--unshare-user --unshare-pid --unshare-ipc --unshare-uts --unshare-cgroup-try'.split(' ')
// As process 1, our shell is bubblewrap's own child, which it waits for: where we are process 1 ourselves, nobody else would.
const limits = '--die-with-parent --new-session --as-pid-1 --cap-drop ALL'.split(' ')
const ownSystem = '--proc /proc --dev /dev'.split(' ')
/** Switches of the kernel itself. They ask who the user is, not what rights are left, so for root the wall must keep them shut. */
const kernel = 'sys sysrq-trigger acpi asound driver dynamic_debug fs irq bus mtrr pressure scsi'
  .split(' ')
  .map((name) => `/proc/${name}`)
/** What newer versions know and older ones refuse. */
const newer = ['--disable-userns']

/** Bubblewrap at `program`. `extra` are flags that this version knows. */
function bubblewrap(program: string, extra: readonly string[] = newer): Sandbox {
  return {
    async wrap(command, wall) {
      const shell = `ulimit -c 0; ulimit -u ${wall.processes} 2>/dev/null; /bin/sh -c "$1"; exit $?`
      const covers = (await Promise.all(wall.hidden.map(cover))).flat()
      const mounts = [
        { path: wall.workspace, flags: ['--bind', wall.workspace, wall.workspace] },
        ...wall.expose.map(({ path, writable }) => ({
          path,
          flags: [writable ? '--bind-try' : '--ro-bind-try', path, path],
        })),
        ...(wall.readOnly ?? []).map((path) => ({ path, flags: ['--ro-bind-try', path, path] })),
        ...covers,
      ]
      return [
        program,
        ...isolation,
        ...(wall.network ? [] : ['--unshare-net']),
        ...limits,
        ...extra,
        ...ownSystem,
        ...(wall.temporary === undefined ? ['--tmpfs', '/tmp'] : ['--bind', wall.temporary, '/tmp']),
        ...[...kernel, ...system].flatMap((path) => ['--ro-bind-try', path, path]),
        // A folder before what lies in it: the later mount is the one that is seen.
        ...mounts.toSorted((left, right) => left.path.length - right.path.length).flatMap(({ flags }) => flags),
        // Last, for the mounts within a folder need a place in it. What a command believes to have written would be lost.
        ...covers.filter(({ folder }) => folder).flatMap(({ path }) => ['--remount-ro', path]),
        '--chdir',
        wall.cwd,
        '--',
        '/bin/sh',
        '-c',
        shell,
        'sh',
        command,
      ]
    },
  }
}

interface Cover {
  readonly path: string
  readonly folder: boolean
  readonly flags: readonly string[]
}

/** Puts nothing in the place of a file or folder. */
async function cover(hidden: string): Promise<readonly Cover[]> {
  const path = await realpath(hidden).catch(() => undefined)
  if (path === undefined) return []
  const folder = (await stat(path)).isDirectory()
  return [{ path, folder, flags: folder ? ['--tmpfs', path] : ['--ro-bind', '/dev/null', path] }]
}

/** The sandbox that `sandbox.mode` asks for, looked for once, at the first command. `path` is the PATH to search. */
export function sandboxOf({ mode, path, clock }: SandboxChoice): () => Promise<Sandbox | NoSandbox> {
  let found: Promise<Sandbox | NoSandbox> | undefined
  return () => {
    found ??= mode === 'off' ? Promise.resolve({ missing: 'the sandbox is switched off' }) : findBubblewrap(path, clock)
    return found
  }
}
export interface SandboxChoice {
  readonly mode: 'auto' | 'off'
  readonly path: string
  readonly clock: Clock
}
/** Why commands cannot be kept behind a wall. */
export interface NoSandbox {
  readonly missing: string
}

/** Bubblewrap as this machine has it, or why it cannot be used. */
async function findBubblewrap(path: string, clock: Clock): Promise<Sandbox | NoSandbox> {
  const program = path
    .split(':')
    .map((folder) => join(folder, 'bwrap'))
    .find((file) => file.startsWith('/') && existsSync(file))
  if (program === undefined) return { missing: 'bubblewrap (bwrap) is not installed' }
  let why = ''
  for (const extra of [newer, []]) {
    const sandbox = bubblewrap(program, extra)
    const wall = { workspace: '/usr', cwd: '/', network: false, expose: [], hidden: [], processes: 1000 }
    const { signal } = new AbortController()
    const options = { cwd: '/', environment: {}, clock, signal, timeoutMs: 5000, limit: 2000, contained: true }
    const { code, stderr } = await run(await sandbox.wrap('exit 0', wall), options)
    if (code === 0) return sandbox
    why = stderr.trim().split('\n')[0] ?? ''
  }
  return { missing: `bubblewrap does not work here: ${why || 'it ends at once'}` }
}
