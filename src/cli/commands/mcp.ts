import { addMcpServer, approveMcpServer, type McpRow, mcpRows, removeMcpServer } from '../../app/mcp.ts'
import { exitCodes, Problem } from '../../core/problem.ts'
import type { Command } from '../command.ts'
import type { Io } from '../io.ts'
import { readDuration, readMcpAddition } from '../mcp-arguments.ts'
import { parse } from '../options.ts'
import { table } from '../table.ts'
import { subcommand } from '../subcommand.ts'

const command: Command = {
  usage: `Usage: picoclaw mcp [list] [--status] [--timeout 5s] [--json]
       picoclaw mcp add [options] NAME COMMAND|URL [ARGUMENT …]
       picoclaw mcp add [options] NAME -- COMMAND [ARGUMENT …]
       picoclaw mcp remove NAME [--json]
       picoclaw mcp show NAME [--timeout 10s] [--json]
       picoclaw mcp test NAME [--timeout 5s] [--json]
       picoclaw mcp approve NAME [--timeout 10s] [--json]

list      the servers of the configuration, secrets blotted out; --status connects to each that is enabled
add       writes a server into the configuration and switches MCP on
remove    takes it out, and forgets what its tools looked like
show      connects to a server and tells its tools, and which are withheld because they changed
test      connects to a server; exit code 1 when that fails
approve   takes the tools of a server as they are now: those that changed are offered again

Options of add, before the name or the command:
  -e NAME=VALUE        a variable for the program; may be repeated, and VALUE may be \${VARIABLE}, file://NAME or exec://COMMAND
  --env-file FILE      a file with variables for the program
  -H "NAME: VALUE"     a header for the address; may be repeated, VALUE as above
  -t TRANSPORT         stdio, http, streamable-http or sse; default stdio for a command, and what works for an address
  -f                   replace a server of this name
  --deferred           its tools are hidden until searched for (tools.mcp.discovery); --no-deferred: never
  --trusted            its tools are used without a question, also when text from outside is in the turn
  --json               the outcome as JSON
`,
  async run(args, io) {
    const { action, rest } = subcommand('mcp', actions, args)
    return action(rest, io)
  },
}
export default command

type Action = (args: readonly string[], io: Io) => Promise<number>

const actions: Readonly<Record<string, Action>> = {
  async list(args, io) {
    const { values } = parse(args, {
      status: { type: 'boolean' },
      timeout: { type: 'string' },
      json: { type: 'boolean' },
    })
    const ask = values.status ?? false
    const rows = await mcpRows(asking(io, values.timeout ?? '5s'), { ask })
    if (values.json) io.stdout.write(`${JSON.stringify({ servers: rows })}\n`)
    else if (rows.length === 0) io.stdout.write('No MCP servers. Add one: picoclaw mcp add NAME COMMAND|URL\n')
    else {
      const head = ['name', 'type', 'where', 'enabled', ...(ask ? ['tools', 'state'] : [])]
      io.stdout.write(
        table(
          head,
          rows.map((row) => cellsOf(row, ask)),
        ),
      )
    }
    return exitCodes.ok
  },
  async add(args, io) {
    const { name, server, force, json } = readMcpAddition(args)
    await addMcpServer(name, server, force)
    io.stdout.write(
      json ? `${JSON.stringify({ ok: true, name })}\n` : `Added ${name}. Try it: picoclaw mcp test ${name}\n`,
    )
    return exitCodes.ok
  },
  async remove(args, io) {
    const { name, json } = oneName('remove', args)
    await removeMcpServer(name)
    io.stdout.write(json ? `${JSON.stringify({ ok: true, name })}\n` : `Removed ${name}.\n`)
    return exitCodes.ok
  },
  async show(args, io) {
    const { name, json, timeout = '10s' } = oneName('show', args)
    const [row] = await mcpRows(asking(io, timeout), { name, ask: true })
    if (row) io.stdout.write(json ? `${JSON.stringify(row)}\n` : tell(row))
    return exitCodes.ok
  },
  async test(args, io) {
    const { name, json, timeout = '5s' } = oneName('test', args)
    const [row] = await mcpRows(asking(io, timeout), { name, ask: true })
    const { state, why = '', tools = [], withheld = [] } = row?.status ?? {}
    const ok = state === 'up'
    const count = tools.length + withheld.length
    if (json)
      io.stdout.write(`${JSON.stringify({ ok, name, tools: count, withheld: withheld.length, ...(!ok && { why }) })}\n`)
    else
      io.stdout.write(ok ? `✓ ${name} answers: ${counted(count, withheld.length)}.\n` : `✗ ${name}\n  ${short(why)}\n`)
    return ok ? exitCodes.ok : exitCodes.failed
  },
  async approve(args, io) {
    const { name, json, timeout = '10s' } = oneName('approve', args)
    const changed = await approveMcpServer(name, asking(io, timeout))
    if (json) io.stdout.write(`${JSON.stringify({ ok: true, name, changed })}\n`)
    else if (changed.length === 0) io.stdout.write(`No tool of ${name} had changed.\n`)
    else io.stdout.write(`${changed.map(difference).join('')}Approved ${counted(changed.length, 0)} of ${name}.\n`)
    return exitCodes.ok
  },
}

