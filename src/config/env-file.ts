import { parseEnv } from 'node:util'
import { Problem } from '../core/problem.ts'
import { set, type Environment } from './environment.ts'

export interface EnvFile {
  readonly path: string
  /** The environment with what the file adds; the real environment wins. */
  readonly environment: Environment
  /** The variables that come from the file; undefined when there is no file. */
  readonly names?: ReadonlySet<string>
}

/** What the text of `.env` adds to an environment. */
export function withEnvFile(environment: Environment, path: string, text: string | undefined): EnvFile {
  if (text === undefined) return { path, environment }
  const given = Object.entries(parseEnv(text)).filter(([name]) => set(environment.vars[name]) === undefined)
  const vars = { ...environment.vars, ...Object.fromEntries(given) }
  return { path, environment: { ...environment, vars }, names: new Set(given.map(([name]) => name)) }
}

/** The text of `.env` with variables added at its end. A Problem for a value that such a file cannot hold; it does not tell the value. */
export function withVariables(text: string, values: Readonly<Record<string, string>>): string {
  const lines = Object.entries(values).map(([name, value]) => {
    const spellings = quotes.map((quote) => `${name}=${quote}${value}${quote}`)
    const line = spellings.find((spelling) => parseEnv(spelling)[name] === value)
    if (line === undefined) throw new Problem(`The value of ${name} cannot be written into a file of variables.`)
    return `${line}\n`
  })
  return `${text === '' || text.endsWith('\n') ? text : `${text}\n`}${lines.join('')}`
}

const quotes = ["'", '"', '`'] as const
