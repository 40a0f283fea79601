import { join } from 'node:path'
import { importSessions, type SessionsImport } from '../migrate/sessions.ts'
import { agentsOf } from './agents.ts'
import { type HouseOptions, openHouse } from './house.ts'

/** What came over from one folder. */
export interface FolderImport extends SessionsImport {
  readonly folder: string
}

/** Takes conversations of the original over: from `folder`, else from the workspace of each agent. */
export async function migrateSessions(
  options: Pick<HouseOptions, 'redactor' | 'write'>,
  folder?: string,
): Promise<readonly FolderImport[]> {
  const house = await openHouse({ ...options, debug: false })
  try {
    const agents = agentsOf(house.current.loaded.config, house.environment)
    const workspaces = new Set(agents.ids.map((id) => agents.get(id).workspace))
    const folders = folder === undefined ? [...workspaces].map((path) => join(path, 'sessions')) : [folder]
    const results: FolderImport[] = []
    for (const path of folders) results.push({ folder: path, ...(await importSessions(path, house.store)) })
    return results
  } finally {
    await house.close()
  }
}
