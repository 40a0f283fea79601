import { parseEnv } from 'node:util'
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
