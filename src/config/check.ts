import type * as z from 'zod/mini'
import { exitCodes, Problem } from '../core/problem.ts'
import { presentAt } from './accepted.ts'
import { faultOf } from './faults.ts'
import { wrongType } from './fit.ts'
import { configSchema, type Config } from './schema/config.ts'
import { at, isWithin, nearestAt, pathText, plain, type Path, type Table, type Tree } from './tree.ts'
import type { UnknownKey } from './unknown-keys.ts'

/** The config of a tree in the present form; a Problem with the first place that is wrong when there is one. */
export function check(root: Table, unknown: readonly UnknownKey[]): Config {
  // Parsed once a process: compiling a parser first would cost more than it saves.
  const result = configSchema.safeParse(plain(root), { jitless: true })
  if (result.success) return result.data
  throw together(result.error.issues.map((issue) => faultOfIssue(root, issue, unknown)))
}

/** Several Problems as one: the first, with the others named below it. */
export function together(problems: readonly Problem[]): Problem {
  const [first, ...others] = problems
  if (first === undefined) return new Problem('The config cannot be read.', { exitCode: exitCodes.config })
  if (others.length === 0) return first
  const list = others.slice(0, 9).map(({ message, detail }) => `${detail.at ?? ''}: ${message.split('\n')[0] ?? ''}`)
  const rest = others.length > list.length ? [`… and ${others.length - list.length} more`] : []
  return new Problem([first.message, 'Also:', ...list, ...rest].join('\n'), first.detail)
}

function faultOfIssue(root: Table, issue: z.core.$ZodIssue, unknown: readonly UnknownKey[]): Problem {
  const path: Path = issue.path.map((key) => (typeof key === 'number' ? key : String(key)))
  const value = at(root, ...path)
  const known = presentAt(root, path)
  if (value === undefined) return missing(root, path, unknown)
  const name = pathText(path)
  switch (issue.code) {
    case 'too_small':
      return faultOf(value.origin, path, `${name} must be at least ${issue.minimum}.`, 'Write a larger number.')
    case 'too_big':
      return faultOf(value.origin, path, `${name} must be at most ${issue.maximum}.`, 'Write a smaller number.')
    case 'invalid_type':
    case 'invalid_value':
    case 'custom':
      return wrongType(value, known, path)
    default:
      return faultOf(
        value.origin,
        path,
        `${name} cannot be read: ${issue.message}.`,
        'Compare it with config.example.json.',
      )
  }
}

/** A key that must be there. The place is that of the misspelt key when there is one, else of the object it is missing from. */
function missing(root: Table, path: Path, unknown: readonly UnknownKey[]): Problem {
  const key = String(path.at(-1))
  const holder = nearestAt(root, path)
  const within = unknown.filter(({ value }) => isWithin(value.origin, holder.origin))
  const misspelt = within.find(({ meant }) => meant === key) ?? within.find((found) => isMember(found, holder))
  if (misspelt !== undefined) {
    const what = `${pathText(misspelt.path)} is not a key of the config, and ${key} is missing.`
    return faultOf(misspelt.value.origin, misspelt.path, what, `Did you mean ${misspelt.meant ?? key}?`, 'key')
  }
  return faultOf(holder.origin, path, `${pathText(path)} is missing.`, `Add "${key}".`)
}

function isMember({ path }: UnknownKey, holder: Tree): boolean {
  return holder.origin.kind === 'file' && path.length === holder.origin.path.length + 1
}
