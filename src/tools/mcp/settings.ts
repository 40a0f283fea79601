import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Config } from '../../config/schema/config.ts'
import { Problem } from '../../core/problem.ts'
import { parseEnvFile } from './env-file.ts'
import type { HttpPlan, ServerPlan } from './ports.ts'

/** `tools.mcp` of the configuration. */
export type McpSettings = Config['tools']['mcp']
export type McpServerSettings = McpSettings['servers'][string]

/** What a program that is started needs of our own environment; nothing else of it is handed on. */
export interface Surroundings {
  readonly path: string
  /** The user's home folder. */
  readonly home: string
  /** Where programs start. */
  readonly folder: string
}

/** Whether the tools of a server are hidden until they are searched for. */
export function isDeferred(discoveryEnabled: boolean, serverDeferred: boolean | undefined): boolean {
  return discoveryEnabled && (serverDeferred ?? true)
}

/** How a server is reached. A Problem when its settings do not say, or its env_file cannot be read. */
export async function planOf(name: string, settings: McpServerSettings, around: Surroundings): Promise<ServerPlan> {
  const { command = '', url = '' } = settings
  const at = `tools.mcp.servers.${name}`
  const type = kindOf(settings, at)
  if (type !== 'stdio') {
    if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
      throw new Problem(`The MCP server ${name} has no http address.`, { at, mend: 'Give it a url.' })
    return { name, by: { type, url, headers: settings.headers } }
  }
  if (command.trim() === '')
    throw new Problem(`The MCP server ${name} has no program to start.`, { at, mend: 'Give it a command.' })
  const file = settings.env_file ? await envFile(settings.env_file, at) : {}
  return {
    name,
    by: {
      type,
      command: expanded(command, around.home),
      args: settings.args.map((argument) => expanded(argument, around.home)),
      environment: { PATH: around.path, HOME: around.home, ...file, ...settings.env },
      folder: around.folder,
    },
  }
}

/** Every word for a transport, and what is meant by it. */
const kinds: Readonly<Record<string, HttpPlan['type'] | 'stdio'>> = {
  stdio: 'stdio',
  sse: 'sse',
  http: 'http',
  'streamable-http': 'http',
  streamable_http: 'http',
  streamablehttp: 'http',
}

function kindOf({ type = '', url = '' }: McpServerSettings, at: string): HttpPlan['type'] | 'stdio' {
  const word = type.trim().toLowerCase()
  const known = kinds[word]
  if (known !== undefined) return known
  if (word === '') return url === '' ? 'stdio' : 'auto'
  throw new Problem(`"${type}" is no kind of MCP server.`, {
    at: `${at}.type`,
    mend: `There are: ${Object.keys(kinds).slice(0, 4).join(', ')}.`,
  })
}

async function envFile(path: string, at: string): Promise<Readonly<Record<string, string>>> {
  const text = await readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw new Problem(`${path} could not be read (${cause.code}).`, {
      at: `${at}.env_file`,
      mend: 'Correct the path.',
      cause,
    })
  })
  return parseEnvFile(text, path)
}

const expanded = (text: string, home: string) => (/^~[/\\]/.test(text) ? join(home, text.slice(2)) : text)

/** What a plan holds that must not be seen: variables and headers whose names say so, and passwords in its address. */
export function secretsOf({ by }: ServerPlan): readonly string[] {
  const named = Object.entries(by.type === 'stdio' ? by.environment : by.headers)
  const secrets = named.filter(([name]) => isTelling(name)).map(([, value]) => value)
  if (by.type !== 'stdio') {
    const { password, searchParams } = new URL(by.url)
    secrets.push(password, ...[...searchParams].filter(([name]) => isTelling(name)).map(([, value]) => value))
  }
  return secrets
    .flatMap((secret) => [secret, secret.replace(/^(?:Bearer|Basic)\s+/i, '')])
    .filter((secret) => secret !== '')
}

/** An address without its password and without what its query says under telling names. */
export function maskedUrl(text: string): string {
  if (!URL.canParse(text)) return text
  const url = new URL(text)
  if (url.password !== '') url.password = 'REDACTED'
  for (const name of url.searchParams.keys()) if (isTelling(name)) url.searchParams.set(name, 'REDACTED')
  return url.href
}

/** Whether the value of such a name must not be seen. */
export function isTelling(name: string): boolean {
  return /key|token|secret|pass|auth|cookie|credential|(?:^|_)pat$/i.test(name)
}
