import type { Receiver } from '../../core/channel.ts'
import type { Log } from '../../core/log.ts'
import { placeOf, readMessage, type Reader } from './inbound.ts'
import { wordsTo } from './mention.ts'
import type { Update } from './wire.ts'

/** Takes one update: resolves when the receiver has it. Rejects only when the receiver does. */
export async function takeUpdate(update: Update, receiver: Receiver, reader: Reader, log: Log): Promise<void> {
  const work = understood(update, receiver, reader, log)
  await work?.()
}

/** What is to be done with an update. One that cannot be read is told of and left out: it would be the same the next time. */
function understood(update: Update, receiver: Receiver, reader: Reader, log: Log): (() => Promise<void>) | undefined {
  const { message, edited_message: edited } = update
  const { channel, me } = reader
  try {
    if (edited) {
      const id = String(edited.message_id)
      if ((edited.text ?? edited.caption) === undefined || edited.from?.is_bot) return undefined
      return async () => receiver.edited?.(placeOf(edited, channel), id, wordsTo(me, edited).text)
    }
    if (!message) return undefined
    const { migrate_to_chat_id: movedTo } = message
    if (movedTo !== undefined)
      return async () => receiver.moved?.(placeOf(message, channel), { channel, chat: String(movedTo) })
    const read = readMessage(message, reader)
    return read && (() => receiver.message(read))
  } catch {
    log.error('An update of Telegram cannot be read and is left out.', { channel, update: update.update_id })
    return undefined
  }
}
