import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { setValue, unsetValue } from '../config/edit.ts'
import { environment } from '../config/environment.ts'
import { type Loaded, loadConfig } from '../config/load.ts'
import { changeConfig } from '../config/save.ts'
import type { JsonObject } from '../core/json.ts'
import { silent } from '../core/log.ts'
import { exitCodes, Problem } from '../core/problem.ts'
import { systemClock } from '../kit/clock.ts'
import { nearest } from '../kit/nearest.ts'
import { network } from '../kit/network.ts'
import { mask, type Redactor } from '../kit/redact.ts'
import { openStore } from '../store/open.ts'
import type { McpServers } from '../tools/mcp/index.ts'
import type { McpStatus } from '../tools/mcp/server.ts'
import { type ChangedTool, pinsIn } from '../tools/mcp/pins.ts'
import { isTelling, type McpServerSettings, type McpSettings, maskedUrl } from '../tools/mcp/settings.ts'
import { learnSecrets, learnVariables } from './known-secrets.ts'
import { version } from './version.ts'

/** One row of `mcp list`; no value of it is a secret. */
export interface McpRow {
  readonly name: string
  readonly enabled: boolean
  /** `stdio`, `http`, `sse`, or `auto` for an address that is tried in both ways. */
  readonly type: string
  /** The command line or the address. */
  readonly where: string
  readonly deferred: boolean
  readonly trusted: boolean
  readonly env: Readonly<Record<string, string>>
  readonly envFile?: string
  readonly headers: Readonly<Record<string, string>>
  /** What it says now, where it was asked. */
  readonly status?: McpStatus
}

export interface Asking {
  /** Milliseconds that each server has to answer. */
  readonly timeoutMs: number
  readonly redact: Redactor
}

/** Writes a server into the configuration and switches MCP on. One that is there is replaced only by `force`. */
export async function addMcpServer(name: string, server: JsonObject, force: boolean): Promise<void> {
  const { mcp } = (await loadConfig(environment())).config.tools
  if (!/^[\w.-]{1,64}$/.test(name))
    throw new Problem(`"${name}" cannot be the name of a server.`, {
      mend: 'Use letters, digits, dots, dashes and underscores.',
      exitCode: exitCodes.usage,
    })
  const replaced = Object.hasOwn(mcp.servers, name)
  if (replaced && !force)
    throw new Problem(`There is an MCP server ${name} already.`, { mend: 'Add -f to replace it.' })
  await edit((text) => {
    const added = setValue(text, keyOf(name), server)
    return mcp.enabled ? added : setValue(added, 'tools.mcp.enabled', true)
  })
  if (replaced) await forget(name)
}

/** Takes a server out of the configuration, and forgets its tools. */
export async function removeMcpServer(name: string): Promise<void> {
  const { mcp } = (await loadConfig(environment())).config.tools
  named(mcp, name)
  await edit((text) => unsetValue(text, keyOf(name)))
  await forget(name)
}

/** The servers of the configuration, or one of them. With `ask` the enabled ones, or that one, are connected to and say what they have. */
export async function mcpRows(
  asking: Asking,
  { name, ask = false }: { readonly name?: string; readonly ask?: boolean } = {},
): Promise<readonly McpRow[]> {
  const { mcp } = (await learn(asking.redact)).config.tools
  if (name !== undefined) named(mcp, name)
  const all = Object.entries(mcp.servers).filter(([one]) => name === undefined || one === name)
  const asked = all.flatMap(([one, { enabled }]) => (enabled || name !== undefined ? [one] : []))
  const states = ask && asked.length > 0 ? await withServers(asking, asked, async (servers) => servers.status()) : []
  const rows = all.map(([one, server]): McpRow => {
    const status = states.find((state) => state.name === one)
    return { ...rowOf(one, server, mcp), ...(status && { status }) }
  })
  return asking.redact.value(rows)
}

/** Takes the tools of a server as they are now. Resolves to those that had changed. */
export async function approveMcpServer(name: string, asking: Asking): Promise<readonly ChangedTool[]> {
  named((await learn(asking.redact)).config.tools.mcp, name)
  return asking.redact.value(await withServers(asking, [name], (servers) => servers.approve(name)))
}

