import { plain } from './ids.ts'

/** One person under several ids: name → `channel:id`, or an id alone that counts on every channel. */
export type IdentityLinks = Readonly<Record<string, readonly string[]>>

/** The spellings under which a person may stand in the configuration: the id, and the id with its channel. */
export function spellingsOf(channel: string, id: string): readonly string[] {
  const [place, bare] = [plain(channel), plain(id)]
  if (bare === '') return []
  // An id that names its channel already is known without it. A colon alone says nothing: on some platforms it is part of an id.
  return bare.startsWith(`${place}:`) ? [bare, bare.slice(place.length + 1)] : [bare, `${place}:${bare}`]
}

/** The name that a person has in the links; undefined when there is none. */
export function linkedName(links: IdentityLinks, channel: string, id: string): string | undefined {
  const spellings = new Set(spellingsOf(channel, id))
  const found = Object.entries(links).find(([, ids]) => ids.some((known) => spellings.has(plain(known))))
  return found && plain(found[0])
}
