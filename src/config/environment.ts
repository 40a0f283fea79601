import { homedir } from 'node:os'
import { join } from 'node:path'

export type Variables = Readonly<Record<string, string | undefined>>

/** The parent's environment as a value. Nothing else in the program reads `process.env`. */
export interface Environment {
  readonly vars: Variables
  /** The user's home folder. */
  readonly userHome: string
  /** Where picoclaw keeps its files: `PICOCLAW_HOME`, else `~/.picoclaw`. */
  readonly home: string
  /** `PICOCLAW_CONFIG`, else `config.json` in the home. */
  readonly configPath: string
}

/** The environment this process was started with; a test passes its own variables. */
export function environment(vars: Variables = process.env): Environment {
  const userHome = set(vars['HOME']) ?? set(vars['USERPROFILE']) ?? homedir()
  const home = expandHome(set(vars['PICOCLAW_HOME']) ?? join(userHome, '.picoclaw'), userHome)
  const configPath = expandHome(set(vars['PICOCLAW_CONFIG']) ?? join(home, 'config.json'), userHome)
  return { vars: { ...vars }, userHome, home, configPath }
}

/** Where the workspace is when the config does not say. */
export function defaultWorkspace(environment: Environment): string {
  return join(environment.home, 'workspace')
}

/** `~` and `~/x` with the user's home folder written out; any other text as it is. */
export function expandHome(path: string, userHome: string): string {
  return path === '~' ? userHome : /^~[/\\]/.test(path) ? join(userHome, path.slice(2)) : path
}

/** A variable that is empty or blank counts as unset. */
export function set(value: string | undefined): string | undefined {
  return value === undefined || value.trim() === '' ? undefined : value
}
