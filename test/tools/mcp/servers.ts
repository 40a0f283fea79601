import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { Json } from '../../../src/core/json.ts'
import { silent } from '../../../src/core/log.ts'
import { systemClock } from '../../../src/kit/clock.ts'
import { type McpOptions, mcpServers, type McpServers } from '../../../src/tools/mcp/index.ts'
import type { McpNotes } from '../../../src/tools/mcp/ports.ts'
import type { McpServerSettings, McpSettings } from '../../../src/tools/mcp/settings.ts'

const packages = join(import.meta.dirname, '..', '..', '..', 'node_modules', '@modelcontextprotocol')
export const everything = join(packages, 'server-everything', 'dist', 'index.js')
export const filesystem = join(packages, 'server-filesystem', 'dist', 'index.js')

/** Settings of a server as the configuration would give them. */
export function server(own: Partial<McpServerSettings>): McpServerSettings {
  return { enabled: true, trusted: false, args: [], env: {}, headers: {}, ...own }
}

export function settingsOf(
  servers: Readonly<Record<string, Partial<McpServerSettings>>>,
  discovery: Partial<McpSettings['discovery']> = {},
): McpSettings {
  return {
    enabled: true,
    discovery: { enabled: false, ttl: 5, max_search_results: 5, use_bm25: true, use_regex: true, ...discovery },
    max_inline_text_chars: 16_384,
    servers: Object.fromEntries(Object.entries(servers).map(([name, own]) => [name, server(own)])),
  }
}

/** Notes in memory. */
export function memoryNotes(): McpNotes & { readonly all: Map<string, Json> } {
  const all = new Map<string, Json>()
  return {
    all,
    get: async (name) => structuredClone(all.get(name)),
    put: async (name, value) => void all.set(name, structuredClone(value)),
    remove: async (name) => void all.delete(name),
  }
}

/** Servers on the machine's own time, closed at the end of the block. */
export function opened(options: Partial<McpOptions> & Pick<McpOptions, 'settings'>): McpServers & AsyncDisposable {
  const servers = mcpServers({
    around: { path: process.env['PATH'] ?? '', home: '/nonexistent', folder: process.cwd() },
    clock: systemClock,
    log: silent,
    notes: memoryNotes(),
    version: '0.0.0',
    ...options,
  })
  return { ...servers, [Symbol.asyncDispose]: () => servers.close() }
}

/** Waits until `holds`; the limit is for a machine under load. */
export async function eventually(holds: () => boolean | Promise<boolean>, what = 'it'): Promise<void> {
  const deadline = performance.now() + 20_000
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`${what} did not happen within 20 seconds.`)
    await pause(10)
  }
}

/** The processes that this one started and that still run, by a word in their command line. */
export async function children(word: string): Promise<readonly number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const found = await Promise.all(
    pids.map(async (pid) => {
      const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
      const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
      return Number(parent) === process.pid && state !== 'Z' && command.includes(word) ? [Number(pid)] : []
    }),
  )
  return found.flat()
}

export interface HttpMcp extends AsyncDisposable {
  readonly port: number
  readonly url: string
  stop(): Promise<void>
}

/** Makes a program listen on loopback only, and say where: the example server would listen everywhere. */
const loopback = `data:text/javascript,${encodeURIComponent(`
import net from 'node:net'
const listen = net.Server.prototype.listen
net.Server.prototype.listen = function (port, done) {
  this.once('listening', () => console.error('AT ' + this.address().port + ' '))
  return listen.call(this, { port: Number(port), host: '127.0.0.1' }, done)
}`)}`

/** The official example server over HTTP, in a process of its own. */
export async function everythingOver(kind: 'streamableHttp' | 'sse', port = 0): Promise<HttpMcp> {
  const child = spawn(process.execPath, ['--import', loopback, everything, kind], {
    env: { PORT: String(port) },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const gone = once(child, 'exit')
  const at = await listening(child)
  const stop = async () => {
    child.kill('SIGKILL')
    await gone
  }
  const path = kind === 'sse' ? 'sse' : 'mcp'
  return { port: at, url: `http://127.0.0.1:${at}/${path}`, stop, [Symbol.asyncDispose]: stop }
}

/** Resolves to the port when it says so. */
function listening(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    let said = ''
    child.stderr?.on('data', (chunk: Buffer) => {
      said += chunk.toString()
      const port = /AT (\d+) /.exec(said)?.[1]
      if (port !== undefined) resolve(Number(port))
    })
    child.once('exit', (code) => reject(new Error(`It ended with ${code}: ${said}`)))
  })
}
