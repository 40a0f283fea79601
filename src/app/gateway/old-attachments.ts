import type { Store } from '../../core/store.ts'
import { passes } from '../../kit/passes.ts'
import type { Agents } from '../agents.ts'
import { removeOldFiles } from '../desk/attachment-folder.ts'
import type { House } from '../house.ts'

const minuteMs = 60_000

export interface AttachmentParts extends Pick<House, 'store' | 'clock' | 'log'> {
  settings(): House['current']['loaded']['config']['tools']['media_cleanup']
  agents(): Agents
}

/** Removes attachments that nobody used for `tools.media_cleanup.max_age_minutes`, again and again. Resolves when aborted. */
export async function removeOldAttachments(parts: AttachmentParts, signal: AbortSignal): Promise<void> {
  while (await passes(parts.clock, parts.settings().interval_minutes * minuteMs, signal)) {
    const { enabled, max_age_minutes: minutes } = parts.settings()
    if (enabled) await clean(parts, parts.agents(), minutes)
  }
}

async function clean({ store, clock, log }: AttachmentParts, agents: Agents, minutes: number): Promise<void> {
  const before = clock.now() - minutes * minuteMs
  try {
    let removed = await store.blobs.prune(Math.min(before, await oldestOpen(store)))
    const workspaces = new Set(agents.ids.map((id) => agents.get(id).workspace))
    for (const workspace of workspaces) removed += await removeOldFiles(workspace, before)
    if (removed > 0) log.info(`${removed} old attachments were removed.`)
  } catch (error) {
    log.warn(`Old attachments could not be removed: ${error instanceof Error ? error.message : String(error)}`)
  }
}

/** What waits to be answered or sent may carry files, however long it waits. Epoch milliseconds. */
async function oldestOpen({ inbox, outbox, turns }: Store): Promise<number> {
  const open = await Promise.all([inbox.open(), outbox.open(), turns.list({ state: 'running' })])
  return Math.min(...open.flat().map(({ at }) => at))
}
