import type { ChatRef } from '../../core/place.ts'
import type { Assistant } from '../desk/desk.ts'

/** What it takes to tell an owner something. */
export interface OwnerParts {
  readonly admission: Pick<Assistant['admission'], 'ownerChats'>
  readonly road: Pick<Assistant['road'], 'reaches' | 'send'>
}

/** Where an owner is told something: where they were last seen, if that can be reached now; undefined when no owner was seen yet. */
export async function ownerChat({ admission, road }: OwnerParts): Promise<ChatRef | undefined> {
  const chats = await admission.ownerChats()
  return chats.find((chat) => road.reaches(chat)) ?? chats[0]
}

/** Tells an owner; what has a key is told once. */
export async function tellOwner(desk: OwnerParts, text: string, key?: string): Promise<void> {
  const to = await ownerChat(desk)
  if (to) await desk.road.send(to.channel, 'owner', { to, text, ...(key !== undefined && { key }) })
}