const asking = (io: Io, timeout: string) => ({ timeoutMs: readDuration(timeout), redact: io.redactor })

function oneName(action: string, args: readonly string[]) {
  const { values, positionals } = parse(args, { json: { type: 'boolean' }, timeout: { type: 'string' } }, true)
  const [name, ...more] = positionals
  if (name === undefined || more.length > 0)
    throw new Problem(`mcp ${action} takes a name.`, { mend: 'See "picoclaw mcp list".', exitCode: exitCodes.usage })
  return { name, ...values }
}

function cellsOf(row: McpRow, ask: boolean): readonly string[] {
  const { name, type, where, enabled, status } = row
  const cells = [name, type, where, enabled ? 'yes' : 'no']
  if (!ask) return cells
  if (!status) return [...cells, '–', 'not asked']
  const { tools, withheld, state, why } = status
  return [
    ...cells,
    state === 'up' ? counted(tools.length + withheld.length, withheld.length) : '–',
    why === undefined ? state : short(why),
  ]
}

function counted(tools: number, withheld: number): string {
  return `${tools} ${tools === 1 ? 'tool' : 'tools'}${withheld > 0 ? `, ${withheld} withheld` : ''}`
}

function tell({ name, type, where, enabled, deferred, trusted, env, envFile, headers, status }: McpRow): string {
  const pairs = (values: Readonly<Record<string, string>>, between: string) =>
    Object.entries(values).map(([key, value]) => `${key}${between}${value}`)
  const lines = [
    name,
    `  type      ${type}`,
    `  where     ${where}`,
    `  enabled   ${enabled ? 'yes' : 'no'}`,
    ...Object.entries({ deferred, trusted }).flatMap(([key, on]) => (on ? [`  ${key.padEnd(10)}yes`] : [])),
    ...pairs(env, '=').map((pair) => `  env       ${pair}`),
    ...(envFile === undefined ? [] : [`  env_file  ${envFile}`]),
    ...pairs(headers, ': ').map((pair) => `  header    ${pair}`),
    `  state     ${[status?.state, short(status?.why ?? '')].filter(Boolean).join(': ')}`,
    ...(status?.tools ?? []).map(
      (tool) => `\n  ${short(tool.tool)}${tool.readOnly ? ' (only reads)' : ''}\n    ${short(tool.description)}`,
    ),
  ]
  const withheld = status?.withheld ?? []
  const note =
    withheld.length === 0
      ? ''
      : `\nWithheld, because they describe themselves otherwise than at first:\n${withheld.map(difference).join('')}To take them as they are: picoclaw mcp approve ${name}\n`
  return `${lines.join('\n')}\n${note}`
}

function difference({
  tool,
  before,
  now,
}: {
  readonly tool: string
  readonly before: Facts
  readonly now: Facts
}): string {
  const lines = [
    `  ${short(tool)}`,
    `    before  ${short(before.description)}`,
    `    now     ${short(now.description)}`,
  ]
  if (before.description === now.description)
    lines.splice(1, 2, `    ${short(now.description)}`, '    What it takes has changed.')
  if (before.readOnly !== now.readOnly)
    lines.push(now.readOnly ? '    Now it claims to change nothing.' : '    It no longer claims to change nothing.')
  return `${lines.join('\n')}\n`
}
interface Facts {
  readonly description: string
  readonly readOnly: boolean
}

/** One line without control characters: the text is somebody else's. */
const short = (text: string) =>
  text
    .replaceAll(/[\s\p{Cc}\p{Cf}]+/gu, ' ')
    .trim()
    .slice(0, 300)
