import type { ChatRef } from '../../core/place.ts'
import type { NoteStore } from '../../core/store.ts'

/** Where it is noted which id the chats of a channel have now, each by the id it had before. */
export const movedNotes = (channel: string) => `moved:${channel}:`

/** The id under which a chat was first known: its conversation is kept by that one, whatever the chat is called now. */
export async function firstChat({ channel, chat }: ChatRef, notes: Pick<NoteStore, 'list'>): Promise<string> {
  const prefix = movedNotes(channel)
  const former = new Map((await notes.list(prefix)).map(({ name, value }) => [value, name.slice(prefix.length)]))
  let first = chat
  for (let before = former.get(first); before !== undefined; before = former.get(first)) {
    // A chat that came back to an id it had is no longer followed.
    former.delete(first)
    first = before
  }
  return first
}
