import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { allowListSummary } from '../access/allow-list.ts'
import { readRefusals, type Refusal } from '../access/refusals.ts'
import { defaultWorkspace } from '../config/environment.ts'
import { type House, type HouseOptions, openHouse } from './house.ts'
import { version } from './version.ts'

/** What `status` tells. */
export interface Status {
  readonly version: string
  readonly home: string
  readonly config: { readonly path: string; readonly exists: boolean }
  readonly workspace: { readonly path: string; readonly exists: boolean }
  readonly model: { readonly name: string; readonly fallbacks: readonly string[] }
  readonly models: { readonly count: number; readonly from: readonly string[] }
  readonly channels: readonly {
    readonly name: string
    readonly kind: string
    /** Who may write, in words. */
    readonly open: string
  }[]
  /** Who was turned away of late, and what would let them in. */
  readonly refused: readonly Refusal[]
  readonly warnings: readonly { readonly at?: string; readonly text: string; readonly mend?: string }[]
}

/** What is configured, what would answer, and what needs attention. */
export async function status(options: Pick<HouseOptions, 'redactor'>): Promise<Status> {
  const house = await openHouse({ ...options, write: () => undefined, debug: false })
  try {
    const {
      environment,
      current: { loaded, sources, registry },
    } = house
    const path = environment.configPath
    const workspace = loaded.config.agents.defaults.workspace ?? defaultWorkspace(environment)
    const problems = [...sources.broken.values(), ...registry.problems(sources.fallbacks)]
    return {
      version,
      home: environment.home,
      config: { path, exists: existsSync(path) },
      workspace: { path: workspace, exists: existsSync(workspace) },
      model: { name: sources.defaultModel, fallbacks: sources.fallbacks },
      models: { count: sources.entries.length, from: [...new Set(sources.entries.map((entry) => entry.source))] },
      channels: channelsOf(house),
      refused: existsSync(join(environment.home, 'picoclaw.db')) ? await readRefusals(house.store.notes) : [],
      warnings: [
        ...loaded.warnings,
        ...problems.map(({ message, detail }) => ({
          text: message,
          ...(detail.at !== undefined && { at: detail.at }),
          ...(detail.mend !== undefined && { mend: detail.mend }),
        })),
      ],
    }
  } finally {
    await house.close()
  }
}

function channelsOf({ current }: House): Status['channels'] {
  return Object.entries(current.loaded.config.channel_list)
    .filter(([, { enabled }]) => enabled)
    .map(([name, { type, allow_from: allowFrom }]) => {
      const { nobody, everybody } = allowListSummary(allowFrom)
      const open = everybody
        ? 'everybody ("*")'
        : nobody
          ? 'nobody but by pairing'
          : `${allowFrom.length} in allow_from`
      return { name, kind: type, open }
    })
}
