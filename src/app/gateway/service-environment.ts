import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { parseEnv } from 'node:util'
import { withVariables } from '../../config/env-file.ts'
import { set } from '../../config/environment.ts'
import { writeAtomic } from '../../kit/atomic-file.ts'
import { vendorOf } from '../../models/vendor-lookup.ts'
import { type House, type HouseOptions, openHouse } from '../house.ts'

/** What the configuration takes from the environment of this shell alone: a service would start without it. */
export interface ShellVariables {
  readonly names: readonly string[]
  /** The file beside the configuration that a service reads them from. */
  readonly file: string
}

/** Every service has these. */
const ofAnyService: ReadonlySet<string> = new Set([
  'HOME',
  'LOGNAME',
  'PATH',
  'PICOCLAW_CONFIG',
  'PICOCLAW_HOME',
  'SHELL',
  'USER',
])

/** Looked at without being named in the configuration. */
const proxies = ['http_proxy', 'HTTP_PROXY', 'https_proxy', 'HTTPS_PROXY', 'no_proxy', 'NO_PROXY']

/** Variables that would be missing. With `copy` they are written into the file first, for the owner alone: then none is. */
export async function shellVariables(
  options: Pick<HouseOptions, 'redactor' | 'write'>,
  { copy }: { readonly copy: boolean },
): Promise<ShellVariables> {
  const house = await openHouse({ ...options, debug: false })
  try {
    const { vars, configPath } = house.environment
    const file = join(dirname(configPath), '.env')
    const text = await readFile(file, 'utf8').catch(() => '')
    const given = parseEnv(text)
    const names = [...new Set([...house.current.loaded.variables, ...keysOf(house), ...proxies])].filter(
      (name) => !ofAnyService.has(name) && set(vars[name]) !== undefined && set(given[name]) === undefined,
    )
    if (!copy || names.length === 0) return { names, file }
    const values = Object.fromEntries(names.map((name) => [name, vars[name] ?? '']))
    await writeAtomic(file, withVariables(text, values))
    return { names: [], file }
  } finally {
    await house.close()
  }
}

/** The variables that models take their keys from. */
function keysOf({ current, environment }: House): readonly string[] {
  return current.sources.entries.flatMap(({ vendor, keys }) =>
    (vendorOf(vendor)?.keyEnv ?? []).filter((name) => keys.includes(environment.vars[name]?.trim() ?? '')),
  )
}
