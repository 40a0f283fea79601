import { checkConfig, configPath, explainKey, migrateFile, setKey, unsetKey } from '../../app/config.ts'
import type { Json } from '../../core/json.ts'
import { exitCodes, Problem } from '../../core/problem.ts'
import type { Command } from '../command.ts'
import type { Io } from '../io.ts'
import { parse } from '../options.ts'
import { unknownWord } from '../subcommand.ts'

const command: Command = {
  usage: `Usage: picoclaw config path | check [--json]
       picoclaw config get KEY [--json]
       picoclaw config set KEY VALUE [--json]
       picoclaw config unset KEY [--json]
       picoclaw config explain KEY [--json]
       picoclaw config migrate [--dry-run] [--json]

path      prints where the configuration file is, whether it exists or not
check     reads it and tells every warning and error with its place; exit code 0 when it can be used, 4 when not
get       prints a value, secrets blotted out
set       changes that value and no other byte; VALUE is JSON, or text where it is none; the last ten versions are kept beside the file
unset     takes it out, so that the default counts again
explain   prints the value, where it came from, the default, what it means and which variable sets it
migrate   writes a file of an older layout in the present one; comments are not carried over, the old file is kept beside it

KEY is a dotted path: agents.defaults.model_name, model_list[0].rpm, model_list.main.api_base
`,
  async run(args, io) {
    const { values, positionals } = parse(args, { json: { type: 'boolean' }, 'dry-run': { type: 'boolean' } }, true)
    const [word = '', ...rest] = positionals
    if (word === 'migrate') return migrate(values['dry-run'] ?? false, io, values.json ?? false)
    const action = actions[word]
    if (action) return action(rest, io, values.json ?? false)
    throw unknownWord('config', word, [...Object.keys(actions), 'migrate'])
  },
}
export default command

type Action = (args: readonly string[], io: Io, json: boolean) => Promise<number>

const actions: Readonly<Record<string, Action>> = {
  async path(_, io, json) {
    const path = configPath()
    io.stdout.write(json ? `${JSON.stringify({ path })}\n` : `${path}\n`)
    return exitCodes.ok
  },
  async check(_, io, json) {
    const { path, exists, warnings } = await checkConfig(io.redactor)
    if (json) io.stdout.write(`${JSON.stringify({ ok: true, path, exists, warnings })}\n`)
    else {
      for (const { at, text, mend } of warnings)
        io.stdout.write(`${[`${at}: ${text}`, mend].filter(Boolean).join(' ')}\n`)
      io.stdout.write(exists ? `${path} can be used.\n` : `${path} does not exist; defaults are used.\n`)
    }
    return exitCodes.ok
  },
  async get(args, io, json) {
    const { path, value } = await explainKey(theKey(args), io.redactor)
    io.stdout.write(json ? `${JSON.stringify({ path, value: value ?? null })}\n` : `${shown(value)}\n`)
    return exitCodes.ok
  },
  async set([key, text, ...more], io, json) {
    if (key === undefined || text === undefined || more.length > 0)
      throw new Problem('config set takes a key and a value.', {
        mend: 'Put a value with spaces into quotes. For example: picoclaw config set heartbeat.interval 60',
        exitCode: exitCodes.usage,
      })
    const { path, value, source } = await setKey(key, read(text), io.redactor)
    io.stdout.write(
      json
        ? `${JSON.stringify({ ok: true, path, value: value ?? null, source })}\n`
        : `${path} is now ${shown(value)} (${source}).\n`,
    )
    return exitCodes.ok
  },
  async unset(args, io, json) {
    const { path, value, source } = await unsetKey(theKey(args), io.redactor)
    io.stdout.write(
      json
        ? `${JSON.stringify({ ok: true, path, value: value ?? null, source })}\n`
        : `${path} is now ${shown(value)} (${source}).\n`,
    )
    return exitCodes.ok
  },
  async explain(args, io, json) {
    const explained = await explainKey(theKey(args), io.redactor)
    if (json) io.stdout.write(`${JSON.stringify({ ...explained, value: explained.value ?? null })}\n`)
    else
      io.stdout.write(`${explained.path} = ${shown(explained.value)}
  from      ${explained.source}
  default   ${shown(explained.fallback)}
  meaning   ${explained.meaning}
${explained.variables.length > 0 ? `  variable  ${explained.variables.join(', ')}\n` : ''}`)
    return exitCodes.ok
  },
}

async function migrate(dry: boolean, io: Io, json: boolean): Promise<number> {
  const text = await migrateFile(dry, io.redactor)
  if (json)
    io.stdout.write(
      `${JSON.stringify({ ok: true, changed: text !== undefined && !dry, ...(dry && { text: text ?? null }) })}\n`,
    )
  else if (text === undefined) io.stdout.write('The configuration is in the present layout already.\n')
  else io.stdout.write(dry ? text : 'The configuration is now in the present layout. The old file is kept beside it.\n')
  return exitCodes.ok
}

function theKey([key, ...more]: readonly string[]): string {
  if (key !== undefined && more.length === 0) return key
  throw new Problem('This takes one key.', {
    mend: 'For example: agents.defaults.model_name',
    exitCode: exitCodes.usage,
  })
}

/** JSON where it is JSON, text where it is not: `60`, `true` and `["a"]` are values, `main` is text. */
function read(text: string): Json {
  try {
    return JSON.parse(text) as Json
  } catch {
    return text
  }
}

const shown = (value: Json | undefined) =>
  value === undefined ? '(unset)' : typeof value === 'string' ? value : JSON.stringify(value)
