import type { Clock } from '../../core/clock.ts'
import type { ChatRef } from '../../core/place.ts'
import type { Api } from './api.ts'
import { chatIdOf } from './chat-id.ts'
import { failureOf } from './failure.ts'
import type { Rests } from './rests.ts'

/** The notice is shown for five seconds. */
const everyMs = 4_000

/** Shows "typing…" until disposed. It is an extra: whatever goes wrong, nobody hears of it. */
export function showTyping(at: ChatRef, api: Api, clock: Clock, pauses: Rests): Disposable {
  const stop = new AbortController()
  const place = chatIdOf(at)
  const repeat = async () => {
    while (!stop.signal.aborted && !api.dead) {
      if (pauses.until(at.chat) <= clock.now()) await notify()
      await clock.sleep(everyMs, stop.signal)
    }
  }
  const notify = async () => {
    const { chatId, threadId } = place ?? { chatId: 0 }
    const payload = {
      chat_id: chatId,
      action: 'typing',
      ...(threadId !== undefined && { message_thread_id: threadId }),
    }
    try {
      await api.call('sendChatAction', payload, { signal: stop.signal, timeoutMs: 10_000 })
    } catch (error) {
      const { kind, retryAfterMs } = failureOf(error)
      if (retryAfterMs !== undefined) pauses.note(at.chat, retryAfterMs)
      if (kind === 'gone' || kind === 'moved') stop.abort()
    }
  }
  if (place) repeat().catch(() => undefined)
  return { [Symbol.dispose]: () => stop.abort() }
}
