/** Where a conversation happens. */
export interface ChatRef {
  readonly channel: string
  readonly chat: string
  /** Forum topic or thread. */
  readonly thread?: string
}

/** True for the same chat and the same thread of it. */
export const isSamePlace = (one: ChatRef, other: ChatRef): boolean => placeKey(one) === placeKey(other)

/** One text for each place, to tell places apart by. */
export const placeKey = ({ channel, chat, thread }: ChatRef): string => JSON.stringify([channel, chat, thread ?? null])
