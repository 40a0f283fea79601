import { exitCodes, Problem } from '../core/problem.ts'
import { parse } from './options.ts'

/** What `skills install` was told. */
export interface SkillInstall {
  /** A place on GitHub, or a slug. */
  readonly slug: string
  readonly registry?: string
  readonly version?: string
  readonly force: boolean
  readonly json: boolean
}

/** A Problem when it does not name exactly one skill. */
export function readSkillInstall(args: readonly string[]): SkillInstall {
  const { values, positionals } = parse(
    args,
    {
      registry: { type: 'string', short: 'r' },
      version: { type: 'string' },
      force: { type: 'boolean', short: 'f' },
      json: { type: 'boolean' },
    },
    true,
  )
  const [slug = '', ...more] = positionals
  if (slug.trim() === '' || more.length > 0)
    throw new Problem('skills install takes one skill.', {
      mend: 'For example: picoclaw skills install owner/repo/folder, or: picoclaw skills install --registry clawhub weather',
      exitCode: exitCodes.usage,
    })
  return {
    slug: slug.trim(),
    force: values.force ?? false,
    json: values.json ?? false,
    ...(values.registry && { registry: values.registry }),
    ...(values.version && { version: values.version }),
  }
}
