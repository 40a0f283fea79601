import type { Config } from '../../config/schema/config.ts'
import type { Clock } from '../../core/clock.ts'
import { Problem } from '../../core/problem.ts'
import { nearest } from '../../kit/nearest.ts'
import { clawhubRegistry } from './clawhub.ts'
import { githubRegistry } from './github.ts'
import type { SkillRegistry } from './ports.ts'

/** `tools.skills` of the configuration. */
export type SkillSettings = Config['tools']['skills']
type Row = SkillSettings['registries'][string]

interface Around {
  readonly clock: Clock
  /** The proxy of the environment for an address, if there is one. */
  proxy?(url: string): string | undefined
}
interface Kind {
  readonly base: string
  make(name: string, base: string, row: Partial<Row>, around: Around): SkillRegistry
}

const common = (name: string, base: string, row: Partial<Row>, { clock, proxy }: Around) => ({
  name,
  base,
  clock,
  proxy: (url: string) => row.proxy || proxy?.(url),
  timeoutMs: (row.timeout && row.timeout > 0 ? row.timeout : 30) * 1000,
  maxBytes: row.max_response_size && row.max_response_size > 0 ? row.max_response_size : 2 * 1024 * 1024,
  ...(row.auth_token && { token: row.auth_token }),
})

/** Every kind of registry; a name that is none of these means one with the interface of ClawHub. */
const kinds = {
  clawhub: {
    base: 'https://clawhub.ai',
    make: (name, base, row, around) =>
      clawhubRegistry({
        ...common(name, base, row, around),
        maxZip: row.max_zip_size && row.max_zip_size > 0 ? row.max_zip_size : 50 * 1024 * 1024,
        paths: { search: row.search_path, skills: row.skills_path, download: row.download_path },
      }),
  },
  github: {
    base: 'https://github.com',
    make: (name, base, row, around) => githubRegistry(common(name, base, row, around)),
  },
} as const satisfies Record<string, Kind>

/** The registries of the configuration; ClawHub and GitHub are there unless it switches them off. */
export function registriesOf({ registries, github }: SkillSettings, around: Around): readonly SkillRegistry[] {
  const own: Partial<Row> = {
    ...(github.base_url && { base_url: github.base_url }),
    ...(github.token && { auth_token: github.token }),
    ...(github.proxy && { proxy: github.proxy }),
  }
  const rows: Readonly<Record<string, Partial<Row>>> = {
    clawhub: {},
    ...registries,
    // The section of its own is what a person wrote; the row may be no more than the default.
    github: { ...defined(registries['github']), ...own },
  }
  return Object.entries(rows).flatMap(([name, row]) => {
    if (row.enabled === false) return []
    const kind: Kind = name === 'github' ? kinds.github : kinds.clawhub
    const base = row.base_url || (name === 'clawhub' || name === 'github' ? kind.base : '')
    if (!URL.canParse(base))
      throw new Problem(`The skill registry ${name} has no address.`, {
        at: `tools.skills.registries.${name}`,
        mend: 'Give it a base_url.',
      })
    return [kind.make(name, base, row, around)]
  })
}

const defined = (row: Row | undefined): Partial<Row> =>
  Object.fromEntries(Object.entries(row ?? {}).filter(([, value]) => value !== undefined && value !== ''))

/** The registry of a name; without one, GitHub for what looks like a place there, else the first other one. */
export function chooseRegistry(registries: readonly SkillRegistry[], target: string, name?: string): SkillRegistry {
  const onGithub = target.includes('/')
  const found = registries.find((one) =>
    name === undefined ? (one.name === 'github') === onGithub : one.name === name,
  )
  if (found) return found
  const close =
    name === undefined
      ? undefined
      : nearest(
          name,
          registries.map((one) => one.name),
        )
  throw new Problem(
    name === undefined ? `No skill registry is set up for ${target}.` : `There is no skill registry "${name}".`,
    {
      mend: close
        ? `Did you mean "${close}"?`
        : `There are: ${registries.map((one) => one.name).join(', ') || 'none'}.`,
    },
  )
}
