import type { Log } from '../../core/log.ts'
import type { ChatRef } from '../../core/place.ts'
import type { Assistant } from '../desk/desk.ts'

/** What it takes to tell an owner something. */
export interface OwnerParts {
  readonly admission: Pick<Assistant['admission'], 'ownerChats'>
  readonly road: Pick<Assistant['road'], 'reaches' | 'send'>
}

/** Direct chats of owners: those that can be reached now first, then where one was last seen. */
export async function ownerChats({ admission, road }: OwnerParts): Promise<readonly ChatRef[]> {
  const chats = await admission.ownerChats()
  return chats.toSorted((one, other) => Number(road.reaches(other)) - Number(road.reaches(one)))
}

/**
 * Writes to an owner, where one can be reached now; while none can, the words wait for the chat where one was heard last. What has a key is
 * told once. Never rejects: what cannot be told stands in the log alone.
 */
export async function tellOwner(
  { log, ...desk }: OwnerParts & { readonly log: Log },
  text: string,
  key?: string,
): Promise<void> {
  try {
    const [to] = await ownerChats(desk)
    if (!to) return
    await desk.road.send(to.channel, 'owner', { to, text, repeatable: true, ...(key !== undefined && { key }) })
  } catch (error) {
    log.error(`No owner could be told: ${String(error)}`)
  }
}
