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

/** Tells an owner; what has a key is told once. */
export async function tellOwner(desk: OwnerParts, text: string, key?: string): Promise<void> {
  const [to] = await ownerChats(desk)
  if (to) await desk.road.send(to.channel, 'owner', { to, text, ...(key !== undefined && { key }) })
}
