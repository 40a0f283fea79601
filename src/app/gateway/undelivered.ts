import type { Log } from '../../core/log.ts'
import { placeKey } from '../../core/place.ts'
import type { Undelivered } from '../../dispatch/deliver.ts'
import type { Outcome } from '../../schedule/outcome.ts'
import { type OwnerParts, tellOwner } from './owner-chats.ts'

/**
 * A message was not delivered: the job whose words it holds counts as failed. Where the chat is closed to us nobody there can be told, so an
 * owner is, elsewhere, once for each job for as long as the chat is closed.
 */
export async function undelivered(
  { message: { to, job }, state, why, closedSince }: Undelivered,
  house: OwnerParts & { readonly log: Log },
  report: (run: string, outcome: Outcome) => Promise<void>,
): Promise<void> {
  if (!job || state !== 'dead') return
  if (job.run !== undefined) await report(job.run, { ok: false, error: `It could not be delivered: ${why}` })
  if (closedSince === undefined) return
  const chat = `${to.channel} ${to.chat}${to.thread === undefined ? '' : ` (thread ${to.thread})`}`
  const text = `What the job "${job.name}" says does not reach the chat ${chat}: ${why}`
  await tellOwner(house, text, `undelivered:${placeKey(to)}:${closedSince}:${job.name}`)
}
