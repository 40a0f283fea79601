import { existsSync } from 'node:fs'
import { defaultWorkspace } from '../config/environment.ts'
import { type HouseOptions, openHouse } from './house.ts'
import { version } from './version.ts'

/** What `status` tells. */
export interface Status {
  readonly version: string
  readonly home: string
  readonly config: { readonly path: string; readonly exists: boolean }
  readonly workspace: { readonly path: string; readonly exists: boolean }
  readonly model: { readonly name: string; readonly fallbacks: readonly string[] }
  readonly models: { readonly count: number; readonly from: readonly string[] }
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
