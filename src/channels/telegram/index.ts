import { type Channel, DeliveryFailure, type Receiver } from '../../core/channel.ts'
import type { ChatRef } from '../../core/place.ts'
import { Problem } from '../../core/problem.ts'
import { splitMarkdown } from '../markdown/split.ts'
import { telegramText, telegramVisible } from '../markdown/telegram.ts'
import { openApi } from './api.ts'
import { chatIdOf } from './chat-id.ts'
import { deliveryFailure } from './failure.ts'
import { healthBook } from './health.ts'
import { growingMessage } from './live.ts'
import { setMenu } from './menu.ts'
import { pace } from './pace.ts'
import type { TelegramOptions } from './ports.ts'
import { receiving } from './receiving.ts'
import { longestRest, rests } from './rests.ts'
import { maxCaption, maxText } from './payload.ts'
import { editMessage, removeMessage, sendMessage } from './send.ts'
import { liveTurns } from './turns.ts'
import { showTyping } from './typing.ts'

/** The largest file that is taken from a message; the public service gives no more. */
const maxFile = 20 * 1024 * 1024
/** A server of one's own gives more. */
const maxFileOfOwnServer = 200 * 1024 * 1024

const usualStreaming = { enabled: true, throttle_seconds: 3, min_growth_chars: 200 }

/** A bot on Telegram. A Problem when its settings cannot work. */
export function telegramChannel(options: TelegramOptions): Channel {
  const { name, settings, clock, log } = options
  const at = `channel_list.${name}.settings`
  const token = checkedToken(settings.token, `${at}.token`)
  if (settings.base_url && !/^https?:\/\/./.test(settings.base_url))
    throw new Problem('The address of a Bot API server must be an http:// or https:// URL.', { at: `${at}.base_url` })
  const api = openApi(token, options)
  const health = healthBook(clock, `${at}.token`)
  const pauses = rests(clock)
  const turns = liveTurns(clock)
  const load = async (ref: string, signal?: AbortSignal) => {
    try {
      return await api.file(ref, settings.base_url ? maxFileOfOwnServer : maxFile, signal)
    } catch (error) {
      signal?.throwIfAborted()
      throw new Problem(`The file could not be loaded from Telegram: ${deliveryFailure(error).message}`)
    }
  }
  /** What goes out is on record: a refusal tells when the next may go. */
  const delivering = async <T>(to: ChatRef, work: () => Promise<T>): Promise<T> => {
    try {
      return await work()
    } catch (error) {
      const failure = deliveryFailure(error)
      if (failure.retryAfterMs !== undefined) pauses.note(to.chat, failure.retryAfterMs)
      if (failure.kind === 'auth') health.refused(failure.message)
      throw failure
    }
  }
  /** A message waits for a pause that was asked for while it grew. A long one may be about edits alone: the service is asked again. */
  const sending = <T>(to: ChatRef, work: () => Promise<T>): Promise<T> => {
    const retryAfterMs = pauses.until(to.chat) - clock.now()
    if (retryAfterMs > 0 && retryAfterMs <= longestRest)
      return Promise.reject(
        new DeliveryFailure('rate-limit', 'Telegram asked for a pause in this chat.', { retryAfterMs }),
      )
    return delivering(to, work)
  }
  const split = (markdown: string) => splitMarkdown(markdown, maxText, telegramVisible)
  const received = receiving({ options, api, health, load, botId: token.split(':')[0] ?? '' })

  const channel = {
    name,
    limits: { maxText, pace },
    start: (receiver: Receiver) => received.start(receiver),
    stop: () => received.stop(),
    health: () => health.state(),
    split,
    captions: (text) => telegramText(text).trim() !== '' && telegramText(text).length <= maxCaption,
    fetch: load,
    send: (message) => sending(message.to, () => sendMessage(api, message)),
    edit: (to, id, text) => sending(to, () => editMessage(api, to, id, text)),
    remove: (to, id) => delivering(to, () => removeMessage(api, to, id)),
    typing: (to) => showTyping(to, api, clock, pauses),
    react: (to, id, emoji) =>
      delivering(to, async () => {
        const reaction = emoji === '' ? [] : [{ type: 'emoji', emoji }]
        await api.call('setMessageReaction', { chat_id: chatIdOf(to)?.chatId, message_id: Number(id), reaction })
      }),
    async menu(commands) {
      try {
        await setMenu(api, commands)
      } catch (error) {
        throw deliveryFailure(error)
      }
    },
    live: (to, { replyTo, shown, ...told } = {}) =>
      growingMessage({
        to,
        ...(shown !== undefined && { shown }),
        ...told,
        clock,
        log,
        streaming: settings.streaming ?? usualStreaming,
        rests: pauses,
        turn: turns,
        split,
        begin: (text) => sendMessage(api, { to, text, ...(replyTo !== undefined && { replyTo }) }, true),
        change: (id, text) => editMessage(api, to, id, text, true),
        async finish(message, shown) {
          const { to, key } = message
          const parts = split(message.text)
          const ids: string[] = []
          for (const text of parts.length > 0 ? parts : [message.text]) {
            const first = { ...message, text, ...(shown !== undefined && { replaces: shown }) }
            const other = { to, text, ...(key !== undefined && { key: `${key}/${ids.length}` }) }
            ids.push(await channel.send(ids.length === 0 ? first : other))
          }
          return ids[0] ?? ''
        },
      }),
  } satisfies Channel
  return channel
}

function checkedToken(token: string | undefined, at: string): string {
  if (!token) throw new Problem('There is no token for the Telegram bot.', { at, mend: 'Get one from @BotFather.' })
  if (!/^\d+:[\w-]+$/.test(token))
    throw new Problem('The token of the Telegram bot is not complete.', {
      at,
      mend: 'Copy the whole of it from @BotFather; it looks like 123456:ABC-DEF.',
    })
  return token
}