const edit = (change: (text: string) => string) => changeConfig(environment(), change, { clock: systemClock })
const keyOf = (name: string) => `tools.mcp.servers["${name}"]`
const storeIn = (home: string) => openStore(join(home, 'picoclaw.db'), { clock: systemClock, log: silent })

async function learn(redact: Redactor): Promise<Loaded> {
  const given = environment()
  learnVariables(redact, given.vars)
  const loaded = await loadConfig(given)
  learnSecrets(redact, loaded)
  return loaded
}

async function forget(name: string): Promise<void> {
  const { home } = environment()
  if (!existsSync(join(home, 'picoclaw.db'))) return
  const store = storeIn(home)
  try {
    await pinsIn(store.notes).forget(name)
  } finally {
    await store.close()
  }
}

function named({ servers }: McpSettings, name: string): McpServerSettings {
  const server = Object.hasOwn(servers, name) ? servers[name] : undefined
  if (server) return server
  const close = nearest(name, Object.keys(servers))
  throw new Problem(`There is no MCP server "${name}".`, {
    mend: close ? `Did you mean "${close}"?` : 'See "picoclaw mcp list".',
  })
}

/** Connects to servers, whether they are enabled or not, for as long as `work` lasts. */
async function withServers<T>(
  { timeoutMs, redact }: Asking,
  names: readonly string[],
  work: (servers: McpServers) => Promise<T>,
): Promise<T> {
  const { config, environment: given } = await learn(redact)
  const { vars, userHome, home } = given
  const { mcp } = config.tools
  const { workspace = home } = config.agents.defaults
  const outside = network({
    http: vars['http_proxy'] ?? vars['HTTP_PROXY'],
    https: vars['https_proxy'] ?? vars['HTTPS_PROXY'],
    none: vars['no_proxy'] ?? vars['NO_PROXY'],
  })
  const store = storeIn(home)
  const { notes } = store
  const chosen = names.map((name): [string, McpServerSettings] => [name, { ...named(mcp, name), enabled: true }])
  const { mcpServers } = await import('../tools/mcp/index.ts')
  const servers = mcpServers({
    settings: { ...mcp, enabled: true, servers: Object.fromEntries(chosen) },
    around: { path: vars['PATH'] ?? '', home: userHome, folder: existsSync(workspace) ? workspace : userHome },
    clock: systemClock,
    log: silent,
    notes: { ...notes, put: (name, value) => notes.put(name, redact.value(value)) },
    fetch: outside.fetch(),
    version,
    patience: { connectMs: timeoutMs },
    learn: redact.add,
  })
  try {
    await servers.settled()
    return await work(servers)
  } finally {
    await servers.close()
    await Promise.all([store.close(), outside.close()])
  }
}

function rowOf(name: string, server: McpServerSettings, mcp: McpSettings): McpRow {
  const { command = '', args, url = '', env_file: envFile } = server
  return {
    name,
    enabled: server.enabled && mcp.enabled,
    type: server.type || (url === '' ? 'stdio' : 'auto'),
    where: url === '' ? [command, ...maskedArguments(args)].join(' ') : maskedUrl(url),
    deferred: mcp.discovery.enabled && (server.deferred ?? true),
    trusted: server.trusted,
    env: masked(server.env),
    headers: masked(server.headers),
    ...(envFile && { envFile }),
  }
}

const masked = (values: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, isTelling(name) ? mask : value]))

/** `--api-key VALUE` and `--api-key=VALUE` without the value. */
function maskedArguments(args: readonly string[]): readonly string[] {
  return args.map((argument, index) => {
    const [flag = '', value] = argument.split(/=(.*)/s)
    if (value !== undefined) return isTelling(flag) ? `${flag}=${mask}` : argument
    const before = args[index - 1] ?? ''
    return before.startsWith('-') && !before.includes('=') && isTelling(before) && !argument.startsWith('-')
      ? mask
      : argument
  })
}
