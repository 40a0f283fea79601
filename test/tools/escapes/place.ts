import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { aliveWith } from '../sandbox.ts'

/** Only what gets out can carry this word. */
const canary = 'CANARY-7f3a91'
/** Places of this process so far. */
const made = { count: 0 }
/** Only what lives on has this in its command line: seconds to sleep, another number in each place, whichever process made it. */
const sleeperOf = () => `301.${String(process.pid).padStart(8, '0')}${String((made.count += 1)).padStart(4, '0')}`
/** Where an escape would leave a trace in the system. */
const traceFolders = [
  '/etc',
  '/usr/bin',
  '/usr/local/bin',
  '/root',
  '/home',
  '/var/tmp',
  '/tmp',
  '/dev/shm',
  '/opt',
  '/',
]

/** A workspace, and a world outside that can tell whether something got to it. */
export interface Place extends AsyncDisposable {
  readonly workspace: string
  /** Fills in {outside}, {workspace}, {victim}, {host}, {port}, {socket}, {sleeper}, {trace}. */
  fill(text: string): string
  /** What an escape did, given everything it said. Nothing is the only good answer. */
  damage(said: string): Promise<readonly string[]>
}

export async function makePlace(): Promise<Place> {
  const root = await realpath(await mkdtemp(join(tmpdir(), 'picoclaw-escape-place-')))
  const [workspace, outside] = [join(root, 'workspace'), join(root, 'outside')]
  await mkdir(join(workspace, 'sub', 'deep'), { recursive: true })
  await mkdir(join(outside, 'folder'), { recursive: true })
  await writeFile(join(workspace, 'file.txt'), 'inside\n')
  await writeFile(join(workspace, 'sub', 'file.txt'), 'inside\n')
  await writeFile(join(outside, 'secret.txt'), `${canary}\n`)
  await writeFile(join(outside, 'file.txt'), `${canary}\n`)
  await writeFile(join(outside, 'folder', 'file.txt'), `${canary}\n`)
  await writeFile(join(outside, 'folder', 'secret.txt'), `${canary}\n`)
  await symlink(outside, join(workspace, 'way-out'))
  await symlink(join(outside, 'secret.txt'), join(workspace, 'secret-link'))
  const victim = spawn('sleep', ['299.5'], { env: { SECRET: canary, PATH: process.env['PATH'] }, stdio: 'ignore' })
  let reached = 0
  const onVisit = () => (reached += 1)
  const tcp = await listening(0, onVisit)
  const unix = await listening(join(outside, 'socket'), onVisit)
  const port = portOf(tcp)
  // Of this place alone: other tests run at the same time.
  const trace = `picoclaw-escape-${process.pid}-${port}`
  const traces = traceFolders.map((folder) => join(folder, trace))
  const before = await snapshot(outside)
  const sleeper = sleeperOf()
  let mayLiveOn = false
  const words: Readonly<Record<string, string>> = {
    workspace,
    outside,
    victim: String(victim.pid),
    host: String(process.pid),
    port: String(port),
    socket: join(outside, 'socket'),
    sleeper,
    trace,
  }
  return {
    workspace,
    fill(text) {
      mayLiveOn ||= text.includes('{sleeper}')
      return text.replaceAll(/\{(\w+)\}/g, (whole, word: string) => words[word] ?? whole)
    },
    async damage(said) {
      // A look at every process of the machine, only where one was started.
      const left = mayLiveOn ? await aliveWith(sleeper) : []
      const after = await snapshot(outside)
      const found = [
        ...(said.includes(canary) ? ['a secret was read'] : []),
        ...(after === before ? [] : ['something outside was changed']),
        ...(alive(victim) ? [] : ['a process outside was ended']),
        ...(reached > 0 ? ['a server outside was reached'] : []),
        ...traces.filter((path) => existsSync(path)),
        ...(left.length > 0 ? ['a process lived on'] : []),
      ]
      for (const pid of left) process.kill(pid, 'SIGKILL')
      return found
    },
    async [Symbol.asyncDispose]() {
      victim.kill('SIGKILL')
      tcp.close()
      unix.close()
      await rm(root, { recursive: true, force: true })
    },
  }
}

const alive = ({ exitCode, signalCode }: ChildProcess) => exitCode === null && signalCode === null

async function snapshot(folder: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const lines = entries.map(async (entry) => {
    const path = join(entry.parentPath, entry.name)
    return `${path} ${entry.isFile() ? await readFile(path, 'utf8') : ''}`
  })
  return (await Promise.all(lines)).sort().join('\n')
}

function listening(at: number | string, onVisit: () => void): Promise<Server> {
  const server = createServer((socket) => {
    onVisit()
    socket.on('error', () => undefined)
    socket.end(canary)
  })
  server.unref()
  return new Promise((resolve) =>
    typeof at === 'string'
      ? server.listen(at, () => resolve(server))
      : server.listen(at, '127.0.0.1', () => resolve(server)),
  )
}

function portOf(server: Server): number {
  const address = server.address()
  return typeof address === 'object' && address ? address.port : 0
}
