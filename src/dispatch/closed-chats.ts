import type { Clock } from '../core/clock.ts'
import type { ChatRef } from '../core/place.ts'
import type { NoteStore } from '../core/store.ts'

/** A chat that took no message from us. */
export interface ClosedChat {
  /** Epoch milliseconds of the first message that it did not take; the same until one arrives. */
  readonly since: number
  readonly why: string
  /** Set when somebody has written from it since: the next message is tried. */
  readonly heard?: true
}

/** The chats of a channel that are closed to us: blocked, removed, deleted. */
export interface ClosedChats {
  load(): Promise<void>
  /** Undefined for a chat that may be written to. */
  at(place: ChatRef): ClosedChat | undefined
  close(place: ChatRef, why: string): Promise<ClosedChat>
  /** Somebody writes from a chat. */
  heard(place: ChatRef): Promise<void>
  /** A message arrived in a chat. */
  arrived(place: ChatRef): Promise<void>
}

export function closedChats(channel: string, notes: NoteStore, clock: Clock): ClosedChats {
  const closed = new Map<string, ClosedChat>()
  const whole = ({ chat }: ChatRef) => `closed:${channel}:${chat}/`
  const nameOf = (place: ChatRef) => `${whole(place)}${place.thread ?? ''}`

  async function keep(name: string, chat: ClosedChat): Promise<ClosedChat> {
    closed.set(name, chat)
    await notes.put(name, { ...chat })
    return chat
  }

  return {
    async load() {
      for (const { name, value } of await notes.list(`closed:${channel}:`))
        closed.set(name, value as unknown as ClosedChat)
    },
    at(place) {
      const chat = closed.get(nameOf(place))
      return chat?.heard ? undefined : chat
    },
    close(place, why) {
      const name = nameOf(place)
      return keep(name, { since: closed.get(name)?.since ?? clock.now(), why })
    },
    async heard(place) {
      for (const [name, chat] of closed)
        if (name.startsWith(whole(place)) && !chat.heard) await keep(name, { ...chat, heard: true })
    },
    async arrived(place) {
      if (closed.delete(nameOf(place))) await notes.remove(nameOf(place))
    },
  }
}
