import { createHash } from 'node:crypto'
import type { APIMessage } from 'discord.js'
import type { OutboundMessage } from '../../core/channel.ts'
import { DeliveryFailure } from '../../core/channel.ts'
import type { Clock } from '../../core/clock.ts'
import type { Log } from '../../core/log.ts'
import type { ChatRef } from '../../core/place.ts'
import { discordMarkdown } from '../markdown/discord.ts'
import { uploads } from './attachments.ts'
import { apiCode, deliveryFailure } from './failures.ts'
import { targetOf } from './places.ts'
import type { Rest } from './rest.ts'

/** Discord's limit, in characters; counted in UTF-16 units here, which are never fewer. */
export const maxText = 2_000

export interface OutboundOptions {
  readonly library: typeof import('./library.ts')
  readonly rest: Rest
  readonly clock: Clock
  readonly log: Log
  /** Discord does not take the token any more. */
  onRefusedToken(): void
}

/** What goes out. Every method but `typing` throws only a DeliveryFailure. */
export interface Outbound {
  send(message: OutboundMessage): Promise<string>
  edit(at: ChatRef, id: string, text: string): Promise<void>
  remove(at: ChatRef, id: string): Promise<void>
  react(at: ChatRef, id: string, emoji: string): Promise<void>
  typing(at: ChatRef): Disposable
}

/** A model's words may call people by name, but never everybody or a role. */
const allowedMentions = { parse: ['users'], replied_user: true } as const
/** Discord shows "typing…" for ten seconds. */
const typingEveryMs = 8_000
const typingTimes = 38

/** At most 25 characters, the same for the same key. Discord makes one message of all posts of a channel that share it. */
export const nonceOf = (key: string): string => createHash('sha256').update(key).digest('base64url').slice(0, 24)

export function outbound({ library, rest, clock, log, onRefusedToken }: OutboundOptions): Outbound {
  async function delivering<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      const failure = deliveryFailure(library, error)
      if (failure.kind === 'auth') onRefusedToken()
      throw failure
    }
  }
  async function post(message: OutboundMessage): Promise<string> {
    const { key, replyTo } = message
    const { files, attachments } = await filesOf(message)
    const body = {
      content: contentOf(message.text),
      allowed_mentions: allowedMentions,
      attachments,
      ...(key !== undefined && { nonce: nonceOf(key), enforce_nonce: true }),
      ...(replyTo !== undefined && { message_reference: { message_id: replyTo, fail_if_not_exists: false } }),
    }
    const sent = await rest.request<APIMessage>('POST', `/channels/${targetOf(message.to)}/messages`, { body, files })
    return sent.id
  }
  async function replace(message: OutboundMessage, id: string): Promise<string> {
    const { files, attachments } = await filesOf(message)
    const body = { content: contentOf(message.text), allowed_mentions: allowedMentions, attachments }
    await rest.request('PATCH', `/channels/${targetOf(message.to)}/messages/${id}`, { body, files })
    return id
  }
  async function filesOf({ attachments = [] }: OutboundMessage) {
    const files = await uploads(attachments)
    return { files, attachments: files.map(({ name }, index) => ({ id: String(index), filename: name })) }
  }
  return {
    send: (message) =>
      delivering(async () => {
        if (message.text.trim() === '' && !message.attachments?.length)
          throw new DeliveryFailure('refused', 'Discord takes no empty message.')
        if (message.replaces === undefined) return post(message)
        try {
          return await replace(message, message.replaces)
        } catch (error) {
          if (!unchangeable.has(apiCode(library, error))) throw error
          return post(message)
        }
      }),
    edit: (at, id, text) =>
      delivering(async () => {
        const body = { content: contentOf(text), allowed_mentions: allowedMentions }
        try {
          await rest.request('PATCH', `/channels/${targetOf(at)}/messages/${id}`, { body })
        } catch (error) {
          if (apiCode(library, error) !== archivedThread) throw error
          throw new DeliveryFailure('refused', 'Nothing can be changed in an archived thread.', { cause: error })
        }
      }),
    remove: (at, id) =>
      delivering(async () => {
        try {
          await rest.request('DELETE', `/channels/${targetOf(at)}/messages/${id}`)
        } catch (error) {
          if (apiCode(library, error) !== unknownMessage) throw error
        }
      }),
    react: (at, id, emoji) =>
      delivering(async () => {
        const path = `/channels/${targetOf(at)}/messages/${id}/reactions/${encodeURIComponent(emoji)}/@me`
        await rest.request('PUT', path)
      }),
    typing(at) {
      const over = new AbortController()
      const { signal } = over
      const show = async () => {
        for (let times = 0; times < typingTimes && !signal.aborted; times += 1) {
          await rest
            .request('POST', `/channels/${targetOf(at)}/typing`)
            .catch((error: unknown) => log.debug('“typing…” could not be shown.', { why: String(error) }))
          await clock.sleep(typingEveryMs, signal).catch(() => undefined)
        }
      }
      void show()
      return { [Symbol.dispose]: () => over.abort() }
    },
  }
}

const unknownMessage = 10_008
const archivedThread = 50_083
/** What cannot become the answer: a message that is gone, or one in an archived thread, which a new message opens again. */
const unchangeable: ReadonlySet<number | undefined> = new Set([unknownMessage, archivedThread])

/** Markdown as Discord shows it; as it is where that takes too much room, which only a message that still grows may need. */
function contentOf(text: string): string {
  const shown = discordMarkdown(text)
  return shown.trim() === '' || shown.length > maxText ? text : shown
}
