import type { ChatRef } from '../../core/place.ts'

/** A chat as the Bot API names it. */
export interface ChatId {
  readonly chatId: number | string
  readonly threadId?: number
}

/** Reads `chat`, `chat/thread` or `@name`; undefined when it is none of them. */
export function parseTelegramChat(text: string): ChatId | undefined {
  const [, chat = '', thread] = /^(-?\d{1,16}|@\w+)(?:\/(\d{1,10}))?$/.exec(text.trim()) ?? []
  if (chat === '') return undefined
  const chatId = chat.startsWith('@') ? chat : Number(chat)
  return thread === undefined ? { chatId } : { chatId, threadId: Number(thread) }
}

export const chatIdOf = ({ chat, thread }: ChatRef): ChatId | undefined =>
  parseTelegramChat(thread === undefined ? chat : `${chat}/${thread}`)

/** The first topic of a forum is the chat itself: its number is not taken for sending. */
const general = 1

/** The fields of a call that say where to. */
export const placeFields = ({ chatId, threadId }: ChatId) => ({
  chat_id: chatId,
  ...(threadId !== undefined && threadId !== general && { message_thread_id: threadId }),
})
