import type { JsonObject } from '../core/json.ts'
import { exitCodes, Problem } from '../core/problem.ts'
import { parse } from './options.ts'

/** What `mcp add` was told. */
export interface McpAddition {
  readonly name: string
  /** As it goes into the configuration. */
  readonly server: JsonObject
  readonly force: boolean
  readonly json: boolean
}

const withValue: ReadonlySet<string> = new Set(['-e', '--env', '--env-file', '-H', '--header', '-t', '--transport'])

/** Our own options end where the server's command begins: what follows it is the command's. */
export function readMcpAddition(args: readonly string[]): McpAddition {
  const { own, command } = divided(args)
  const { values, positionals } = parse(
    own,
    {
      env: { type: 'string', short: 'e', multiple: true },
      'env-file': { type: 'string' },
      header: { type: 'string', short: 'H', multiple: true },
      transport: { type: 'string', short: 't' },
      force: { type: 'boolean', short: 'f' },
      deferred: { type: 'boolean' },
      'no-deferred': { type: 'boolean' },
      trusted: { type: 'boolean' },
      json: { type: 'boolean' },
    },
    true,
  )
  const [name] = positionals
  const [first, ...rest] = command
  if (name === undefined || first === undefined)
    throw usage(
      'mcp add takes a name and a command or an address.',
      'For example: picoclaw mcp add files -- npx -y @modelcontextprotocol/server-filesystem ~/notes',
    )
  const isUrl = /^https?:\/\//i.test(first)
  const type = typeOf(values.transport, isUrl)
  const hidden = values['no-deferred'] ? false : values.deferred
  const server: JsonObject = {
    enabled: true,
    ...(type !== undefined && { type }),
    ...(isUrl ? addressOf(first, rest, values) : programOf(first, rest, values)),
    ...(hidden !== undefined && { deferred: hidden }),
    ...(values.trusted && { trusted: true }),
  }
  return { name, server, force: values.force ?? false, json: values.json ?? false }
}

interface Given {
  readonly env?: readonly string[]
  readonly 'env-file'?: string
  readonly header?: readonly string[]
}

function addressOf(url: string, rest: readonly string[], given: Given): JsonObject {
  if (given.env || given['env-file'] !== undefined)
    throw usage('-e and --env-file are for programs, not for addresses.', 'Give an address its secrets as -H.')
  if (rest.length > 0) throw usage('An address takes no arguments.', 'See "picoclaw help mcp".')
  const headers = pairs(given.header, /^([^:\s]+):\s*(.*)$/s, '-H takes "Name: value".')
  return { url, ...(headers && { headers }) }
}

function programOf(command: string, args: readonly string[], given: Given): JsonObject {
  if (given.header)
    throw usage('-H is for addresses, not for programs.', 'Give a program its secrets as -e or --env-file.')
  const env = pairs(given.env, /^([^=\s]+)=(.*)$/s, '-e takes NAME=value.')
  const file = given['env-file']
  return {
    command,
    ...(args.length > 0 && { args }),
    ...(env && { env }),
    ...(file !== undefined && { env_file: file }),
  }
}

/** Our options with the name, and the command of the server. */
function divided(args: readonly string[]): { readonly own: readonly string[]; readonly command: readonly string[] } {
  let named = false
  for (let index = 0; index < args.length; index += 1) {
    const word = args[index] ?? ''
    if (word === '--') return { own: args.slice(0, index), command: args.slice(index + 1) }
    if (withValue.has(word)) index += 1
    else if (!word.startsWith('-')) {
      if (named) return { own: args.slice(0, index), command: args.slice(index) }
      named = true
    }
  }
  return { own: args, command: [] }
}

function typeOf(word: string | undefined, isUrl: boolean): string | undefined {
  const type = word === 'streamable-http' ? 'http' : word
  // Without a word an address is tried in both ways.
  if (type === undefined) return isUrl ? undefined : 'stdio'
  if (!['stdio', 'http', 'sse'].includes(type))
    throw usage(`"${type}" is no transport.`, 'There are: stdio, http, streamable-http, sse.')
  if ((type === 'stdio') === isUrl)
    throw usage(
      isUrl ? 'stdio takes a command, not an address.' : `${type} takes an address, not a command.`,
      'See "picoclaw help mcp".',
    )
  return type
}

function pairs(
  given: readonly string[] | undefined,
  form: RegExp,
  what: string,
): Readonly<Record<string, string>> | undefined {
  if (given === undefined) return undefined
  return Object.fromEntries(
    given.map((text): [string, string] => {
      const [, name, value] = form.exec(text) ?? []
      // The text itself is not told: it may hold a secret.
      if (name === undefined || value === undefined) throw usage(what, 'See "picoclaw help mcp".')
      return [name, value]
    }),
  )
}

const usage = (what: string, mend: string) => new Problem(what, { mend, exitCode: exitCodes.usage })

/** `5s`, `500ms`, `1m` or seconds, in milliseconds. */
export function readDuration(text: string): number {
  const [, number = '', unit = 's'] = /^(\d+(?:\.\d+)?)(ms|s|m)?$/.exec(text.trim()) ?? []
  const ms = Number(number) * { ms: 1, s: 1000, m: 60_000 }[unit as 'ms' | 's' | 'm']
  if (number !== '' && ms > 0) return ms
  throw usage(`"${text}" is no time.`, 'Write it like 5s, 500ms or 1m.')
}
